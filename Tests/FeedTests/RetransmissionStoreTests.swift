import FeedKit
import TestSupport
import Testing
import Wire

@Suite struct RetransmissionStoreTests {
  /// Random appends against an array of all frames: what is kept is answered exactly, and the ring
  /// keeps as much as it has room for.
  @Test(arguments: 0..<30 as Range<UInt64>)
  func answersAreTheFramesThatWereAppended(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let session = try #require(MoldUDP64SessionName("STORE"))
    let capacity = 1_024 << Int(random.next() % 4)
    let slots = 4 << Int(random.next() % 6)
    var store = RetransmissionStore(
      session: session, firstSequence: 100, capacityBytes: capacity, capacityMessages: slots)
    var frames: [[UInt8]] = []
    for _ in 0..<200 {
      let batch = randomFrames(&random, count: Int(random.next() % 6))
      frames += splitFrames(batch)
      #expect(withRaw(batch) { store.append($0) } == batch.count)
      #expect(store.nextSequence == 100 + UInt64(frames.count))
      let kept = Int(store.nextSequence - store.oldestSequence)
      #expect(kept <= slots)
      let bytes = frames.suffix(kept).reduce(0) { $0 + $1.count }
      #expect(bytes <= capacity)
      if kept < slots, kept < frames.count {
        let more = frames[frames.count - kept - 1].count
        #expect(bytes + more > capacity, "seed \(seed): gave up a frame that had room")
      }
      try checkAnswers(store, frames, &random)
    }
  }

  private func checkAnswers(
    _ store: borrowing RetransmissionStore, _ frames: [[UInt8]], _ random: inout SeededGenerator
  ) throws {
    let first = 95 + random.next() % UInt64(frames.count + 10)
    let wanted = UInt16(truncatingIfNeeded: random.next() % 12)
    var out = [UInt8](repeating: 0, count: 2_000)
    let size = answer(store, request("STORE", first, wanted), &out)
    guard wanted > 0, first >= store.oldestSequence, first < store.nextSequence else {
      #expect(size == 0)
      return
    }
    try #require(size >= 20)
    let count = out[18..<20].reduce(0) { $0 << 8 | Int($1) }
    #expect(count >= 1 && count <= Int(wanted))
    let start = Int(first - 100)
    #expect(Array(out[20..<size]) == frames[start..<start + count].flatMap(\.self))
    #expect(size <= 1_400 || count == 1)
    if count < Int(wanted), start + count < frames.count {
      #expect(size + frames[start + count].count > 1_400)
    }
  }

  @Test func whatIsNotARequestIsMetWithSilence() throws {
    let session = try #require(MoldUDP64SessionName("STORE"))
    var store = RetransmissionStore(session: session, capacityBytes: 1_024, capacityMessages: 8)
    #expect(withRaw([0, 1, 65, 0, 1, 66]) { store.append($0) } == 6)
    var out = [UInt8](repeating: 0, count: 1_500)
    let good = request("STORE", 1, 2)
    #expect(answer(store, good, &out) == 26)
    for bad in [
      [], Array(good.dropLast()), good + [0], request("OTHER", 1, 2), request("STORE", 0, 2),
      request("STORE", 3, 1), request("STORE", 1, 0), request("STORE", .max, 0xFFFF),
    ] {
      #expect(answer(store, bad, &out) == 0)
    }
    var small = [UInt8](repeating: 0, count: 21)
    #expect(answer(store, good, &small) == 0)
    #expect(answer(store, request("STORE", 2, 0xFFFF), &out) == 23)
  }

  private func answer(
    _ store: borrowing RetransmissionStore, _ request: [UInt8], _ out: inout [UInt8]
  ) -> Int {
    var span = out.mutableSpan
    // Safety: every bit pattern is a valid byte.
    var raw = unsafe span.mutableBytes
    // Safety: the request is borrowed for the call only.
    return unsafe store.answer(request.span.bytes, into: &raw)
  }
}

/// A request packet: session, first message wanted, number of messages wanted.
func request(_ session: String, _ sequence: UInt64, _ count: UInt16) -> [UInt8] {
  var bytes = Array(session.utf8)
  while bytes.count < 10 { bytes.append(0x20) }
  for shift in stride(from: 56, through: 0, by: -8) {
    bytes.append(UInt8(truncatingIfNeeded: sequence >> UInt64(shift)))
  }
  return bytes + [UInt8(count >> 8), UInt8(count & 0xFF)]
}

func splitFrames(_ bytes: [UInt8]) -> [[UInt8]] {
  var frames: [[UInt8]] = []
  var offset = 0
  while offset + 2 <= bytes.count {
    let end = offset + 2 + (Int(bytes[offset]) << 8) + Int(bytes[offset + 1])
    frames.append(Array(bytes[offset..<end]))
    offset = end
  }
  return frames
}

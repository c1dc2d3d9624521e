import FeedKit
import Foundation
import TestSupport
import Testing
import Wire

/// A stream packetised at random on two lines that lose, repeat, delay and reorder, with a server
/// that answers requests or fails to.
@Suite struct SequenceArbiterPropertyTests {
  @Test(arguments: 0..<150 as Range<UInt64>)
  func everyMessageComesOnceOrIsDeclaredLost(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let total = UInt64(300)
    let loss = [0, 5, 20, 60][Int(seed % 4)]
    var it = Arbitration(
      GapPolicy(
        start: .one, requestDelayNanos: 20, retryNanos: 50,
        requestLimit: seed % 3 == 0 ? 0 : 3, requestMessages: 20,
        deadlineNanos: loss == 0 ? 1_000_000 : 400, heldDatagrams: seed % 5 == 0 ? 3 : 64))
    let stream = arrivals(total, loss: loss, &random)
    for datagram in stream {
      it.receive(datagram)
      it.wait(random.next() % 60)
      answer(&it, total, &random)
    }
    for _ in 0..<3 { it.receive(endOfSession(total + 1)) }
    var turns = 0
    while it.arbiter.nextDeadline != nil, turns < 5_000 {
      it.wait(30)
      answer(&it, total, &random)
      turns += 1
    }
    it.finish()
    check(it.sink, total, seed)
    let counters = it.arbiter.counters
    let delivered = UInt64(it.sink.delivered.count)
    #expect(delivered + counters.gapMessagesLost == total, "seed \(seed)")
    #expect(it.arbiter.hasEnded == true, "seed \(seed)")
    #expect(counters.sessionsEnded == 1, "seed \(seed)")
    #expect(counters.rejectedTotal == 0, "seed \(seed)")
    if loss == 0, seed % 5 != 0 { #expect(counters.gapMessagesLost == 0, "seed \(seed)") }
  }

  /// Delivered messages and gaps together are 1 ... total, in order, each once, bytes intact.
  private func check(_ sink: SeenMessages, _ total: UInt64, _ seed: UInt64) {
    var next: UInt64 = 1
    for event in sink.events {
      switch event {
      case .message(let number, let bytes):
        #expect(number == next && bytes == payload(number), "seed \(seed)")
        next = number + 1
      case .lost(let first, let last):
        #expect(first == next && last >= first, "seed \(seed)")
        next = last + 1
      case .started: #expect(next == 1, "seed \(seed)")
      case .ended(let last): #expect(last == total && next == total + 1, "seed \(seed)")
      }
    }
    #expect(next == total + 1, "seed \(seed)")
  }

  /// Both lines cut the stream in their own places; what is left of them is interleaved.
  private func arrivals(
    _ total: UInt64, loss: Int, _ random: inout SeededGenerator
  ) -> [[UInt8]] {
    var result: [(Int, [UInt8])] = []
    for _ in 0..<2 {
      var first: UInt64 = 1
      var time = Int(random.next() % 30)
      while first <= total {
        let count = min(1 + random.next() % 7, total + 1 - first)
        time += 10
        if Int(random.next() % 100) >= loss {
          let delay = random.next() % 6 == 0 ? Int(random.next() % 60) : 0
          result.append((time + delay, mold(first, Int(count))))
          if random.next() % 10 == 0 { result.append((time + delay + 5, mold(first, Int(count)))) }
        }
        first += count
        if random.next() % 9 == 0 { result.append((time + 1, heartbeat(first))) }
      }
    }
    return result.sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// The re-request server: at most five messages a datagram, and sometimes none.
  private func answer(_ it: inout Arbitration, _ total: UInt64, _ random: inout SeededGenerator) {
    for request in it.requests {
      let first = request[10..<18].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let count = request[18..<20].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      #expect(first >= 1 && count >= 1 && first + count <= total + 1)
      #expect(it.arbiter.missing?.lowerBound == first, "only what is missing is asked for")
      #expect(it.arbiter.missing.map { first + count <= $0.upperBound } == true)
      if random.next() % 4 != 0 { it.receive(mold(first, Int(min(count, 5))), isAnswer: true) }
    }
    it.requests.removeAll()
  }

  /// Any bytes at all: nothing traps, and what is delivered has ascending numbers within a session.
  @Test(arguments: 0..<100 as Range<UInt64>) func anyBytesAreTaken(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var it = Arbitration(GapPolicy(deadlineNanos: 300, heldDatagrams: 5, heldBytes: 64))
    for _ in 0..<200 {
      var datagram = mold(random.boundaryValue(), Int(random.next() % 4))
      if random.next() % 2 == 0 { datagram = mold(1 + random.next() % 40, Int(random.next() % 9)) }
      for _ in 0..<random.next() % 3 where !datagram.isEmpty {
        datagram[Int(random.next() % UInt64(datagram.count))] = UInt8(random.next() & 255)
      }
      it.receive(Array(datagram.prefix(Int(random.next() % 90))), isAnswer: random.next() % 8 == 0)
      it.wait(random.next() % 100)
    }
    it.finish()
    var next: UInt64 = 0
    for event in it.sink.events {
      switch event {
      case .message(let number, _):
        #expect(number >= next, "seed \(seed)")
        next = number + 1
      case .lost(let first, let last):
        #expect(first >= next && last >= first, "seed \(seed)")
        next = last + 1
      case .started: next = 0
      case .ended: break
      }
    }
    #expect(it.arbiter.missing == nil)
  }
}

@Suite(.enabled(if: SharedFolder.isPresent, "needs ../shared/vectors"))
struct MoldUDP64VectorTests {
  @Test func headersAndMessagesAgree() throws {
    var seen = 0
    for vector in try Vectors.load("moldudp64") {
      guard vector["hex"] != nil, let expected = vector["expected"] as? [String: Any],
        let wanted = expected["messages_hex"] as? [String]
      else { continue }
      let datagram = try Vectors.bytes(vector)
      let header = try MoldUDP64.header(of: datagram.rawSpan)
      let session = expected["session"] as? String ?? ""
      #expect(MoldUDP64.name(of: header.session) == session.trimmingCharacters(in: .whitespaces))
      #expect(header.sequence == (expected["sequence"] as? NSNumber)?.uint64Value)
      let kinds: [DatagramHeader.Kind: String] = [
        .data: "data", .heartbeat: "heartbeat", .endOfSession: "end_of_session",
      ]
      #expect(kinds[header.kind] == expected["kind"] as? String)
      var it = Arbitration()
      it.receive(datagram)
      let messages = it.sink.events.compactMap { event -> [UInt8]? in
        if case .message(_, let bytes) = event { bytes } else { nil }
      }
      #expect(messages == wanted.compactMap { bytes(hex: $0) }, "\(vector["name"] ?? "")")
      #expect(
        it.arbiter.expected == (expected["next_sequence"] as? NSNumber)?.uint64Value)
      seen += 1
    }
    #expect(seen >= 8)
  }

  @Test func requestsAgree() throws {
    let vector = try #require(
      try Vectors.load("moldudp64").first { $0["name"] as? String == "request" })
    let wanted = try Vectors.bytes(vector)
    let header = try MoldUDP64.header(of: wanted.rawSpan)
    var request: [UInt8] = []
    let isMade = MoldUDP64.appendRequest(
      session: header.session, first: 17, count: 3, to: &request)
    #expect(isMade && request == wanted)
  }

  @Test func scenariosOfTwoLinesAgree() throws {
    var seen = 0
    for vector in try Vectors.load("moldudp64") {
      guard let steps = vector["steps"] as? [[String: Any]],
        let expected = vector["expected"] as? [String: Any]
      else { continue }
      let name = vector["name"] as? String ?? ""
      var it = Arbitration(GapPolicy(requestLimit: 2))
      var missing: Range<UInt64>?
      for step in steps {
        let isAnswer = step["line"] as? String == "rerequest"
        // Requests are due only before an answer: the other line is quicker than the timer.
        if isAnswer { it.wait(20_000_000) }
        it.receive(try Vectors.bytes(step), isAnswer: isAnswer)
        missing = missing ?? it.arbiter.missing
      }
      let references = (expected["delivered_order_refs"] as? [NSNumber])?.map(\.uint64Value)
      #expect(it.sink.delivered == references, "\(name)")
      if let gap = expected["gap_detected"] as? [String: NSNumber] {
        let first = gap["first"]?.uint64Value ?? 0
        #expect(missing == first..<(first + (gap["count"]?.uint64Value ?? 0)), "\(name)")
      }
      if let request = expected["request_hex"] as? String {
        #expect(it.requests == [bytes(hex: request) ?? []], "\(name)")
      } else {
        #expect(it.requests.isEmpty, "\(name)")
      }
      if let duplicates = expected["duplicates_dropped"] as? NSNumber {
        #expect(it.arbiter.counters.duplicates == duplicates.uint64Value, "\(name)")
      }
      seen += 1
    }
    #expect(seen == 4)
  }
}

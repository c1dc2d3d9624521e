import FeedKit
import Records

/// Arbitration: numbers go up one by one, and what is left out was declared.
enum MoldTarget {
  @Sendable static func run(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let choices = input.byte()
    var arbiter = SequenceArbiter<MoldUDP64>(
      policy: GapPolicy(
        start: choices & 1 == 0 ? .firstSeen : .one, requestLimit: 2,
        heldDatagrams: 1 + Int(choices >> 1 & 7), heldBytes: 256, largestGapMessages: 10_000))
    var sink = OrderedSink()
    var now: UInt64 = 1
    while !input.isEmpty {
      let step = input.byte()
      let datagram = input.take(Int(input.byte()))
      now += UInt64(step >> 1) * 10_000_000
      arbiter.receive(
        rawBytes(of: datagram), tsRecv: now, now: now, isAnswer: step & 1 == 1, sink: &sink)
      var request: [UInt8] = []
      arbiter.advance(now: now, tsRecv: now, request: &request, sink: &sink)
      demand(request.isEmpty || request.count == MoldUDP64.headerBytes, "a request is a header")
      if let missing = arbiter.missing {
        demand(missing.lowerBound == arbiter.expected, "what is missing comes next")
      }
    }
    arbiter.finish(tsRecv: now, sink: &sink)
    demand(arbiter.missing == nil, "nothing is missing after the end")
    demand(sink.lost == arbiter.counters.gapMessagesLost, "what is lost is counted")
  }

  private struct OrderedSink: RunSink {
    var next: UInt64?
    var lost: UInt64 = 0

    mutating func run(
      _ bytes: RawSpan, blocks: Range<Int>, count: Int, first: UInt64, tsRecv: UInt64
    ) -> Int {
      demand(next == nil || next == first, "messages come in order")
      demand(blocks.upperBound <= bytes.byteCount, "blocks lie in the datagram")
      var offset = blocks.lowerBound
      var consumed = 0
      while consumed < count, let length = MoldUDP64.blockLength(bytes, at: offset),
        offset + 2 + length <= blocks.upperBound
      {
        offset += 2 + length
        consumed += 1
      }
      next = first + UInt64(consumed)
      return consumed
    }

    mutating func lost(session: SessionID, first: UInt64, last: UInt64, tsRecv: UInt64) {
      demand(next == nil || next == first, "gaps come in order")
      demand(first <= last, "a gap has messages")
      lost += last - first + 1
      next = last + 1
    }

    mutating func restarted(session: SessionID, tsRecv: UInt64) { next = nil }

    mutating func ended(session: SessionID, last: UInt64, tsRecv: UInt64) {
      demand(next == nil || next == last + 1, "a session ends after its last message")
    }
  }
}

/// SoupBinTCP: where the stream is cut makes no difference.
enum SoupTarget {
  @Sendable static func runClient(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let step = 1 + Int(input.byte())
    let stream = input.rest
    guard let whole = client(), let cut = client() else { return }
    let (one, other) = (
      events(stream, whole, step: max(stream.count, 1)), events(stream, cut, step: step)
    )
    demand(one.0 == other.0, "the same messages however the stream is cut")
    demand(one.1 == other.1, "the same end however the stream is cut")
  }

  private static func client() -> SoupBinTCPClient? {
    guard let login = try? SoupBinTCPClient.Login(user: "user", password: "password"),
      let options = try? SoupBinTCPClient.Options(login: login, sequence: 3)
    else { return nil }
    return SoupBinTCPClient(options, nowNanos: 0)
  }

  private static func events(
    _ stream: [UInt8], _ client: SoupBinTCPClient, step: Int
  ) -> ([UInt64], SoupBinTCPClient.Phase) {
    var client = client
    var found: [UInt64] = []
    var kept: [UInt8] = []
    var position = 0
    repeat {
      let end = min(position + step, stream.count)
      kept += stream[position..<end]
      position = end
      var offset = 0
      reading: while true {
        let before = offset
        let event = client.next(in: rawBytes(of: kept), from: &offset, nowNanos: 1)
        demand(offset >= before && offset <= kept.count, "offsets go forward")
        switch event {
        case .needsBytes, .closed: break reading
        case .message(let range, let sequence):
          demand(range.lowerBound >= 0 && range.upperBound <= kept.count, "messages lie inside")
          found += [sequence, UInt64(range.count)]
        case .accepted, .unsequenced: break
        }
      }
      kept.removeFirst(offset)
    } while position < stream.count
    var output: [UInt8] = []
    client.send(to: &output, nowNanos: 2)
    return (found, client.phase)
  }

  @Sendable static func runServer(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let step = 1 + Int(input.byte())
    let stream = input.rest
    let phases = [max(stream.count, 1), step].compactMap { serve(stream, step: $0) }
    demand(phases.allSatisfy { $0 == phases[0] }, "the same end however the stream is cut")
  }

  private static func serve(_ stream: [UInt8], step: Int) -> SoupBinTCPServer.Phase? {
    guard let name = MoldUDP64SessionName("FUZZ") else { return nil }
    var server = SoupBinTCPServer(SoupBinTCPServer.Options(session: name), nowNanos: 0)
    let store = RetransmissionStore(session: name, capacityBytes: 1_024, capacityMessages: 16)
    for start in stride(from: 0, to: stream.count, by: step) {
      let piece = Array(stream[start..<min(start + step, stream.count)])
      server.receive(rawBytes(of: piece), nowNanos: 1)
    }
    withOutput(byteCount: 256) { _ = server.produce(from: store, into: &$0, nowNanos: 1) }
    return server.phase
  }
}

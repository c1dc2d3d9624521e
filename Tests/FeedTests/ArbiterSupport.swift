import FeedKit
import TestSupport
import Wire

/// What an arbiter gave out, message by message.
struct SeenMessages: RunSink {
  enum Event: Equatable {
    case message(UInt64, [UInt8])
    case lost(UInt64, UInt64)
    case started
    case ended(UInt64)
  }

  private(set) var events: [Event] = []

  /// Numbers of the messages delivered.
  var delivered: [UInt64] {
    events.compactMap { if case .message(let number, _) = $0 { number } else { nil } }
  }

  var lost: [ClosedRange<UInt64>] {
    events.compactMap { if case .lost(let first, let last) = $0 { first...last } else { nil } }
  }

  mutating func run(
    _ bytes: RawSpan, blocks: Range<Int>, count: Int, first: UInt64, tsRecv: UInt64
  ) -> Int {
    var offset = blocks.lowerBound
    for index in 0..<count {
      guard let length = MoldUDP64.blockLength(bytes, at: offset),
        offset + 2 + length <= blocks.upperBound
      else { return index }
      let message = (0..<length).map { bytes.uncheckedByte(at: offset + 2 + $0) }
      events.append(.message(first + UInt64(index), message))
      offset += 2 + length
    }
    return count
  }

  mutating func lost(session: SessionID, first: UInt64, last: UInt64, tsRecv: UInt64) {
    events.append(.lost(first, last))
  }

  mutating func restarted(session: SessionID, tsRecv: UInt64) { events.append(.started) }

  mutating func ended(session: SessionID, last: UInt64, tsRecv: UInt64) {
    events.append(.ended(last))
  }
}

/// An arbiter with its sink, its clock and its outgoing requests.
struct Arbitration: ~Copyable {
  var arbiter: SequenceArbiter<MoldUDP64>
  var sink = SeenMessages()
  var now: UInt64 = 1_000_000_000
  /// The requests made, each 20 bytes.
  var requests: [[UInt8]] = []

  init(_ policy: GapPolicy = GapPolicy()) { arbiter = SequenceArbiter(policy: policy) }

  mutating func receive(_ datagram: [UInt8], isAnswer: Bool = false) {
    arbiter.receive(
      datagram.rawSpan, tsRecv: now, now: now, isAnswer: isAnswer, sink: &sink)
  }

  /// Lets time pass, and looks whether the arbiter wants something.
  mutating func wait(_ nanos: UInt64 = 0) {
    now += nanos
    var request: [UInt8] = []
    arbiter.advance(now: now, tsRecv: now, request: &request, sink: &sink)
    if !request.isEmpty { requests.append(request) }
  }

  mutating func finish() { arbiter.finish(tsRecv: now, sink: &sink) }
}

/// A datagram of session `name` with `count` messages from `first` on.
func mold(
  _ first: UInt64, _ count: Int, session name: String = "S", header: UInt16? = nil
) -> [UInt8] {
  var bytes = Array(name.utf8) + [UInt8](repeating: 0x20, count: 10 - name.utf8.count)
  bytes += big(first)
  bytes += big(UInt64(header ?? UInt16(count))).suffix(2)
  for index in 0..<UInt64(count) {
    let message = payload(first &+ index)
    bytes += [0, UInt8(message.count)] + message
  }
  return bytes
}

func heartbeat(_ next: UInt64, session: String = "S") -> [UInt8] { mold(next, 0, session: session) }

func endOfSession(_ next: UInt64, session: String = "S") -> [UInt8] {
  mold(next, 0, session: session, header: 0xFFFF)
}

/// Message `number`: its number and some more bytes, so that lengths differ.
func payload(_ number: UInt64) -> [UInt8] {
  big(number) + [UInt8](repeating: UInt8(number & 255), count: Int(number % 5))
}

private func big(_ value: UInt64) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * $0)) }
}

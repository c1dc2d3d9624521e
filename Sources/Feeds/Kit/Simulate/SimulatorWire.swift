internal import Wire

/// What a simulator sends, a queue of bytes for each connection; it goes through the faults that
/// are in force there. One thread.
public final class SimulatorWire {
  /// How a connection is to end.
  public enum Closing: Sendable, Equatable {
    /// FIN once everything is sent.
    case afterSending
    /// FIN at once.
    case now
    /// RST.
    case reset
  }

  var lines: [SimulatorLine?] = []
  /// Every n-th message is spoilt while this is over 0.
  var garbageEvery = 0 {
    didSet { messagesUntilGarbage = garbageEvery }
  }
  /// Delay of what is sent, ns.
  var delay: UInt64 = 0
  /// Time of the turn, for the delay.
  var now: UInt64 = 0
  /// Spoils a message; set by `FaultyUpstream`.
  var spoil: ((inout [UInt8], _ connection: Int) -> Void)?
  private var messagesUntilGarbage = 0
  private let queueLimit: Int
  /// Messages handed over, with those that a fault swallowed.
  public private(set) var messages: UInt64 = 0

  init(queueLimit: Int) { self.queueLimit = queueLimit }

  /// Sends one whole message of the protocol.
  public func send(_ message: RawSpan, on connection: Int) {
    guard let line = line(connection), line.closing == nil else { return }
    messages &+= 1
    line.messages &+= 1
    if garbageEvery > 0 {
      messagesUntilGarbage -= 1
      if messagesUntilGarbage <= 0 {
        messagesUntilGarbage = garbageEvery
        return sendSpoilt(message, on: line)
      }
    }
    put(message, on: line)
  }

  /// Sends one whole message of the protocol.
  public func send(_ message: [UInt8], on connection: Int) {
    // Safety: the array's bytes are readable for the call and are plain bytes.
    send(unsafe message.span.bytes, on: connection)
  }

  /// Ends a connection.
  public func close(_ connection: Int, _ closing: Closing = .afterSending) {
    guard let line = line(connection), line.closing == nil else { return }
    line.closing = closing
  }

  /// Bytes that the client has not taken yet.
  public func queuedBytes(_ connection: Int) -> Int { line(connection)?.bytes.count ?? 0 }

  /// Bytes that have gone to the client so far.
  public func sentBytes(_ connection: Int) -> UInt64 { line(connection)?.sent ?? 0 }

  func line(_ connection: Int) -> SimulatorLine? {
    guard connection >= 0, connection < lines.count else { return nil }
    return lines[connection]
  }

  private func put(_ message: RawSpan, on line: SimulatorLine) {
    guard !line.isSilent else {
      line.swallowed &+= 1
      return
    }
    guard line.bytes.count + message.byteCount <= queueLimit else {
      line.isTooSlow = true
      line.closing = .reset
      return
    }
    line.bytes.append(message)
    if delay > 0 || !line.due.isEmpty { line.note(message.byteCount, due: now &+ delay) }
  }

  private func sendSpoilt(_ message: RawSpan, on line: SimulatorLine) {
    var copy: [UInt8] = []
    copy.reserveCapacity(message.byteCount)
    for index in 0..<message.byteCount { copy.append(message.uncheckedByte(at: index)) }
    spoil?(&copy, line.connection.id)
    // Safety: the array's bytes are readable for the call and are plain bytes.
    put(unsafe copy.span.bytes, on: line)
  }
}

/// One connection's output and what is wrong with it.
final class SimulatorLine {
  let connection: SimulatorConnection
  var bytes = ByteBuffer(capacity: 4_096)
  /// Runs of `bytes` that may not go out before a time; empty where all may.
  var due: [(at: UInt64, count: Int)] = []
  var closing: SimulatorWire.Closing?
  /// The queue ran over.
  var isTooSlow = false
  /// Messages are swallowed until this time.
  var silentUntil: UInt64 = 0
  /// What the client sends is not read either, until this time.
  var deafUntil: UInt64 = 0
  var isSilent = false
  var messages: UInt64 = 0
  var swallowed: UInt64 = 0
  var sent: UInt64 = 0

  init(_ connection: SimulatorConnection) { self.connection = connection }

  /// Times never go back while the delay stays; where it becomes shorter, order still rules.
  func note(_ count: Int, due at: UInt64) {
    let at = max(at, due.last?.at ?? 0)
    if let last = due.last, last.at == at {
      due[due.count - 1].count = last.count + count
    } else {
      due.append((at, count))
    }
  }

  /// How many bytes may go out now.
  func ready(now: UInt64) -> Int {
    guard !isSilent else { return 0 }
    guard !due.isEmpty else { return bytes.count }
    let waiting = due.reduce(0) { $0 + ($1.at > now ? $1.count : 0) }
    return bytes.count - waiting
  }

  /// Forgets what went out.
  func took(_ count: Int) {
    bytes.removeFirst(count)
    sent &+= UInt64(count)
    var left = count
    // What stood before the first noted run has no time of its own.
    if !due.isEmpty {
      let noted = due.reduce(0) { $0 + $1.count }
      left = max(0, count - (bytes.count + count - noted))
    }
    while left > 0, let first = due.first {
      if first.count > left {
        due[0].count -= left
        return
      }
      left -= first.count
      due.removeFirst()
    }
  }

  func clear() {
    bytes.removeAll()
    due.removeAll()
  }
}

public import Gzip
public import Wire

/// What an input file turned out to be.
public enum InputFormat: Equatable, Sendable {
  /// A capture of packets.
  case capture(CaptureFormat)
  /// Anything else: bytes in the framing of their protocol, read through `window` and `consume`.
  case framed
}

/// Where and why the reading of a file stopped before its end.
public struct InputProblem: Equatable, Sendable, CustomStringConvertible {
  /// Why the bytes from `offset` on could not be read.
  public enum Cause: Equatable, Sendable {
    /// The file ends inside a record.
    case truncatedRecord
    /// A record or block whose length cannot be true.
    case corruptRecord
    /// The compressed stream is cut off or corrupt.
    case compression(GzipError)
  }

  /// Position in the plain (inflated) bytes.
  public let offset: UInt64
  public let cause: Cause

  public init(offset: UInt64, cause: Cause) {
    self.offset = offset
    self.cause = cause
  }

  /// The reason under which the loss is counted.
  public var reason: RejectReason { .badCapture }

  public var description: String {
    switch cause {
    case .truncatedRecord: "the capture ends inside the record at byte \(offset)"
    case .corruptRecord: "the capture's record at byte \(offset) is corrupt; the rest is not read"
    case .compression(let error): "after plain byte \(offset): \(error)"
    }
  }
}

/// An input file of any known kind: pcap, pcapng or framed bytes, plain or gzip.
///
/// Magic numbers decide, not names. Packets come one by one from `next()` and lie in `window` until
/// the following call; framed bytes are taken from `window` with `consume` and `refill`. Nothing is
/// allocated per packet, memory is bounded as `ByteSource` says. One thread.
public struct InputFile: ~Copyable {
  public let path: String
  public let format: InputFormat
  @usableFromInline internal var packetCount: UInt64 = 0
  /// Set once the reading has stopped before the file's end.
  public private(set) var problem: InputProblem?

  @usableFromInline internal var source: ByteSource
  @usableFromInline internal var reader = PacketReader()
  /// Position of the next record in the window.
  @usableFromInline internal var cursor = 0
  /// Whether there may be another packet.
  @usableFromInline internal var isReading: Bool

  /// Opens `path` and looks at its first bytes.
  ///
  /// Throws: `InputError` for files that cannot be opened, and for gzip that is corrupt from its
  /// start.
  public init(path: String) throws(InputError) {
    var source = try ByteSource(path: path)
    if source.isCompressed, !source.refill(), let error = source.error {
      throw InputError(.compression(error), path: path, operation: "inflate")
    }
    self.path = path
    let capture = CaptureFormat(source.window)
    format = capture.map { .capture($0) } ?? .framed
    isReading = capture != nil
    self.source = source
  }

  /// Packets given so far.
  public var packets: UInt64 { packetCount }
  /// Whether the file is gzip.
  public var isCompressed: Bool { source.isCompressed }
  /// Position of the window's first byte in the plain bytes.
  public var offset: UInt64 { source.offset }
  /// Records that were skipped because their content was bad, plus one if the reading stopped
  /// early.
  public var rejectedRecords: UInt64 { reader.rejectedRecords + (problem == nil ? 0 : 1) }

  /// The bytes that are there: positions of a `PacketView` count from its start.
  @inlinable
  public var window: RawSpan {
    @_lifetime(borrow self)
    @inline(__always)
    get { source.window }
  }

  /// The next packet, or nil at the end of the capture (see `problem`) and for framed files.
  @inlinable
  public mutating func next() -> PacketView? {
    guard isReading else { return nil }
    if cursor >= CaptureLimits.releaseBytes { moveToCursor() }
    let step = reader.next(in: source.window, from: cursor)
    guard case .packet(let packet) = step else { return follow(step) }
    cursor = packet.recordEnd
    packetCount &+= 1
    return packet
  }

  /// Goes on from an answer that is not a packet until there is one.
  @usableFromInline
  internal mutating func follow(_ first: PacketStep) -> PacketView? {
    var step = first
    while true {
      switch step {
      case .packet(let packet):
        cursor = packet.recordEnd
        packetCount &+= 1
        return packet
      case .skip(let position):
        cursor = position
      case .more(let byteCount):
        guard advance(needing: byteCount) else { return nil }
      case .stop:
        isReading = false
        problem = InputProblem(offset: source.offset + UInt64(cursor), cause: .corruptRecord)
        return nil
      }
      step = reader.next(in: source.window, from: cursor)
    }
  }

  /// Calls `body` with the window and each packet in it, until the end or until it throws.
  @inlinable
  public mutating func forEachPacket<Failure: Error>(
    _ body: (RawSpan, PacketView) throws(Failure) -> Void
  ) throws(Failure) {
    while let packet = next() {
      try body(source.window, packet)
    }
  }

  /// Gives up the first `count` bytes of the window (framed files).
  public mutating func consume(_ count: Int) { source.consume(count) }

  /// Brings more bytes behind the window (framed files).
  ///
  /// False at the end of the file, at a compression error (then `problem` is set), and when the
  /// window already holds `CaptureLimits.blockBytes` that nobody consumed.
  public mutating func refill() -> Bool {
    if source.refill() { return true }
    if let error = source.error, problem == nil {
      problem = InputProblem(
        offset: source.offset + UInt64(source.window.byteCount), cause: .compression(error))
    }
    return false
  }

  /// Moves the window to the cursor, or to its own end where the cursor lies beyond.
  @usableFromInline
  internal mutating func moveToCursor() {
    let step = min(cursor, source.window.byteCount)
    source.consume(step)
    cursor -= step
  }

  /// Moves the window so that it starts at the cursor and holds `byteCount` bytes; false at the
  /// end.
  private mutating func advance(needing byteCount: Int) -> Bool {
    while true {
      moveToCursor()
      if cursor == 0, source.window.byteCount >= byteCount { return true }
      guard refill() else { break }
    }
    isReading = false
    let isClean = cursor == 0 && source.window.byteCount == 0
    if !isClean, problem == nil {
      problem = InputProblem(offset: source.offset, cause: .truncatedRecord)
    }
    return false
  }
}

internal import Wire

/// The most recent messages of a session, kept to answer re-requests: bounded memory, no I/O.
///
/// A ring of bytes holds the frames as they were sent and a ring of positions finds one by its
/// sequence number; the oldest messages give way to new ones.
public struct RetransmissionStore: ~Copyable, Sendable {
  public let session: MoldUDP64SessionName
  /// The number that the next appended message gets.
  public private(set) var nextSequence: UInt64
  private let firstSequence: UInt64
  private var bytes: FixedTable<UInt8>
  private var positions: FixedTable<UInt64>
  private var written: UInt64 = 0
  private var oldest: UInt64

  /// - Parameters:
  ///   - capacityBytes: size of the ring of frames, a power of two from 1,024 on.
  ///   - capacityMessages: the most messages kept, a power of two.
  public init(
    session: MoldUDP64SessionName, firstSequence: UInt64 = 1, capacityBytes: Int,
    capacityMessages: Int
  ) {
    precondition(capacityBytes >= 1_024 && capacityBytes & (capacityBytes - 1) == 0)
    precondition(capacityMessages > 0 && capacityMessages & (capacityMessages - 1) == 0)
    self.session = session
    self.firstSequence = firstSequence
    nextSequence = firstSequence
    oldest = firstSequence
    bytes = FixedTable(repeating: 0, count: capacityBytes)
    positions = FixedTable(repeating: 0, count: capacityMessages)
  }

  /// The lowest number that can still be had; equal to `nextSequence` while there is none.
  public var oldestSequence: UInt64 { oldest }

  /// Appends whole frames (u16 big-endian length, then the message).
  ///
  /// A frame as large as the ring itself consumes its number but is not kept.
  ///
  /// - Returns: the bytes taken; less than all where the last frame is not whole.
  public mutating func append(_ frames: RawSpan) -> Int {
    var offset = 0
    while let length = frames.loadBE(UInt16.self, at: offset) {
      let end = offset + 2 + Int(length)
      guard end <= frames.byteCount else { break }
      appendOne(frames.extracting(offset..<end))
      offset = end
    }
    return offset
  }

  private mutating func appendOne(_ frame: RawSpan) {
    let size = frame.byteCount
    guard size < bytes.count else {
      nextSequence += 1
      oldest = nextSequence
      return
    }
    if nextSequence - oldest == UInt64(positions.count) { oldest += 1 }
    // The oldest frames end where the new one begins to overwrite them.
    while oldest < nextSequence,
      written + UInt64(size) - positions[slot(oldest)] > UInt64(bytes.count)
    { oldest += 1 }
    positions[slot(nextSequence)] = written
    let start = Int(written & UInt64(bytes.count - 1))
    let head = min(size, bytes.count - start)
    bytes.store(frame.extracting(0..<head), at: start)
    if head < size { bytes.store(frame.extracting(head..<size), at: 0) }
    written += UInt64(size)
    nextSequence += 1
  }

  /// The bytes of the message's frame, its length field included; nil where it is not kept.
  public func frameBytes(_ sequence: UInt64) -> Int? {
    guard sequence >= oldest, sequence < nextSequence else { return nil }
    let start = Int(positions[slot(sequence)] & UInt64(bytes.count - 1))
    let high = UInt16(bytes[start])
    let low = UInt16(bytes[(start + 1) & (bytes.count - 1)])
    return 2 + Int(high << 8 | low)
  }

  /// Copies the message's frame to `offset`; gives its size, or nil where it is not kept or does
  /// not fit.
  public func copyFrame(
    _ sequence: UInt64, into out: inout MutableRawSpan, at offset: Int
  ) -> Int? {
    guard let size = frameBytes(sequence), offset >= 0, size <= out.byteCount - offset else {
      return nil
    }
    let start = Int(positions[slot(sequence)] & UInt64(bytes.count - 1))
    let head = min(size, bytes.count - start)
    out.store(bytes.bytes(start..<start + head), at: offset)
    if head < size { out.store(bytes.bytes(0..<size - head), at: offset + head) }
    return size
  }

  /// Answers a MoldUDP64 request packet with one datagram at the start of `out`.
  ///
  /// The answer holds as many of the wanted messages as are kept and fit into `maximumBytes`. There
  /// is no negative answer (MoldUDP64 1.0, "Request Packet").
  ///
  /// - Returns: the datagram's size, or 0 for silence: not a request, another session, a first
  ///   message that is not kept.
  public func answer(
    _ request: RawSpan, into out: inout MutableRawSpan,
    maximumBytes: Int = MoldUDP64SenderLimits.defaultDatagramBytes
  ) -> Int {
    let header = MoldUDP64SenderLimits.headerBytes
    guard request.byteCount == header, out.byteCount >= header,
      request.loadBE(UInt64.self, at: 0) == session.high,
      request.loadBE(UInt16.self, at: 8) == session.low,
      let first = request.loadBE(UInt64.self, at: 10),
      let wanted = request.loadBE(UInt16.self, at: 18)
    else { return 0 }
    let limit = min(maximumBytes, out.byteCount)
    var end = header
    var count: UInt16 = 0
    while count < wanted, Int(count) < MoldUDP64SenderLimits.messagesPerDatagram {
      let (sequence, overflow) = first.addingReportingOverflow(UInt64(count))
      guard !overflow, let size = frameBytes(sequence) else { break }
      guard end + size <= limit || (count == 0 && end + size <= out.byteCount) else { break }
      guard let copied = copyFrame(sequence, into: &out, at: end) else { break }
      end += copied
      count += 1
    }
    guard count > 0 else { return 0 }
    out.storeMoldHeader(session, sequence: first, count: count)
    return end
  }

  private func slot(_ sequence: UInt64) -> Int {
    Int(truncatingIfNeeded: sequence & UInt64(positions.count - 1))
  }
}

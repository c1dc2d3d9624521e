internal import CLinux
internal import Synchronization
public import Timing
internal import Wire

/// Messages in memory that a reader takes one by one, each when it is due.
///
/// Every message lies behind a length of two bytes, whatever its file looked like. The memory is
/// touched here, so that no page is faulted while messages are due. Shared by threads, changed by
/// none.
@safe public final class PacedFrames: Sendable {
  /// Bytes of all messages with their lengths.
  public let byteCount: Int
  /// Messages in memory.
  public let messageCount: Int
  public let profile: RateProfile
  public let clock: TickClock
  /// When the profile begins, Unix ns.
  public var start: UInt64 { startTime.load(ordering: .acquiring) }
  private let startTime: Atomic<UInt64>
  /// Whether reading starts over at the end of the messages; else it ends there. Sequence numbers
  /// go on, but what the messages say does not: order books would find the same orders again.
  public let wraps: Bool

  // Safety of `nonisolated(unsafe)`: written by `init` only.
  nonisolated(unsafe) let base: UnsafeMutableRawPointer

  /// Zero bytes behind the last message, so that decoders may load whole vectors.
  static var padding: Int { 64 }

  /// Copies the messages of `bytes`.
  ///
  /// What follows a message that is cut off, of an unknown type (where lengths follow from types)
  /// or of length 0 is left out. `messageBytes` gives the length of a message by its type.
  public init(
    _ bytes: RawSpan, framing: FileFraming = .lengthPrefixed,
    messageBytes: (UInt8) -> Int = { _ in 0 }, profile: RateProfile, clock: TickClock,
    start: UInt64, wraps: Bool
  ) {
    self.profile = profile
    self.clock = clock
    startTime = Atomic(start)
    self.wraps = wraps
    // A message of one byte behind no length grows most: by two bytes. So does the last line, where
    // no line feed stands behind it.
    let grows = framing == .bare || framing == .lines
    let capacity = bytes.byteCount * (grows ? 3 : 1) + Self.padding
    unsafe base = .allocate(byteCount: capacity, alignment: 64)
    // Safety: the allocation has this size.
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: capacity)
    var offset = 0
    var end = 0
    var count = 0
    while let message = Self.next(bytes, framing, messageBytes, at: &offset) {
      unsafe base.storeBytes(
        of: UInt16(truncatingIfNeeded: message.count).bigEndian, toByteOffset: end,
        as: UInt16.self)
      for index in 0..<message.count {
        // Safety: `capacity` holds every message of the input and its length.
        unsafe base.storeBytes(
          of: bytes.uncheckedByte(at: message.lowerBound + index),
          toByteOffset: end + 2 + index, as: UInt8.self)
      }
      end += 2 + message.count
      count += 1
    }
    byteCount = end
    messageCount = count
  }

  /// Sets when the profile begins: before the pipeline starts.
  public func begin(at start: UInt64) { startTime.store(start, ordering: .releasing) }

  deinit {
    // Safety: made by `init`; who reads holds a reference.
    unsafe base.deallocate()
  }

  /// The place of the next message, or nil where there is none.
  private static func next(
    _ bytes: RawSpan, _ framing: FileFraming, _ messageBytes: (UInt8) -> Int, at offset: inout Int
  ) -> Range<Int>? {
    if framing == .lines { return nextLine(bytes, at: &offset) }
    let prefix = framing == .bare ? 0 : 2
    guard offset + prefix < bytes.byteCount else { return nil }
    let length =
      framing == .lengthPrefixed
      ? Int(bytes.uncheckedBE(UInt16.self, at: offset))
      : messageBytes(bytes.uncheckedByte(at: offset + prefix))
    let start = offset + prefix
    guard length > 0, start + length <= bytes.byteCount else { return nil }
    offset = start + length
    return start..<offset
  }

  /// The message of the next line that has one. Lines too long for the length are left out.
  private static func nextLine(_ bytes: RawSpan, at offset: inout Int) -> Range<Int>? {
    while offset < bytes.byteCount {
      let feed = bytes.firstOffset(
        of: UInt8(ascii: "\n"), from: offset, to: bytes.byteCount)
      let line = TextLine(bytes, from: offset, to: feed ?? bytes.byteCount)
      offset = feed.map { $0 + 1 } ?? bytes.byteCount
      if !line.message.isEmpty, line.message.count <= Int(UInt16.max) { return line.message }
    }
    return nil
  }
}

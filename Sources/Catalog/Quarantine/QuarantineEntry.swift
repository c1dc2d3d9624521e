internal import Hashing
internal import Records
public import Wire

/// A message that was rejected, with all that is needed to run it again.
public struct QuarantineEntry: Sendable, Equatable {
  /// Receive time, Unix ns.
  public var time: UInt64
  public var source: String
  /// The feed's name in the registry.
  public var feed: String
  public var channel: String
  public var epoch: UInt32
  public var reason: RejectReason
  /// Lines for people: what the decoder knew at that moment.
  public var context: String
  /// The messages that had set the state that this one is read in (IQFeed's field set), as the feed
  /// has them in a file: lines with their line feeds, frames with their lengths.
  public var prelude: [UInt8]
  /// The message as it came.
  public var bytes: [UInt8]
  /// Whether the message was longer than what is kept of one: it cannot be run again.
  public var isCut: Bool

  public init(
    time: UInt64, source: String, feed: String, channel: String = "", epoch: UInt32 = 0,
    reason: RejectReason, context: String = "", prelude: [UInt8] = [], bytes: [UInt8],
    isCut: Bool = false
  ) {
    self.time = time
    self.source = source
    self.feed = feed
    self.channel = channel
    self.epoch = epoch
    self.reason = reason
    self.context = context
    self.prelude = prelude
    self.bytes = bytes
    self.isCut = isCut
  }
}

/// How entries stand in a file; numbers are little-endian.
///
///      0  "MRQUARAN"                        file, once
///      8  u32 version = 1, u32 0
///
///      0  "MRQE"                            each entry
///      4  u32 bytes of the body
///      8  u64 XXH3-64 of the body
///     16  u64 time, u32 epoch, u8 reason, u8 flags (1: cut)
///     30  u16 bytes of source, feed, channel
///     36  u32 bytes of context, prelude, message
///     48  these six, back to back
enum QuarantineLayout {
  static var fileMark: [UInt8] { Array("MRQUARAN".utf8) + [1, 0, 0, 0, 0, 0, 0, 0] }
  static var entryMark: [UInt8] { Array("MRQE".utf8) }
  static var headBytes: Int { 16 }
  static var bodyHeadBytes: Int { 32 }
  /// The largest body that can be true: three names of 64 KiB and the limits of the rest.
  static var bodyLimit: Int {
    bodyHeadBytes + 3 * 65_535 + CatalogLimits.quarantineContextBytes
      + CatalogLimits.quarantinePreludeBytes + CatalogLimits.quarantineMessageBytes
  }

  /// The entry as it stands in a file, cut to the limits.
  static func bytes(of entry: QuarantineEntry) -> [UInt8] {
    let names = [entry.source, entry.feed, entry.channel].map {
      Array($0.bounded(to: CatalogLimits.symbolBytes).utf8)
    }
    // Line feeds are part of a context; other control characters are not.
    let context = entry.context.split(separator: "\n", omittingEmptySubsequences: false)
      .map { String($0).bounded(to: CatalogLimits.quarantineContextBytes) }
      .joined(separator: "\n").utf8.prefix(CatalogLimits.quarantineContextBytes)
    // A cut prelude sets another state than the true one did.
    let hasPrelude = entry.prelude.count <= CatalogLimits.quarantinePreludeBytes
    let prelude = hasPrelude ? entry.prelude : []
    let message = entry.bytes.prefix(CatalogLimits.quarantineMessageBytes)
    let isCut = entry.isCut || message.count < entry.bytes.count || !hasPrelude
    var body: [UInt8] = []
    append(entry.time, to: &body)
    append(entry.epoch, to: &body)
    body += [entry.reason.rawValue, isCut ? 1 : 0]
    for name in names { append(UInt16(name.count), to: &body) }
    for count in [context.count, prelude.count, message.count] {
      append(UInt32(count), to: &body)
    }
    for name in names { body += name }
    body += context
    body += prelude
    body += message
    var bytes = entryMark
    append(UInt32(body.count), to: &bytes)
    append(ContentHash.hash(rawBytes(of: body)), to: &bytes)
    return bytes + body
  }

  private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: number.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  /// The number of `count` bytes at `offset`, which must be there.
  private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
    (0..<count).reversed().reduce(0) { $0 << 8 | UInt64(bytes[offset + $1]) }
  }

  /// The entry at `offset` and the offset behind it; nil where no whole, undamaged one begins
  /// there.
  static func entry(
    _ bytes: [UInt8], at offset: Int
  ) -> (entry: QuarantineEntry, end: Int)? {
    guard bytes.count - offset >= headBytes + bodyHeadBytes,
      bytes[offset..<offset + 4].elementsEqual(entryMark)
    else { return nil }
    let count = Int(number(bytes, offset + 4, 4))
    let body = offset + headBytes
    guard (bodyHeadBytes...bodyLimit).contains(count), bytes.count - body >= count,
      ContentHash.hash(rawBytes(of: bytes).extracting(body..<body + count))
        == number(bytes, offset + 8, 8)
    else { return nil }
    var sizes = [14, 16, 18].map { Int(number(bytes, body + $0, 2)) }
    sizes += [20, 24, 28].map { Int(number(bytes, body + $0, 4)) }
    guard sizes.reduce(bodyHeadBytes, +) == count else { return nil }
    var at = body + bodyHeadBytes
    let parts = sizes.map { size in
      defer { at += size }
      return Array(bytes[at..<at + size])
    }
    let texts = parts[..<4].map { String(decoding: $0, as: UTF8.self) }
    let entry = QuarantineEntry(
      time: number(bytes, body, 8), source: texts[0], feed: texts[1], channel: texts[2],
      epoch: UInt32(number(bytes, body + 8, 4)),
      reason: RejectReason(rawValue: bytes[body + 12]), context: texts[3], prelude: parts[4],
      bytes: parts[5], isCut: bytes[body + 13] & 1 != 0)
    return (entry, body + count)
  }
}

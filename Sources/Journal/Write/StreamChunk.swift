public import Wire

/// A piece of a raw byte stream as it was received ("Stream payload" in docs/journal.md).
public struct StreamChunk: Equatable, Sendable {
  public enum Kind: UInt32, Sendable {
    case bytes = 0
    /// A new connection begins; no bytes.
    case connection = 1
    /// So many bytes were lost here: 8 bytes, little-endian.
    case lost = 2
  }

  /// ns since the Unix epoch.
  public var receivedNanos: UInt64
  public var kind: Kind
  /// Which of several connections that are read together; upper half of the word of the kind.
  public var channel: UInt16
  /// Where its bytes lie in the block.
  public var range: Range<Int>

  static var headBytes: Int { 16 }

  /// Appends the head of a chunk of `count` bytes, which the caller appends.
  public static func appendHead(
    receivedNanos: UInt64, count: Int, kind: Kind, channel: UInt16 = 0,
    to output: inout ByteBuffer
  ) {
    output.append(value: receivedNanos)
    output.append(value: UInt32(count))
    output.append(value: kind.rawValue | UInt32(channel) << 16)
  }

  /// Reads the chunk at `offset`; nil where none lies there whole. The next one begins at the end
  /// of its range.
  public init?(_ block: RawSpan, at offset: Int) {
    guard let time = block.loadLE(UInt64.self, at: offset),
      let count = block.loadLE(UInt32.self, at: offset + 8),
      let code = block.loadLE(UInt32.self, at: offset + 12),
      let kind = Kind(rawValue: code & 0xFFFF),
      Int(count) <= block.byteCount - offset - Self.headBytes
    else { return nil }
    receivedNanos = time
    self.kind = kind
    channel = UInt16(code &>> 16)
    let start = offset + Self.headBytes
    range = start..<(start + Int(count))
  }

  /// Content of the first frame of a stream's segments.
  public static func preamble(_ fields: [(name: String, value: String)]) -> [UInt8] {
    let lines = fields.map { "\($0.name) \($0.value)\n" }.joined()
    return Array("millrace-stream 1\n\(lines)\n".utf8)
  }
}

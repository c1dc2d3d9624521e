internal import Lz4
internal import Wire

/// What a raw capture's first frame holds.
public enum RawPreamble {
  /// The content: a pcapng section header with its interfaces, or a stream's lines.
  ///
  /// Throws `damaged` where it is not an LZ4 frame that states its size, as our writer makes it.
  public static func read(path: String, header: SegmentHeader) throws(JournalError) -> [UInt8] {
    var stored = ByteBuffer()
    let file = try LinuxFiles().openReadOnly(path)
    try file.read(Int(min(header.firstFrameBytes, limit)), at: 0, into: &stored)
    // LZ4 frame format, "Frame Descriptor": flags, block descriptor, then the content's size.
    guard stored.count == Int(header.firstFrameBytes),
      let size = stored.bytes.loadLE(UInt64.self, at: 6), size <= UInt64(limit)
    else { throw damaged(path) }
    var content = ByteBuffer()
    do {
      var lz4 = try Lz4FrameDecompressor()
      try lz4.appendContent(of: stored.bytes, rawBytes: Int(size), to: &content)
    } catch {
      throw damaged(path)
    }
    let bytes = content.bytes
    return (0..<bytes.byteCount).map { bytes.uncheckedByte(at: $0) }
  }

  /// The value of one line of a stream's preamble; nil where there is none.
  public static func field(_ name: String, in preamble: [UInt8]) -> String? {
    for line in String(decoding: preamble, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2, parts[0] == name { return String(parts[1]) }
    }
    return nil
  }

  private static var limit: UInt32 { 1 << 20 }

  private static func damaged(_ path: String) -> JournalError {
    .damaged(path: path, block: nil, detail: "the first frame cannot be read")
  }
}

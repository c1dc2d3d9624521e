internal import Lz4
internal import Wire
internal import Zstd

extension JournalCodec {
  /// Whether segments are plain DBN files, whose headers stand in a file beside them.
  public var isPlain: Bool { payload == .dbn && coder == .none }

  /// Path of the headers of a plain DBN segment.
  public static func sidecarPath(_ path: String) -> String { path + ".blocks" }

  /// Appends a segment's first frame: `content` as zstd or LZ4, both with a hash of it, or as it is
  /// for plain DBN. Columnar segments have a zstd frame whatever coder their columns have.
  func appendFrame(_ content: RawSpan, to output: inout ByteBuffer) throws(JournalError) {
    do {
      switch (payload, coder) {
      case (.columnar, _), (_, .zstd):
        var zstd = try ZstdCompressor(level: 3)
        try zstd.appendFrame(content, to: &output)
      case (_, .lz4):
        var lz4 = try Lz4FrameCompressor()
        try lz4.appendFrame(content, to: &output)
      case (_, .none): output.append(content)
      }
    } catch {
      throw .coder("\(error)")
    }
  }
}

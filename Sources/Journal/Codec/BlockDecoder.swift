internal import CMillrace
internal import Columnar
internal import Hashing
internal import Lz4
public import Wire
internal import Zstd

/// Gives the records of a block back: any payload, any coder. One thread at a time.
public struct BlockDecoder: ~Copyable {
  // Each is made when the first block wants it.
  private var zstd: ZstdFrameDecompressor?
  private var lz4: Lz4FrameDecompressor?
  private var columnar: ColumnarDecoder?

  public init() {}

  /// Appends the records of the block that `header` heads; `payload` is its frame as stored.
  ///
  /// Exactly `header.rawBytes` bytes, or it throws `damaged` (with `path` in it) and appends
  /// nothing. That the bytes are whole records follows from the hash for blocks that we have
  /// written; who reads foreign files walks them with care.
  public mutating func appendRecords(
    of payload: RawSpan, header: BlockHeader, path: String = "", to output: inout ByteBuffer
  ) throws(JournalError) {
    func damaged(_ detail: String) -> JournalError {
      .damaged(path: path, block: header.number, detail: detail)
    }
    guard payload.byteCount == Int(header.storedBytes) else {
      throw damaged("\(payload.byteCount) bytes where \(header.storedBytes) were stored")
    }
    guard ContentHash.hash(payload) == header.payloadHash else {
      throw damaged("the payload's hash does not match")
    }
    let rawBytes = Int(header.rawBytes)
    do {
      switch (header.payload, header.coder) {
      case (.columnar, _):
        guard let body = Self.skippableBody(payload) else {
          throw damaged("the columns are in no skippable frame")
        }
        if columnar == nil { columnar = try ColumnarDecoder() }
        try columnar?.appendRecords(
          of: payload.extracting(body), recordCount: Int(header.recordCount), rawBytes: rawBytes,
          to: &output)
      case (_, .zstd):
        // The header's hash covers the frame as stored, its checksum included.
        if zstd == nil { zstd = try ZstdFrameDecompressor(checksChecksum: false) }
        try zstd?.appendContent(of: payload, rawBytes: rawBytes, to: &output)
      case (_, .lz4):
        if lz4 == nil { lz4 = try Lz4FrameDecompressor() }
        try lz4?.appendContent(of: payload, rawBytes: rawBytes, to: &output)
      case (_, .none):
        guard payload.byteCount == rawBytes else { throw damaged("stored bytes are not raw bytes") }
        output.append(payload)
      }
    } catch let error as JournalError {
      throw error
    } catch {
      throw damaged("\(error)")
    }
  }

  /// Where the content of a skippable frame lies that takes all of `payload`.
  private static func skippableBody(_ payload: RawSpan) -> Range<Int>? {
    guard payload.loadLE(UInt32.self, at: 0) == MILLRACE_SKIPPABLE_MAGIC,
      let length = payload.loadLE(UInt32.self, at: 4), Int(length) == payload.byteCount - 8
    else { return nil }
    return 8..<payload.byteCount
  }
}

internal import Records
internal import Wire
internal import Zstd

/// Writes records as a standard DBN file: metadata, then the records as they are; for `dbn.zst` in
/// zstd frames without anything of our own between them.
struct DBNExport: RecordExport, ~Copyable {
  private var file: OutputFile
  private var compressor: ZstdCompressor?
  /// Records that wait to be written, and compressed bytes.
  private var pending = ByteBuffer(capacity: pieceBytes + (1 << 16))
  private var compressed = ByteBuffer()
  private var records: UInt64 = 0

  private static var pieceBytes: Int { 1 << 20 }

  init(
    _ context: CommandContext, _ metadata: DBNMetadata, isCompressed: Bool
  ) throws(CommandError) {
    let arguments = context.arguments
    var head: [UInt8] = []
    do throws(DBNError) {
      try metadata.append(to: &head)
    } catch {
      throw Self.failure("\(error)")
    }
    compressor = isCompressed ? try Self.compressor(arguments.value(of: ExportVerb.level)) : nil
    file = try OutputFile(arguments.value(of: ExportVerb.output), verb: ExportVerb.name)
    pending.append(rawBytes(of: head))
  }

  mutating func add(
    _ bytes: RawSpan, recordCount: Int, _ symbols: inout JournalSymbols
  ) throws(CommandError) {
    records &+= UInt64(recordCount)
    pending.append(bytes)
    if pending.count >= Self.pieceBytes { try pass(isLast: false) }
  }

  mutating func finish(_ report: inout ExportReport) throws(CommandError) {
    try pass(isLast: true)
    try file.finish()
    report.files.append((file.path, records, file.byteCount))
  }

  private mutating func pass(isLast: Bool) throws(CommandError) {
    guard compressor != nil else {
      try file.write(pending)
      return pending.removeAll()
    }
    try Self.compress(pending, &compressor, isLast: isLast, to: &compressed)
    try file.write(compressed)
    compressed.removeAll()
    pending.removeAll()
  }

  private static func compress(
    _ bytes: borrowing ByteBuffer, _ compressor: inout ZstdCompressor?, isLast: Bool,
    to output: inout ByteBuffer
  ) throws(CommandError) {
    do throws(ZstdError) {
      try compressor?.appendPiece(bytes.bytes, isLast: isLast, to: &output)
    } catch {
      throw failure("\(error)")
    }
  }

  private static func compressor(_ level: Int) throws(CommandError) -> ZstdCompressor {
    do throws(ZstdError) {
      return try ZstdCompressor(level: level)
    } catch {
      throw failure("\(error)")
    }
  }

  private static func failure(_ text: String) -> CommandError {
    CommandError(
      .inputOutput, verb: ExportVerb.name, happened: text, what: "", remedy: "")
  }
}

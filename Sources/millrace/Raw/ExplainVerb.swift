internal import Engine
internal import FeedKit
internal import Journal
internal import Ledger
internal import Records
internal import Wire

/// `millrace explain`: from a record back to the bytes that it came from.
enum ExplainVerb: Verb {
  static var name: String { "explain" }
  static var summary: String { "show the raw bytes that a journal's record came from" }
  static var operands: String { "SEGMENT:RECORD" }
  static var options: [any DeclaredOption] { [raw, feed] }
  static var notes: String {
    """
    RECORD is the record's number in the segment; the first one is 0. Printed are the record, its
    block, and the message of the raw capture that was received at the record's ts_recv and has its
    sequence number: addresses, bytes, and all fields. The captures are looked for beside the
    segment; --raw names others. A run keeps them with --journal DIR --capture raw.

      millrace explain journal/XNAS.ITCH/2023-11-14/14-0.dbn.zst:120034

    Exit code 1: the bytes were not found.
    """
  }

  static let raw = CommandOption.text(
    "raw", "FILE", help: "raw capture to look into; may be given more than once")
  static let feed = CommandOption.text(
    "feed", "NAME", help: "the feed of the captures; that of their dataset if not given")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let (path, number) = try operand(context.arguments.operands)
    let found = try record(number, path: path)
    var report = ExplainReport(path: path, record: found)
    if let time = found.receivedNanos {
      let feed = try RawFeed.of(
        dataset: found.dataset, named: context.arguments[feed], verb: name)
      report.feed = feed
      report.captures = captures(context.arguments, beside: path, nanos: time)
      for capture in report.captures {
        do throws(JournalError) {
          report.messages += try RawMessages.find(at: time, path: capture, feed: feed)
        } catch {
          throw CommandError(error, verb: name)
        }
      }
      report.choose(sequence: found.sequence)
    }
    if context.arguments[GlobalOptions.json] {
      try context.output.write(report.json)
    } else {
      try context.output.write(report.text)
    }
    return report.messages.isEmpty ? .findings : .ok
  }

  private static func operand(_ operands: [String]) throws(CommandError) -> (String, UInt64) {
    guard operands.count == 1, let colon = operands[0].lastIndex(of: ":"),
      let number = UInt64(operands[0][operands[0].index(after: colon)...])
    else {
      throw CommandError(
        .usage, verb: name, happened: "not a segment and a record's number",
        what: operands.joined(separator: " "), remedy: "write it as FILE.dbn.zst:120034")
    }
    return (String(operands[0][..<colon]), number)
  }

  private static func record(
    _ number: UInt64, path: String
  ) throws(CommandError) -> ExplainedRecord {
    do throws(JournalError) {
      var reader = try SegmentReader(path: path)
      try reader.seek(record: number)
      if let block = try reader.nextBlock(), block.firstRecord <= number,
        number < block.endRecord
      {
        var records = ByteBuffer()
        try reader.appendRecords(to: &records)
        if let found = ExplainedRecord(
          records.bytes, number: number, block: block, header: reader.header)
        {
          return found
        }
      }
    } catch {
      throw CommandError(error, verb: name)
    }
    throw CommandError(
      .usage, verb: name, happened: "the segment has no record \(number)", what: path,
      remedy: "millrace inspect tells how many it has")
  }

  /// The captures named, or those beside the segment whose hours may hold the time.
  private static func captures(
    _ arguments: CommandArguments, beside path: String, nanos: UInt64
  ) -> [String] {
    let named = arguments.all(raw)
    guard named.isEmpty else { return named }
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let files = (FileTree.names(in: folder) ?? []).map { "\(folder)/\($0)" }
    let endings = ["pcapng.lz4", "stream.lz4"]
    return files.filter { file in
      guard let segment = SegmentName(path: file) ?? SegmentName(path: "1970-01-01/\(file)")
      else { return false }
      return endings.contains(segment.ending) && segment.startNanos <= nanos
    }.sorted()
  }
}

/// A record and where it stands.
struct ExplainedRecord {
  let bytes: [UInt8]
  let number: UInt64
  let block: UInt64
  /// Of the record in the block's raw bytes.
  let offset: Int
  let dataset: String
  let version: UInt8

  /// The record `number` of the segment; nil where the block's bytes end before it.
  init?(_ records: RawSpan, number: UInt64, block: BlockHeader, header: SegmentHeader) {
    var at = 0
    var left = number - block.firstRecord
    while let head = RecordHeader(copying: records, at: at), head.length >= 4,
      head.byteCount <= records.byteCount - at
    {
      if left == 0 {
        bytes = (at..<(at + head.byteCount)).map { records.loadByte(at: $0) ?? 0 }
        self.number = number
        self.block = block.number
        offset = at
        dataset = header.dataset
        version = header.dbnVersion
        return
      }
      left -= 1
      at += head.byteCount
    }
    return nil
  }

  var head: RecordHeader? { RecordHeader(copying: rawBytes(of: bytes)) }

  /// Nil for records that no message has made: mappings, bars, sampled quotes, notices.
  var receivedNanos: UInt64? {
    guard let type = head?.rtype, !type.isSampled, let offset = type.receiveTimeOffset,
      let time = rawBytes(of: bytes).loadLE(UInt64.self, at: offset), time != Undefined.timestamp
    else { return nil }
    return time
  }

  var sequence: UInt32? {
    guard let offset = head?.rtype.sequenceOffset else { return nil }
    return rawBytes(of: bytes).loadLE(UInt32.self, at: offset)
  }
}

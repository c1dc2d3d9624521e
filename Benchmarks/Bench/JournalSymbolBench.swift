import Journal
import Ledger
import Records
import Wire

/// One symbol of a day, from a columnar segment in a file: blocks that cannot hold it are passed
/// over by their headers' instrument maps.
enum JournalSymbolBench {
  static func run(
    _ records: borrowing JournalRecords, _ options: BenchOptions, _ report: inout BenchReport
  ) throws(BenchError) {
    let path = JournalRecords.scratch(".mrc")
    defer { BenchFile.remove([path]) }
    let blocks = records.blocks(of: JournalWriteBench.hotBlock)
    let wanted = rarest(records, blocks)
    let expected = count(records.bytes, of: wanted)
    do throws(JournalError) {
      try write(records, blocks, to: path)
      for _ in 0..<options.rounds(5) {
        let all = try read(path, instruments: [])
        report.add("file, all records", "ms", Double(all.nanos) / 1e6)
        let one = try read(path, instruments: [wanted])
        report.add("file, one symbol", "ms", Double(one.nanos) / 1e6)
        guard one.records >= expected else {
          throw .badOption("\(one.records) of \(expected) records of the symbol")
        }
      }
    } catch {
      throw .wrong("one symbol: \(error)")
    }
    report.input.append(("one symbol", "\(expected) of \(records.recordCount) records"))
    report.bar(
      "one symbol / all, time", report.ratio("file, one symbol", to: "file, all records"),
      atMost: 1)
  }

  private static func write(
    _ records: borrowing JournalRecords, _ blocks: [JournalRecords.Block], to path: String
  ) throws(JournalError) {
    var header = SegmentHeader()
    header.codec = JournalCodec(payload: .columnar, coder: .zstd, level: 1)
    header.dataset = "BENCH"
    let metadata = DBNMetadata(dataset: "BENCH", start: 0)
    var writer = try SegmentWriter(path: path, header: header, metadata: metadata)
    for block in blocks {
      try writer.append(records.bytes.extracting(block.range), recordCount: block.records)
    }
    try writer.close()
  }

  private static func read(
    _ path: String, instruments: [UInt32]
  ) throws(JournalError) -> (nanos: UInt64, records: Int) {
    var query = JournalQuery()
    query.instruments = instruments
    let start = MonotonicClock.now()
    var stream = try JournalStream(paths: [path], query: query)
    var count = 0
    while try stream.next() { count += stream.recordCount }
    return (MonotonicClock.now().nanos(since: start), count)
  }

  /// The instrument that the fewest blocks hold, of the ones that some do.
  private static func rarest(
    _ records: borrowing JournalRecords, _ blocks: [JournalRecords.Block]
  ) -> UInt32 {
    var blocksWith: [UInt32: Int] = [:]
    let bytes = records.bytes
    for block in blocks {
      var seen: Set<UInt32> = []
      var offset = block.range.lowerBound
      while offset < block.range.upperBound {
        let rtype = bytes.uncheckedByte(at: offset + 1)
        if rtype == RType.mbo.rawValue {
          seen.insert(bytes.uncheckedLE(UInt32.self, at: offset + 4))
        }
        offset += Int(bytes.uncheckedByte(at: offset)) * 4
      }
      for instrument in seen { blocksWith[instrument, default: 0] += 1 }
    }
    return blocksWith.min { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 0
  }

  private static func count(_ bytes: RawSpan, of instrument: UInt32) -> Int {
    var count = 0
    var offset = 0
    while offset < bytes.byteCount {
      count += bytes.uncheckedLE(UInt32.self, at: offset + 4) == instrument ? 1 : 0
      offset += Int(bytes.uncheckedByte(at: offset)) * 4
    }
    return count
  }
}

import Foundation
import Journal
import Records
import TestSupport
import Testing
import Wire

/// A small journal written by the real writer: several shards, symbols and schemas.
struct MadeJournal {
  let root: String
  /// The records in merge order.
  let records: [[UInt8]]
  /// Receive time of the first record that has one, 2023-08-22 13:30:00 UTC.
  static let start: UInt64 = 1_692_711_000_000_000_000
  static let symbols = ["MILL", "RACE", "BRK.B", "A/B C", "WHEEL"]
  static let dataset = "XNAS.ITCH"

  /// `orders` records 1 ms apart, after a mapping for each symbol; `blockRecords` a block.
  init(
    in files: MadeFiles, name: String = "journal", orders: Int = 2_000, shards: Int = 2,
    blockRecords: Int = 100, codec: String = "zstd:1"
  ) throws {
    root = files.folder.appending(path: name).path
    var mappings: [[UInt8]] = []
    var others: [[UInt8]] = []
    var byShard = [[[UInt8]]](repeating: [], count: shards)
    for shard in 0..<shards {
      for (index, symbol) in Self.symbols.enumerated() where (index + 1) % shards == shard {
        let record = Self.mapping(symbol, instrument: UInt32(index + 1))
        mappings.append(record)
        byShard[shard].append(record)
      }
    }
    for index in 0..<orders {
      let instrument = 1 + index % Self.symbols.count
      let record = Self.record(index, instrument: UInt32(instrument))
      others.append(record)
      byShard[instrument % shards].append(record)
    }
    records = mappings + others
    for (shard, records) in byShard.enumerated() {
      try Self.write(
        records, shard: shard, of: shards, root: root, blockRecords: blockRecords, codec: codec)
    }
  }

  private static func write(
    _ records: [[UInt8]], shard: Int, of shards: Int, root: String, blockRecords: Int,
    codec: String
  ) throws {
    var options = JournalOptions(
      root: root, dataset: dataset, instance: "made", shard: shard, shardCount: shards, runID: 7)
    options.codec = try #require(JournalCodec(name: codec))
    options.blockRecords = blockRecords
    options.sync = .off
    var writer = try JournalWriter(options)
    for first in stride(from: 0, to: records.count, by: blockRecords) {
      let block = Array(records[first..<min(first + blockRecords, records.count)])
      let bytes = block.flatMap { $0 }
      writer.write(bytes.rawSpan, recordCount: block.count, nowNanos: start)
    }
    writer.close(nowNanos: start)
    let status = writer.status
    #expect(status.lost == 0 && status.written == UInt64(records.count))
  }

  static func mapping(_ symbol: String, instrument: UInt32) -> [UInt8] {
    var record = SymbolMappingMessage(
      publisherID: 2, instrumentID: instrument, tsEvent: start)
    record.stypeIn = .rawSymbol
    record.stypeInSymbol.setText(Array(symbol.utf8))
    record.stypeOutSymbol.setText(Array(symbol.utf8))
    return bytes(record)
  }

  static func record(_ index: Int, instrument: UInt32) -> [UInt8] {
    let time = start + UInt64(index) * 1_000_000
    if index % 7 == 3 {
      return bytes(
        TradeMessage(
          publisherID: 2, instrumentID: instrument, tsEvent: time - 500,
          price: Int64(index) * 1_250_000_000, size: UInt32(index), action: .trade, side: .ask,
          tsRecv: time, tsInDelta: 9, sequence: UInt32(index)))
    }
    if index % 101 == 50 {
      return bytes(
        StatusMessage(
          publisherID: 2, instrumentID: instrument, tsEvent: time - 500, tsRecv: time))
    }
    return bytes(
      MBOMessage(
        publisherID: 2, instrumentID: instrument, tsEvent: time - 500, orderID: UInt64(index) << 33,
        price: index % 50 == 0 ? Undefined.price : Int64(index) * -10_000_000, size: 100,
        flags: .last, action: .add, side: index % 2 == 0 ? .bid : .ask, tsRecv: time,
        tsInDelta: -5, sequence: UInt32(index)))
  }

  private static func bytes(_ record: some Record) -> [UInt8] {
    var bytes: [UInt8] = []
    record.append(to: &bytes)
    return bytes
  }

  /// The segments' paths, sorted.
  var segments: [String] {
    let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    return names.filter { !$0.hasSuffix(".blocks") && $0.contains(".") && $0.contains("/20") }
      .filter { $0.split(separator: "/").count == 3 }
      .sorted().map { root + "/" + $0 }
  }

  /// The records of a type.
  func records(_ type: RType) -> [[UInt8]] { records.filter { $0[1] == type.rawValue } }

  static func header(_ record: [UInt8]) -> RecordHeader? {
    RecordHeader(copying: rawBytes(of: record))
  }

  static func order(_ record: [UInt8]) -> MBOMessage? { MBOMessage(copying: rawBytes(of: record)) }

  static func trade(_ record: [UInt8]) -> TradeMessage? {
    TradeMessage(copying: rawBytes(of: record))
  }

  /// Symbol of a record's instrument.
  static func symbol(_ record: [UInt8]) -> String {
    symbols[Int(record[4]) - 1]
  }

  /// The records of a DBN file, plain or zstd, by the public decoder.
  static func decode(_ path: String) throws -> (metadata: DBNMetadata?, records: [[UInt8]]) {
    var decoder = DBNDecoder()
    decoder.feed(try Data(contentsOf: URL(filePath: path)))
    var records: [[UInt8]] = []
    while true {
      let step = try decoder.next()
      if step == .needMore { break }
      if case .record = step {
        let span = decoder.record
        records.append((0..<span.byteCount).map { span.uncheckedByte(at: $0) })
      }
    }
    let isComplete = decoder.isComplete
    #expect(isComplete)
    return (decoder.metadata, records)
  }
}

import Engine
import ExchangeFeeds
import FeedKit
import FeedRegistry
import Foundation
import Journal
import Ledger
import Net
import Records
import SharedMemory
import Testing
import Wire

/// A journal of made records, one segment a shard, gone afterwards.
final class MadeJournal {
  /// 2026-03-02 14:30 UTC.
  static let start: UInt64 = 1_772_461_800_000_000_000
  static let symbolsPerShard = 5

  let folder: URL
  let root: String
  /// What each shard holds, record by record.
  private(set) var records: [[[UInt8]]] = []
  private(set) var symbols: [[String]] = []

  /// `records` orders in each shard, `stepNanos` apart; equal times in all shards.
  /// `made` replaces the records of a shard, `change` its header.
  init(
    shards: Int, records count: Int, stepNanos: UInt64, codec: JournalCodec,
    change: (inout SegmentHeader) -> Void = { _ in }, made other: ((Int) -> [[UInt8]])? = nil
  ) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "millrace-\(UUID())")
    root = folder.appending(path: "journal").path
    let day = "\(root)/XNAS.ITCH/2026-03-02"
    try FileManager.default.createDirectory(atPath: day, withIntermediateDirectories: true)
    for shard in 0..<shards {
      let made =
        other?(shard) ?? Self.records(shard, of: shards, count: count, stepNanos: stepNanos)
      records.append(made)
      symbols.append((0..<Self.symbolsPerShard).map { "S\(shard)N\($0)" })
      var header = SegmentHeader()
      (header.runID, header.dataset, header.instance) = (7, "XNAS.ITCH", "made")
      (header.shard, header.shardCount) = (UInt32(shard), UInt32(shards))
      (header.codec, header.blockRecords) = (codec, 4_096)
      change(&header)
      var writer = try SegmentWriter(
        path: "\(day)/14-\(shard).\(codec.fileEnding)", header: header,
        metadata: DBNMetadata(dataset: "XNAS.ITCH", start: Self.start))
      for first in stride(from: 0, to: made.count, by: 4_096) {
        let block = made[first..<min(first + 4_096, made.count)]
        let bytes = Array(block.joined())
        let span = rawBytes(of: bytes)
        try writer.append(span, recordCount: block.count)
      }
      try writer.close()
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private static func records(
    _ shard: Int, of shards: Int, count: Int, stepNanos: UInt64
  ) -> [[UInt8]] {
    var made: [[UInt8]] = []
    for index in 0..<symbolsPerShard {
      var mapping = SymbolMappingMessage(
        publisherID: 2, instrumentID: UInt32(1 + shard + shards * index), tsEvent: start,
        stypeIn: .rawSymbol, stypeOut: .instrumentID)
      mapping.stypeInSymbol.setText("S\(shard)N\(index)")
      var bytes: [UInt8] = []
      mapping.append(to: &bytes)
      made.append(bytes)
    }
    for index in 0..<count {
      let time = start + UInt64(index) * stepNanos
      let order = MBOMessage(
        publisherID: 2, instrumentID: UInt32(1 + shard + shards * (index % symbolsPerShard)),
        tsEvent: time - 1_000, orderID: UInt64(index * shards + shard + 1),
        price: Int64(100_000 * (1 + index)), size: 100, flags: .last, action: .add, side: .bid,
        tsRecv: time, sequence: UInt32(index))
      var bytes: [UInt8] = []
      order.append(to: &bytes)
      made.append(bytes)
    }
    return made
  }

  /// Rings for a replay of this journal, in its folder.
  func rings(_ plan: ReplayPlan, symbols: [[SymbolFile.Entry]] = []) throws -> RingRecords {
    var options = ReplayRingOptions(
      location: try RingLocation(instance: "r", folder: folder.appending(path: "shm").path))
    options.shards = plan.ringCount
    options.dataset = plan.dataset
    options.ringLines = 1 << 18
    options.symbols = symbols
    return RingRecords(outlet: try ReplayRings(options), folder: options.location.instanceFolder)
  }
}

/// Rings and what a reader finds in them.
struct RingRecords {
  let outlet: ReplayRings
  let folder: String

  func records(_ shard: Int) throws -> [[UInt8]] {
    try Self.read("\(folder)/shard-\(shard).ring")
  }

  func symbols(_ shard: Int) throws -> [String] {
    guard let file = try SymbolFile(path: "\(folder)/shard-\(shard).symbols") else { return [] }
    return (0..<file.count).map { file[$0].symbol }
  }

  /// All that a ring still holds.
  static func read(_ path: String) throws -> [[UInt8]] {
    var reader = try BroadcastReader(path: path)
    var records: [[UInt8]] = []
    while true {
      let event = reader.poll()
      if event == .closed || event == .none { return records }
      guard event == .record else { continue }
      let record = reader.record
      var bytes: [UInt8] = []
      for offset in 0..<record.byteCount { bytes.append(record.uncheckedByte(at: offset)) }
      records.append(bytes)
    }
  }
}

/// A simulated day, what a pipeline published of it, and that as a journal.
final class SimulatedDay {
  let folder: URL
  let root: String
  let shards: Int
  private(set) var records: [[[UInt8]]] = []
  private static let midnight: UInt64 = 1_580_360_400_000_000_000

  init(messages: Int, shards: Int) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "millrace-\(UUID())")
    root = folder.appending(path: "journal").path
    self.shards = shards
    let day = "\(root)/XNAS.ITCH/2020-01-30"
    try FileManager.default.createDirectory(atPath: day, withIntermediateDirectories: true)
    var options = ItchMarketOptions()
    options.symbols = 100
    options.messages = messages
    var market = try ItchMarket(options)
    let file = folder.appending(path: "day.itch").path
    _ = try ItchSimulatorFile.write(&market, to: file)
    let feed = try #require(FeedRegistry.feed(named: "itch50"))
    let first = try pipeline(.file(try InputRecognition(path: file, as: feed)))
    try first.start()
    while !first.isFinished { usleep(1_000) }
    #expect(first.stop().map(\.description) == [])
    for shard in 0..<shards {
      let published = try RingRecords.read("\(first.folder)/shard-\(shard).ring")
      records.append(published)
      var header = SegmentHeader()
      (header.runID, header.dataset) = (7, "XNAS.ITCH")
      (header.shard, header.shardCount) = (UInt32(shard), UInt32(shards))
      var writer = try SegmentWriter(
        path: "\(day)/14-\(shard).dbn.zst", header: header,
        metadata: DBNMetadata(dataset: "XNAS.ITCH"))
      for start in stride(from: 0, to: published.count, by: 8_192) {
        let block = published[start..<min(start + 8_192, published.count)]
        let bytes = Array(block.joined())
        let span = rawBytes(of: bytes)
        try writer.append(span, recordCount: block.count)
      }
      try writer.close()
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// A pipeline in the day's folder, not started.
  func pipeline(_ input: SourceInput) throws -> Pipeline {
    var options = PipelineOptions(instance: "t\(UUID().uuidString.prefix(8))", verb: "test")
    options.shards = shards
    options.ringLines = 1 << 18
    options.folder = folder.path
    var source = SourceConfiguration(name: "itch", feed: ItchFeed.self, input: input)
    source.midnight = Self.midnight
    source.gaps.start = .one
    source.gaps.deadlineNanos = 5_000_000_000
    return try Pipeline(options: options, sources: [source], version: "test")
  }

  /// A port of 127.0.0.1 that nobody uses now.
  func freePort() throws -> Endpoint {
    let receiver = try UDPReceiver(Endpoint(host: "127.0.0.1", port: 0))
    return Endpoint(host: "127.0.0.1", port: receiver.localAddress.port)
  }

  /// The orders among records, without receive time and sequence number.
  func orders(_ records: [[UInt8]]) -> [[UInt8]] {
    records.filter { $0[1] == RType.mbo.rawValue }.map { record in
      Array(record[..<40]) + Array(record[48..<52])
    }
  }
}

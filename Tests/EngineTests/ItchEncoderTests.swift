import Engine
import ExchangeFeeds
import FeedKit
import FeedRegistry
import Foundation
import Lanes
import Ledger
import Records
import SharedMemory
import Testing
import Wire

/// A journal's records back into ITCH: message → records → message → records, the second time the
/// same ones.
@Suite struct ItchEncoderTests {
  private static var outputs: [ShardOutputs] {
    [[.books], [.books, .mbp1, .ohlcv1s, .statistics, .bbo1s], []]
  }

  @Test(arguments: [1, 3], outputs.indices)
  func aDayComesBack(shards: Int, outputs index: Int) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "millrace-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let day = folder.appending(path: "day.itch").path
    var options = ItchMarketOptions()
    options.seed = 5
    options.symbols = 200
    options.messages = 30_000
    options.messagesPerHalt = 5_000
    options.haltMessages = 2_000
    options.messagesPerRarity = 500
    var market = try ItchMarket(options)
    _ = try ItchSimulatorFile.write(&market, to: day)
    let outputs = Self.outputs[index]
    let first = try publish(day, folder, shards: shards, outputs: outputs)

    var encoder = ItchEncoder(lanes: shards)
    var frames = ByteBuffer()
    for shard in 0..<shards { Self.encode(&encoder, first[shard], lane: shard, into: &frames) }
    encoder.finish(into: &frames)
    #expect(encoder.counts.lostTotal == 0)
    #expect(encoder.counts.records == UInt64(first.reduce(0) { $0 + $1.count }))
    let again = folder.appending(path: "again.itch")
    try Self.data(frames).write(to: again)

    let second = try publish(again.path, folder, shards: shards, outputs: outputs)
    for shard in 0..<shards {
      // What concerns the whole market stands in all shards, and was sent from the first one.
      let left = first[shard].filter { shards == 1 || !Self.isForAll($0) }.map(Self.masked)
      let right = second[shard].filter { shards == 1 || !Self.isForAll($0) }.map(Self.masked)
      #expect(left.count == right.count)
      let difference = zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }
      #expect(difference == nil, "shard \(shard), record \(difference?.offset ?? 0)")
    }
  }

  private static func encode(
    _ encoder: inout ItchEncoder, _ records: [[UInt8]], lane: Int, into frames: inout ByteBuffer
  ) {
    for record in records { encoder.encode(rawBytes(of: record), lane: lane, into: &frames) }
  }

  private static func data(_ frames: borrowing ByteBuffer) -> Data {
    let span = frames.bytes
    var bytes: [UInt8] = []
    for offset in 0..<span.byteCount { bytes.append(span.uncheckedByte(at: offset)) }
    return Data(bytes)
  }

  /// All fields but those that a second reception makes anew: receive time, sequence number, and
  /// the times of the transport's own records.
  private static func masked(_ record: [UInt8]) -> [UInt8] {
    var record = record
    let type = RType(rawValue: record[1])
    for (offset, count) in [(type.receiveTimeOffset, 8), (type.sequenceOffset, 4)] {
      if let offset { for index in offset..<(offset + count) { record[index] = 0 } }
    }
    if type == .system || type == .error { for index in 8..<16 { record[index] = 0 } }
    return record
  }

  private static func isForAll(_ record: [UInt8]) -> Bool { record[4..<8].allSatisfy { $0 == 0 } }

  /// Runs a pipeline over a file; gives what each shard has published.
  private func publish(
    _ path: String, _ folder: URL, shards: Int, outputs: ShardOutputs
  ) throws -> [[[UInt8]]] {
    var options = PipelineOptions(instance: "t\(UUID().uuidString.prefix(8))", verb: "test")
    options.shards = shards
    options.outputs = outputs
    options.ringLines = 1 << 20
    options.folder = folder.path
    let feed = try #require(FeedRegistry.feed(named: "itch50"))
    var source = SourceConfiguration(
      name: "itch", feed: feed, input: .file(try InputRecognition(path: path, as: feed)))
    source.midnight = 1_580_360_400_000_000_000
    let pipeline = try Pipeline(options: options, sources: [source], version: "test")
    try pipeline.start()
    while !pipeline.isFinished { usleep(1000) }
    #expect(pipeline.stop().map(\.description) == [])
    #expect(pipeline.reports[0].decode.rejectedTotal == 0)
    var result: [[[UInt8]]] = []
    for shard in 0..<shards {
      var reader = try BroadcastReader(path: "\(pipeline.folder)/shard-\(shard).ring")
      var records: [[UInt8]] = []
      while true {
        let event = reader.poll()
        if event == .closed || event == .none { break }
        guard event == .record else { continue }
        let record = reader.record
        var bytes: [UInt8] = []
        for offset in 0..<record.byteCount { bytes.append(record.uncheckedByte(at: offset)) }
        records.append(bytes)
      }
      result.append(records)
    }
    return result
  }
}

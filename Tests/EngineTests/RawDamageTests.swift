import Engine
import ExchangeFeeds
import FeedKit
import FeedRegistry
import Foundation
import Journal
import Ledger
import TestSupport
import Testing
import Wire

/// A raw capture with a damaged block: what stands around it is decoded all the same.
struct RawDamageTests {
  /// The capture at `path` again, in blocks of `packets` packets.
  private func divide(_ path: String, to target: String, packets: Int) throws {
    var reader = try SegmentReader(path: path)
    var header = reader.header
    header.segmentID = 0
    var writer = try SegmentWriter(
      path: target, header: header,
      preamble: try RawPreamble.read(path: path, header: reader.header))
    var bytes = ByteBuffer()
    while let block = try reader.nextBlock() {
      bytes.removeAll()
      try reader.appendRecords(to: &bytes)
      let span = bytes.bytes
      var (start, end, count) = (0, 0, 0)
      while end < span.byteCount {
        end += Int(span.uncheckedLE(UInt32.self, at: end + 4))
        count += 1
        guard count == packets || end == span.byteCount else { continue }
        var place = BlockHeader()
        place.recordCount = UInt32(count)
        (place.hasReceiveTimes, place.minTsRecv) = (true, block.minTsRecv)
        place.maxTsRecv = block.maxTsRecv
        _ = try writer.append(raw: span.extracting(start..<end), place: place)
        (start, count) = (end, 0)
      }
    }
    try writer.close()
  }

  /// Messages that a capture gives.
  private func messages(_ path: String, like source: SourceConfiguration) throws -> UInt64 {
    var again = source
    again.input = .raw(paths: [path])
    again.gaps.requestLimit = 0
    let pipeline = try Pipeline(
      options: PipelineOptions(instance: "test-\(UUID().uuidString.prefix(8))", verb: "test"),
      sources: [again], version: "test")
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    while !pipeline.isFinished { usleep(1_000) }
    #expect(pipeline.stop().map(\.description) == [])
    #expect(pipeline.failures.isEmpty)
    return try pipeline.snapshot().total(.messages)
  }

  @Test func aDamagedBlockCostsItsOwnDatagrams() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "raw-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var market = ItchMarketOptions()
    (market.seed, market.symbols, market.messages, market.rate) = (3, 20, 4_000, 40_000)
    let exchange = try SimulatedExchange(market: market, impairments: [.init(), .init()])
    var source = SourceConfiguration(
      name: "itch", feed: ItchFeed.self,
      input: .udp(lines: exchange.lines, reRequest: exchange.reRequest))
    source.gaps.start = .one
    source.gaps.deadlineNanos = 100_000_000
    var options = PipelineOptions(instance: "test-\(UUID().uuidString.prefix(8))", verb: "test")
    options.journal = JournalSettings(root: folder)
    options.capturesRaw = true
    let pipeline = try Pipeline(options: options, sources: [source], version: "test")
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    try exchange.start()
    #expect(Patience.wait { exchange.messages >= 4_000 })
    _ = exchange.stop()
    _ = pipeline.stop()
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    let name = try #require(names.sorted().first { $0.hasSuffix(".pcapng.lz4") })
    let whole = "\(folder)/whole.pcapng.lz4"
    try divide("\(folder)/\(name)", to: whole, packets: 50)
    let all = try messages(whole, like: source)
    #expect(all > 1_000)
    var bytes = try Data(contentsOf: URL(filePath: whole))
    bytes[bytes.count / 2] ^= 0x20
    let damaged = "\(folder)/damaged.pcapng.lz4"
    try bytes.write(to: URL(filePath: damaged))
    let some = try messages(damaged, like: source)
    #expect(some < all && some > all / 4)
    // `explain` too looks behind the damage.
    var reader = try SegmentReader(path: damaged)
    var last: BlockHeader?
    while let block = try reader.nextBlock() { last = block }
    let time = try #require(last?.maxTsRecv)
    let found = try RawMessages.find(at: time, path: damaged, feed: ItchFeed.self)
    #expect(found.allSatisfy { $0.receivedNanos == time })
  }
}

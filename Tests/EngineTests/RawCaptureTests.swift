import Engine
import ExchangeFeeds
import FeedKit
import Foundation
import Journal
import Ledger
import Net
import TestSupport
import Testing
import Wire

/// Raw bytes are kept as they were received, and decoding them again gives the live records.
@Suite(.serialized) struct RawCaptureTests {
  private func market() -> ItchMarketOptions {
    var market = ItchMarketOptions()
    market.seed = 21
    market.symbols = 40
    market.messages = 6_000
    market.rate = 20_000
    return market
  }

  private func folder() -> String {
    FileManager.default.temporaryDirectory.appending(path: "millrace-raw-\(UUID().uuidString)").path
  }

  private func pipeline(
    _ source: SourceConfiguration, root: String, captures: Bool
  ) throws -> Pipeline {
    var options = PipelineOptions(
      instance: "test-\(UUID().uuidString.prefix(8))", verb: "test")
    options.journal = JournalSettings(root: root)
    options.journal?.sync = .off
    options.capturesRaw = captures
    return try Pipeline(options: options, sources: [source], version: "test")
  }

  /// Paths of the segments of a root whose names end so.
  private func segments(_ root: String, ending: String) -> [String] {
    let found = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    return found.filter { $0.hasSuffix(ending) }.sorted().map { "\(root)/\($0)" }
  }

  /// The records of all segments, repeated ones left out.
  private func records(_ root: String) throws -> [UInt8] {
    var all = ByteBuffer()
    for path in segments(root, ending: ".dbn.zst") {
      var reader = try SegmentReader(path: path)
      while let block = try reader.nextBlock() {
        if !block.isRepeated { try reader.appendRecords(to: &all) }
      }
      let findings = reader.findings
      #expect(findings.isEmpty)
    }
    let bytes = all.bytes
    return (0..<bytes.byteCount).map { bytes.uncheckedByte(at: $0) }
  }

  /// Decodes the captures below `root` once more and gives the records.
  private func redecode(
    _ root: String, ending: String, like source: SourceConfiguration
  ) throws -> [UInt8] {
    let target = folder()
    defer { try? FileManager.default.removeItem(atPath: target) }
    var again = source
    again.input = .raw(paths: segments(root, ending: ending))
    let pipeline = try pipeline(again, root: target, captures: false)
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    #expect(Patience.wait { pipeline.isFinished })
    #expect(pipeline.isFinished)
    #expect(pipeline.stop().map(\.description) == [])
    #expect(pipeline.failures.isEmpty)
    return try records(target)
  }

  private func check(_ pipeline: Pipeline) throws {
    let capture = try #require(pipeline.captureReports.first)
    #expect(capture.received == capture.written + capture.missed + capture.lost)
    #expect(capture.missed == 0 && capture.lost == 0 && capture.written > 0)
  }

  @Test func datagramsGiveTheLiveRecordsAgain() throws {
    let root = folder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    var bad = LineImpairmentOptions()
    bad.loss = 0.03
    let exchange = try SimulatedExchange(market: market(), impairments: [bad, bad])
    var source = SourceConfiguration(
      name: "itch a/b", feed: ItchFeed.self,
      input: .udp(lines: exchange.lines, reRequest: exchange.reRequest))
    source.gaps.start = .one
    source.gaps.requestLimit = 10_000
    source.gaps.deadlineNanos = 100_000_000_000
    let pipeline = try pipeline(source, root: root, captures: true)
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    try exchange.start()
    #expect(try Patience.wait { try pipeline.snapshot().total(.messages) >= 6_000 })
    _ = exchange.stop()
    usleep(100_000)
    #expect(pipeline.stop().map(\.description) == [])
    try check(pipeline)
    let live = try records(root)
    #expect(live.count > 6_000 * 56)
    let raw = segments(root, ending: "-itch_a_b.pcapng.lz4")
    #expect(!raw.isEmpty)
    let first = try redecode(root, ending: ".pcapng.lz4", like: source)
    #expect(first == live)
    #expect(try redecode(root, ending: ".pcapng.lz4", like: source) == first)
    try judge(raw)
  }

  /// `lz4 -d` makes a capture of it that a reader of captures takes.
  private func judge(_ paths: [String]) throws {
    for path in paths {
      let target = path + ".pcapng"
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["lz4", "-d", "-q", path, target]
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      var reader = try SegmentReader(path: path)
      var wanted = 0
      while let block = try reader.nextBlock() { wanted += Int(block.recordCount) }
      #expect(try Self.packets(target) == wanted)
    }
  }

  private static func packets(_ path: String) throws -> Int {
    let file = [UInt8](try Data(contentsOf: URL(filePath: path)))
    var at = 0
    var packets = 0
    func word(_ offset: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(file[offset + $1]) << (8 * $1) }
    }
    while at + 12 <= file.count {
      let size = word(at + 4)
      // Each block has its length at both ends.
      guard size >= 12, at + size <= file.count, word(at + size - 4) == size else { return -1 }
      if word(at) == 6 { packets += 1 }
      at += size
    }
    return at == file.count ? packets : -1
  }

  @Test func streamsGiveTheLiveRecordsAgain() throws {
    let root = folder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    let (server, source) = try soupExchange(market(), name: "soup")
    let pipeline = try pipeline(source, root: root, captures: true)
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    let thread = Thread { _ = try? server.run() }
    thread.start()
    try pipeline.start()
    #expect(Patience.wait { pipeline.isFinished })
    server.stop()
    #expect(pipeline.isFinished)
    #expect(pipeline.stop().map(\.description) == [])
    try check(pipeline)
    let live = try records(root)
    #expect(live.count > 6_000 * 56)
    #expect(try redecode(root, ending: "-soup.stream.lz4", like: source) == live)
    // The password is in no file.
    for path in segments(root, ending: ".stream.lz4") {
      let data = try Data(contentsOf: URL(filePath: path))
      #expect(data.range(of: Data("secret".utf8)) == nil)
    }
  }
}

import Engine
import ExchangeFeeds
import FeedKit
import Foundation
import Journal
import Ledger
import Testing

/// A file system that is really full: the pipeline goes on, what is lost is counted and told, and
/// writing resumes by itself.
@Suite(.serialized) struct JournalDiskFullTests {
  /// Whether this process may mount a file system.
  static let canMount: Bool = {
    let folder = JournalFolder()
    guard (try? mount(folder)) == true else { return false }
    unmount(folder)
    return true
  }()

  private static func mount(_ folder: JournalFolder) throws -> Bool {
    try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
    return run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder.path])
  }

  private static func unmount(_ folder: JournalFolder) { _ = run(["umount", folder.path]) }

  private static func run(_ words: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  private func journal(_ pipeline: Pipeline) throws -> BlockSnapshot {
    try #require(try pipeline.snapshot().block(.outlet, 0, Pipeline.journalOutlet))
  }

  /// Looks until `isThere`, half a minute at most; the ledger must balance all the while.
  private func wait(_ pipeline: Pipeline, _ isThere: (BlockSnapshot) -> Bool) throws {
    for _ in 0..<3_000 {
      if isThere(try journal(pipeline)) { return }
      #expect(try pipeline.check().map(\.description) == [])
      usleep(10_000)
    }
    Issue.record("it did not come about within 30 s")
  }

  @Test(.enabled(if: canMount, "no right to mount a file system here"))
  func theDiskIsFullForAWhile() throws {
    let folder = JournalFolder()
    #expect(try Self.mount(folder))
    defer { Self.unmount(folder) }
    let ballast = folder.url.appending(path: "ballast")
    try Data(repeating: 1, count: 1_500_000).write(to: ballast)
    var market = ItchMarketOptions()
    market.symbols = 50
    market.rate = 4_000
    let exchange = try SimulatedExchange(market: market, impairments: [.init(), .init()])
    var source = SourceConfiguration(
      name: "itch", feed: ItchFeed.self,
      input: .udp(lines: exchange.lines, reRequest: exchange.reRequest))
    source.gaps.start = .one
    var options = PipelineOptions(
      instance: "test-\(UUID().uuidString.prefix(8))", verb: "test")
    var settings = JournalSettings(root: folder.path)
    settings.codec = JournalCodec(payload: .dbn, coder: .none, level: 0)
    settings.blockRecords = 256
    settings.flushNanos = 10_000_000
    options.journal = settings
    let pipeline = try Pipeline(options: options, sources: [source], version: "test")
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    try exchange.start()
    try wait(pipeline) { $0[.failingSince] > 0 && $0[.lost] > 1_000 }
    let failing = try journal(pipeline)
    #expect(failing.elements(.lost).map(\.name) == ["no_space"])
    #expect(failing[.lastError] == UInt64(ENOSPC))
    let alarm = try #require(pipeline.journalEvents().first)
    #expect(alarm.outlet == "journal-0")
    #expect(alarm.error != nil)
    #expect(try pipeline.check().isEmpty)
    #expect(try pipeline.snapshot().total(.alarms) == 1)
    #expect(try pipeline.snapshot().total(.failing) == 1)
    // Readers of the ring get everything meanwhile.
    let shared = try #require(try pipeline.snapshot().block(.outlet, 0, 0))
    #expect(shared[.written] > failing[.written])

    try FileManager.default.removeItem(at: ballast)
    try wait(pipeline) { $0[.failingSince] == 0 && $0[.written] > failing[.written] + 500 }
    _ = exchange.stop()
    usleep(100_000)
    #expect(pipeline.stop().map(\.description) == [])
    #expect(pipeline.journalEvents().contains { $0.error == nil })
    let final = try journal(pipeline)
    #expect(final[.lost] > 1_000)
    #expect(final[.offered] == final[.written] + final[.lost])
    #expect(final[.durable] == final[.written])
    // What counts as written is there and can be read.
    let ring = try ringRecords("\(pipeline.folder)/shard-0.ring")
    var counted: UInt64 = 0
    var stream = try JournalStream(
      paths: folder.segments(shard: 0), query: JournalQuery())
    while try stream.next() { counted += UInt64(stream.recordCount) }
    #expect(counted == final[.written])
    #expect(ring.count > counted)
  }
}

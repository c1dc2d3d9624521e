import Engine
import ExchangeFeeds
import FeedKit
import FeedRegistry
import Foundation
import Ledger
import Net
import Records
import SharedMemory
import TestSupport
import Testing
import Wire

/// IEX through the whole pipeline: captures, and multicast on the loopback interface.
@Suite(.serialized) struct IexPipelineTests {
  /// Best bid and offer as quotes carry them; prices count only where there is size.
  private struct Quote: Equatable {
    var bid: Int64 = 0
    var bidSize: UInt32 = 0
    var ask: Int64 = 0
    var askSize: UInt32 = 0

    init() {}

    init(_ level: BidAskPair) {
      bidSize = level.bidSz
      askSize = level.askSz
      bid = bidSize == 0 ? 0 : level.bidPx
      ask = askSize == 0 ? 0 : level.askPx
    }
  }

  /// Runs a capture through the pipeline; gives each symbol's sequence of different quotes up to
  /// `end`, and the time of the last event.
  private func quotes(
    _ capture: String, feed name: String, until end: UInt64
  ) throws -> (sequences: [String: [Quote]], last: UInt64) {
    let packed = try SharedFolder.data(capture)
    let url = FileManager.default.temporaryDirectory.appending(path: "millrace-\(UUID()).gz")
    try packed.write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    var options = PipelineOptions(
      instance: "test-\(UUID().uuidString.prefix(8))", verb: "test")
    options.outputs = [.books, .mbp1]
    options.ringLines = 1 << 20
    let feed = try #require(FeedRegistry.feed(named: name))
    let pipeline = try Pipeline(
      options: options,
      sources: [
        SourceConfiguration(
          name: name, feed: feed, input: .file(try InputRecognition(path: url.path, as: feed)))
      ],
      version: "test")
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    while !pipeline.isFinished { usleep(1_000) }
    #expect(pipeline.stop().map(\.description) == [])
    #expect(try pipeline.snapshot().total(.rejected) == 0)
    var reader = try BroadcastReader(path: "\(pipeline.folder)/shard-0.ring")
    var symbols: [UInt32: String] = [:]
    var sequences: [String: [Quote]] = [:]
    var last: UInt64 = 0
    loop: while true {
      switch reader.poll() {
      case .record: break
      case .none, .closed: break loop
      default: continue
      }
      let record = reader.record
      guard let header = RecordHeader(copying: record) else { continue }
      if let mapping = SymbolMappingMessage(copying: record), header.rtype == .symbolMapping {
        symbols[header.instrumentID] = mapping.stypeInSymbol.text
      }
      if header.rtype == .mbo || header.rtype == .mbp1 { last = max(last, header.tsEvent) }
      guard header.rtype == .mbp1, header.tsEvent <= end, let symbol = symbols[header.instrumentID],
        let message = MBP1Message(copying: record)
      else { continue }
      let quote = Quote(message.levels[0])
      if quote != sequences[symbol]?.last ?? Quote() {
        sequences[symbol, default: []].append(quote)
      }
    }
    #expect(reader.lost == 0)
    return (sequences, last)
  }

  @Test(.enabled(if: SharedFolder.isPresent, "../shared is absent"))
  func bestPricesOfDEEPAreTheQuotesOfTOPS() throws {
    let deep = try quotes(
      "captures/iex/deep10-2026-07-13-a.pcap.gz", feed: "iex-deep", until: .max)
    let tops = try quotes(
      "captures/iex/tops16-2026-07-13-a.pcap.gz", feed: "iex-tops", until: deep.last)
    let names = Set(deep.sequences.keys).union(tops.sequences.keys)
    let different = names.filter { deep.sequences[$0] ?? [] != tops.sequences[$0] ?? [] }
    // captures/README.md, "A check that needs no decoder": 18 of 13,015 symbols differ, where TOPS
    // leaves out or merges a quote.
    #expect(different.count == 18)
    #expect(different.isSuperset(of: ["AGEN", "ACHR", "ABVX"]))
    // Of the 13,015 symbols so many have a quote at all.
    #expect(names.count == 364)
  }

  @Test func multicastLinesReachTheBook() throws {
    var simulator = IexSimulator(IexSimulatorOptions(stream: .deep))
    let groups = ["239.77.1.1", "239.77.1.2"]
    let port = try UDPReceiver(Endpoint(host: "127.0.0.1", port: 0)).localAddress.port
    let lines = groups.map { Endpoint(host: $0, port: port, interface: "127.0.0.1") }
    var pipelineOptions = PipelineOptions(
      instance: "test-\(UUID().uuidString.prefix(8))", verb: "test")
    pipelineOptions.outputs = [.books, .mbp1]
    let feed = try #require(FeedRegistry.feed(named: "iex-deep"))
    let pipeline = try Pipeline(
      options: pipelineOptions,
      sources: [
        SourceConfiguration(
          name: "deep", feed: feed, input: .udp(lines: lines, reRequest: nil))
      ], version: "test")
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    var a = try UDPSender(lines[0])
    var b = try UDPSender(lines[1])
    var segment: [UInt8] = []
    var number = 0
    while simulator.next(into: &segment) != nil {
      number += 1
      // Each line loses some segments, never both the same one.
      if number % 7 != 0 { try a.send(rawBytes(of: segment)) }
      if number % 5 != 1 || number % 7 == 0 { try b.send(rawBytes(of: segment)) }
      segment.removeAll(keepingCapacity: true)
      if number % 50 == 0 { usleep(500) }
    }
    #expect(
      try Patience.wait { try pipeline.snapshot().total(.messages) >= simulator.messages })
    #expect(pipeline.stop().map(\.description) == [])
    let snapshot = try pipeline.snapshot()
    #expect(snapshot.total(.messages) == simulator.messages)
    #expect(snapshot.total(.gapMessagesLost) == 0)
    #expect(snapshot.total(.duplicates) > 0)
    #expect(snapshot.total(.derived) > 0)
  }
}

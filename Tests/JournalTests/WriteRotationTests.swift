import Records
import TestSupport
import Testing
import Wire

@testable import Journal

/// Segments end by time and by size, and each can be read without those before it.
struct WriteRotationTests {
  private static func block(_ nanos: UInt64, symbol: UInt32? = nil) -> MadeRecords {
    var made = MadeRecords(seed: nanos, from: nanos)
    if let symbol {
      made.appendMapping("S\(symbol)", symbol)
      made.appendDefinition("S\(symbol)", symbol)
    }
    made.append(30, step: 10)
    return made
  }

  @Test(arguments: [SegmentRotation.hour, .day])
  func segmentsEndWithTheirTime(_ rotation: SegmentRotation) throws {
    let files = FaultyFiles()
    var options = try WriteFaultTests.options("lz4", .interval(1))
    options.rotation = rotation
    var writer = ShardWriter(options, files: files)
    let hour: UInt64 = 3_600_000_000_000
    let start = WriteSegmentTests.start / hour * hour  // 22:00
    // Late by a little, early by a little, over midnight, back by two days.
    for offset in [
      0, 1, 2 * hour - 9_000, hour - 9_000, 2 * hour + 5, 3 * hour, hour &- 49 &* hour,
    ] {
      let made = Self.block(start &+ offset)
      writer.write(made.bytes.rawSpan, recordCount: made.count, nowNanos: start)
    }
    writer.close(nowNanos: start)
    let wanted =
      rotation == .hour
      ? [
        "2023-11-12/22-0", "2023-11-14/22-0", "2023-11-14/23-0", "2023-11-15/00-0",
        "2023-11-15/01-0",
      ] : ["2023-11-12/22-0", "2023-11-14/22-0", "2023-11-15/00-0"]
    #expect(files.paths == wanted.map { "r/D/\($0).dbn.lz4" })
    #expect(WriteFaultTests.segments(files).allSatisfy { $0.isSealed })
    let now1 = writer.status
    #expect(now1.segments == UInt64(wanted.count))
    let now2 = writer.status
    #expect(now2.durable == now2.written)
  }

  /// A sampled quote's `ts_recv` is the end of its interval on the venue's clock: a block that
  /// begins with one belongs where its arrivals do.
  @Test func sampledQuotesDoNotEndSegments() throws {
    let files = FaultyFiles()
    let options = try WriteFaultTests.options("lz4", .interval(1))
    var writer = ShardWriter(options, files: files)
    let start = WriteSegmentTests.start
    for shift: UInt64 in [0, 9_000_000_000_000, 0] {
      var sampled: [UInt8] = []
      BBOMessage(tsEvent: start &- shift, tsRecv: start &- shift).append(to: &sampled)
      let made = Self.block(start)
      sampled += made.bytes
      writer.write(sampled.rawSpan, recordCount: made.count + 1, nowNanos: start)
    }
    writer.close(nowNanos: start)
    #expect(files.paths == ["r/D/2023-11-14/22-0.dbn.lz4"])
    let status = writer.status
    #expect(status.written == 93 && status.segments == 1)
  }

  @Test func segmentsEndWithTheirSizeAndStandAlone() throws {
    let files = FaultyFiles()
    var options = try WriteFaultTests.options("zstd:1", .off)
    options.segmentBytes = 2_000
    options.blockRecords = 3
    var writer = ShardWriter(options, files: files)
    for index in UInt32(0)..<8 {
      let made = Self.block(
        WriteSegmentTests.start + UInt64(index) * 1_000, symbol: index < 5 ? index : nil)
      writer.write(made.bytes.rawSpan, recordCount: made.count, nowNanos: 0)
    }
    writer.close(nowNanos: 0)
    let segments = WriteFaultTests.segments(files)
    #expect(segments.count > 2)
    #expect(segments.map(\.header.part) == (1...UInt32(segments.count)).map { $0 })
    #expect(Set(segments.map(\.header.segmentID)).count == segments.count)
    var ordinal: UInt64 = 0
    var known = 0
    for (index, segment) in segments.enumerated() {
      #expect(segment.header.firstOrdinal == ordinal)
      let repeated = segment.blocks.filter(\.header.isRepeated)
      #expect(repeated.isEmpty == (index == 0))
      #expect(segment.blocks.first?.header.isRepeated == (index > 0))
      // A mapping and a definition for each symbol that came before this segment.
      let count = repeated.reduce(0) { $0 + Int($1.header.recordCount) }
      #expect(count >= 2 * known && repeated.allSatisfy { $0.header.recordCount <= 3 })
      let own = segment.blocks.filter { !$0.header.isRepeated }
      ordinal += own.reduce(0) { $0 + UInt64($1.header.recordCount) }
      known = min(Int(ordinal / 31), 5)
      #expect((segment.metadata?.symbols.count ?? 0) >= 1)
    }
    #expect(segments.last?.metadata?.symbols == (0..<5).map { "S\($0)" })
    let now3 = writer.status
    #expect(ordinal == now3.written)
  }

  @Test func intervalsAreKept() throws {
    let files = FaultyFiles()
    let options = try WriteFaultTests.options("lz4", .interval(1_000))
    var writer = ShardWriter(options, files: files)
    let made = Self.block(WriteSegmentTests.start)
    writer.write(made.bytes.rawSpan, recordCount: made.count, nowNanos: 10_000)
    writer.tick(nowNanos: 10_999)
    let now4 = writer.status
    #expect(now4.durable == 0 && files.calls("sync") == 0)
    writer.tick(nowNanos: 11_000)
    let now5 = writer.status
    #expect(now5.durable == 30 && files.calls("sync") == 1)
    // Nothing new, nothing to sync.
    writer.tick(nowNanos: 13_000)
    #expect(files.calls("sync") == 1)
    // The clock was set back: rather once too often than never again.
    writer.write(made.bytes.rawSpan, recordCount: made.count, nowNanos: 500)
    writer.tick(nowNanos: 501)
    let now6 = writer.status
    #expect(now6.durable == 60)
  }
}

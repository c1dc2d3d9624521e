import Records
import TestSupport
import Testing
import Wire

@testable import Journal

/// Sampled quotes, whose receive times are the ends of intervals on the venue's clock: beside other
/// records they say nothing of when anything was received.
struct ReadSampledTests {
  private static let start = ReadSupport.startNanos
  private static let hours: Int64 = 40_000_000_000_000

  /// Blocks of orders in turns with those of another shard; every other block holds nothing but
  /// sampled quotes whose intervals end `shift` ns away.
  private func segment(shard: UInt32, shift: Int64, sealed: Bool) throws -> SegmentBuilder {
    var segment = try SegmentBuilder { ($0.shard, $0.shardCount) = (shard, 2) }
    for block in 0..<20 {
      var made = MadeRecords(seed: 1)
      for index in 0..<10 {
        let time = Self.start + UInt64(block * 20 + index * 2) * 1_000 + UInt64(shard) * 1_000
        if block % 2 == 0 {
          made.appendOrder(shard + 1, at: time)
        } else {
          made.appendSampled(shard + 1, end: UInt64(Int64(time) + shift))
        }
      }
      try segment.append(made)
    }
    if sealed { segment.seal() }
    return segment
  }

  private func orderTimes(_ records: [[UInt8]]) -> [UInt64] {
    records.filter { $0[1] == RType.mbo.rawValue }.compactMap(ReadSupport.tsRecv)
  }

  @Test(arguments: [hours, -hours], [true, false])
  func theyMoveNeitherMergeNorSelection(_ shift: Int64, _ sealed: Bool) throws {
    let folder = TemporaryFolder()
    for shard in UInt32(0)..<2 {
      try segment(shard: shard, shift: shift, sealed: sealed).write(folder, hour: 22)
    }
    var stream = try JournalStream(paths: [folder.root], query: JournalQuery())
    let all = try ReadStreamTests.drain(&stream)
    #expect(all.count == 400)
    #expect(orderTimes(all) == orderTimes(all).sorted())
    for block in [0, 5, 10, 17] {
      var query = JournalQuery()
      query.from = Self.start + UInt64(block) * 20_000
      query.to = Self.start + UInt64(block + 2) * 20_000
      var stream = try JournalStream(paths: [folder.root], query: query)
      let found = try ReadStreamTests.drain(&stream)
      let wanted = orderTimes(all).filter { $0 >= query.from ?? 0 && $0 < query.to ?? 0 }
      #expect(orderTimes(found) == wanted && wanted.count >= 20)
      // The quotes stand behind the last order before them: they come where it does.
      #expect(found.count - wanted.count <= 20 && found.count > wanted.count)
    }
    let catalog = try JournalCatalog(paths: [folder.root])
    for segment in catalog.segments {
      let range = try #require(segment.tsRecv)
      #expect(range.upperBound < Self.start + 400_000 && range.lowerBound >= Self.start)
    }
  }

  /// Version 0.2 had them in the headers' ranges: that is no damage.
  @Test func headersMayCountThem() throws {
    var segment = try SegmentBuilder()
    var made = MadeRecords(seed: 1)
    made.appendOrder(1, at: Self.start)
    made.appendSampled(1, end: Self.start + 7)
    for last in [Self.start, Self.start + 7, Self.start + 8] {
      try segment.append(made, lie: { $0.maxTsRecv = last })
    }
    var check = try SegmentCheck(segment.reader())
    while try check.step() {}
    let findings = check.findings
    #expect(findings.map(\.block) == [2])
  }

  /// In a file of nothing else they are the only times there are.
  @Test(arguments: [Schema.bbo1s, .none])
  func aloneTheyCount(_ schema: Schema) throws {
    let folder = TemporaryFolder()
    for shard in UInt32(0)..<2 {
      var header = SegmentHeader()
      (header.runID, header.dataset, header.shard) = (7, "XNAS.ITCH", shard)
      (header.codec, header.blockRecords) = (JournalCodec(), 100)
      try folder.write([], to: folder.path("XNAS.ITCH/2023-11-14/none"))
      let path = folder.path("XNAS.ITCH/2023-11-14/22-\(shard).dbn.zst")
      var writer = try SegmentWriter(
        path: path, header: header,
        metadata: DBNMetadata(dataset: "XNAS.ITCH", schema: schema))
      var made = MadeRecords(seed: 1)
      for index in 0..<10 {
        made.appendSampled(shard, end: Self.start + UInt64(index) * 1_000 + UInt64(shard))
      }
      try writer.append(made.bytes.rawSpan, recordCount: made.count)
      try writer.close()
    }
    var stream = try JournalStream(paths: [folder.root], query: JournalQuery())
    let times = try ReadStreamTests.drain(&stream).compactMap(ReadSupport.tsRecv)
    #expect(times.count == 20)
    #expect((times == times.sorted()) == (schema == .bbo1s))
    let range = try JournalCatalog(paths: [folder.root]).segments.first?.tsRecv
    #expect((range != nil) == (schema == .bbo1s))
  }
}

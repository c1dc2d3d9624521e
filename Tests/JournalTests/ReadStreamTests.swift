import Foundation
import Records
import TestSupport
import Testing
import Wire

@testable import Journal

/// A stream over many segments gives what a naive merge of all records gives.
struct ReadStreamTests {
  /// Records of a journal of some shards and hours, in the order that is promised.
  private struct Made {
    var folder = TemporaryFolder()
    /// Time, dataset, shard, place in the shard.
    var records: [(time: UInt64, dataset: String, shard: UInt32, place: Int, bytes: [UInt8])] = []

    /// Again and again the shard whose next record is the earliest: within a shard nothing moves.
    var expected: [[UInt8]] {
      var shards: [String: [Int]] = [:]
      for (index, record) in records.enumerated() {
        shards["\(record.dataset) \(record.shard)", default: []].append(index)
      }
      var queues = shards.sorted { $0.key < $1.key }.map { $0.value[...] }
      var merged: [[UInt8]] = []
      while let first = queues.indices.filter({ !queues[$0].isEmpty }).min(by: {
        records[queues[$0].first ?? 0].time < records[queues[$1].first ?? 0].time
      }) {
        merged.append(records[queues[first].removeFirst()].bytes)
      }
      return merged
    }
  }

  /// Shards of hours of blocks; shards' times overlap, within a shard they rise but for a little.
  private func journal(
    _ codecs: [String], datasets: [String] = ["XNAS.ITCH"], shards: UInt32, hours: Int = 2,
    blocks: Int = 4, records: Int = 50, step: UInt64 = 2_000
  ) throws -> Made {
    var made = Made()
    for (number, dataset) in datasets.enumerated() {
      for shard in 0..<shards {
        var last: UInt64 = 0
        var (place, ordinal) = (0, UInt64(0))
        for hour in 0..<hours {
          let segment = try ReadSupport.segment(
            codecs[(Int(shard) + hour) % codecs.count], blocks: blocks, records: records,
            sealed: hour % 2 == 0,
            from: ReadSupport.startNanos + UInt64(hour) * 3_600_000_000_000,
            seed: UInt64(number * 100 + Int(shard) * 10 + hour), step: step
          ) {
            ($0.dataset, $0.shard, $0.shardCount) = (dataset, shard, shards)
            ($0.firstOrdinal, $0.segmentID) = (ordinal, UInt64(shard) * 1_000 + UInt64(hour) + 1)
          }
          ordinal += segment.records
          try segment.write(made.folder, hour: 20 + hour)
          for record in segment.parts.flatMap(ReadSupport.split) {
            last = ReadSupport.tsRecv(record) ?? last
            made.records.append((last, dataset, shard, place, record))
            place += 1
          }
        }
      }
    }
    return made
  }

  /// Where two lists of records differ first; nil where they are the same.
  static func difference(_ one: [[UInt8]], _ other: [[UInt8]]) -> Int? {
    if let index = zip(one, other).enumerated().first(where: { $0.element.0 != $0.element.1 }) {
      return index.offset
    }
    return one.count == other.count ? nil : min(one.count, other.count)
  }

  /// All records of a stream, each alone; looks at the runs on the way.
  static func drain(_ stream: inout JournalStream) throws -> [[UInt8]] {
    var found: [[UInt8]] = []
    while try stream.next() {
      let span = stream.records
      let run = ReadSupport.split((0..<span.byteCount).map { span.uncheckedByte(at: $0) })
      let count = stream.recordCount
      #expect(run.count == count && count > 0)
      found += run
    }
    let isWaiting = stream.isWaiting
    #expect(!isWaiting)
    return found
  }

  @Test(arguments: [1, 2, 5] as [UInt32], [0, 3, 2_000] as [UInt64])
  func shardsAreMergedByTime(_ shards: UInt32, _ step: UInt64) throws {
    let made = try journal(["zstd:1", "columnar", "none", "lz4"], shards: shards, step: step)
    var stream = try JournalStream(paths: [made.folder.root], query: JournalQuery())
    let found = try Self.drain(&stream)
    #expect(Self.difference(found, made.expected) == nil)
    let findings = stream.findings
    #expect(findings == [])
    let progress = stream.progress
    #expect(progress.done == progress.total && progress.total > 0)
  }

  @Test func datasetsBreakTies() throws {
    let made = try journal(["zstd:1"], datasets: ["B", "A"], shards: 2, step: 1)
    var stream = try JournalStream(paths: [made.folder.root], query: JournalQuery())
    let found = try Self.drain(&stream)
    #expect(Self.difference(found, made.expected) == nil)
    let dataset = stream.metadata.dataset
    #expect(dataset == "XNAS.ITCH" || dataset.isEmpty)
  }

  @Test(arguments: [1, 3] as [UInt32], ["zstd:1", "columnar", "none"])
  func whatIsWantedIsFound(_ shards: UInt32, _ codec: String) throws {
    let made = try journal([codec], shards: shards, hours: 2, records: 120)
    let times = made.records.map(\.time)
    let sorted = times.sorted()
    var generator = SeededGenerator(seed: 9)
    for round in 0..<24 {
      var query = JournalQuery()
      if round % 2 == 0 { query.from = sorted[Int(generator.next() % UInt64(sorted.count))] }
      if round % 3 == 0 { query.to = sorted[Int(generator.next() % UInt64(sorted.count))] }
      if round % 4 == 0 {
        query.instruments = (0...(round / 4)).map { _ in UInt32(generator.next() % 300) }
      }
      if round % 5 == 0 { query.schemas = [.trades, .mbp10] }
      var stream = try JournalStream(paths: [made.folder.root], query: query)
      let found = try Self.drain(&stream)
      var wanted = made
      wanted.records = made.records.filter { record in
        let header = RecordHeader(copying: record.bytes.rawSpan)
        return record.time >= query.from ?? 0 && record.time < query.to ?? .max
          && (query.instruments.isEmpty || query.instruments.contains(header?.instrumentID ?? 0))
          && (query.schemas.isEmpty || query.schemas.contains { $0.rtype == header?.rtype })
      }
      #expect(Self.difference(found, wanted.expected) == nil, "seed 9, round \(round)")
    }
  }

  @Test(arguments: [true, false])
  func symbolsAreFoundByTheirMappings(_ isInMetadata: Bool) throws {
    let folder = TemporaryFolder()
    var expected: [[UInt8]] = []
    for (hour, meaning) in [(1, UInt32(7)), (2, UInt32(7))] {
      var metadata = DBNMetadata(dataset: "XNAS.ITCH")
      if isInMetadata {
        metadata.mappings = [
          DBNMetadata.Mapping(
            rawSymbol: "MILL",
            intervals: [
              DBNMetadata.Interval(startDate: 20_231_114, endDate: 20_231_115, symbol: "7")
            ])
        ]
      }
      var segment = try SegmentBuilder(metadata: metadata) { $0.firstOrdinal = UInt64(hour * 100) }
      var made = MadeRecords(seed: UInt64(hour))
      if !isInMetadata {
        for other in 0..<20 { made.appendMapping("OTHER\(other)", UInt32(other + 50)) }
        made.appendMapping("MILL", meaning)
        try segment.append(made, isRepeated: hour > 1)
        if hour == 1 { expected.append(made.bytes.suffix(176)) }
      }
      for block in 0..<6 {
        var made = MadeRecords(
          seed: UInt64(hour * 10 + block),
          from: ReadSupport.startNanos + UInt64(hour * 10 + block) * 1_000_000)
        made.append(30, instruments: block % 2 == 0 ? 12 : 3)
        try segment.append(made)
        expected += ReadSupport.split(made.bytes).filter {
          RecordHeader(copying: $0.rawSpan)?.instrumentID == meaning
        }
      }
      try segment.write(folder, hour: hour)
    }
    var query = JournalQuery()
    query.symbols = ["MILL"]
    var stream = try JournalStream(paths: [folder.root], query: query)
    let found = try Self.drain(&stream)
    #expect(Self.difference(found, expected) == nil)
  }

  @Test func anInstrumentIsAnotherOnADayOfItsOwn() throws {
    let folder = TemporaryFolder()
    var expected: [[UInt8]] = []
    for (day, meaning) in [("2023-11-14", UInt32(7)), ("2023-11-15", UInt32(4))] {
      var segment = try SegmentBuilder()
      var made = MadeRecords(
        seed: 3, from: ReadSupport.startNanos + (meaning == 4 ? 86_400_000_000_000 : 0))
      made.appendMapping("MILL", meaning)
      made.appendMapping("LLIM", meaning == 7 ? 4 : 7)
      made.append(200, instruments: 12)
      try segment.append(made)
      try segment.write(folder, hour: 9, day: day)
      expected += ReadSupport.split(made.bytes).filter {
        RecordHeader(copying: $0.rawSpan)?.instrumentID == meaning
      }
    }
    var query = JournalQuery()
    query.symbols = ["MILL"]
    var stream = try JournalStream(paths: [folder.root], query: query)
    let found = try Self.drain(&stream)
    #expect(Self.difference(found, expected) == nil && !found.isEmpty)
  }

  @Test func repeatedBlocksAreReadOnceAndGapsAreTold() throws {
    let folder = TemporaryFolder()
    var expected: [[UInt8]] = []
    // The third segment goes on 5 records later than the second ended.
    for (part, ordinal) in [(1, UInt64(0)), (2, 30), (3, 65)] {
      var segment = try SegmentBuilder {
        ($0.part, $0.firstOrdinal, $0.segmentID) = (UInt32(part), ordinal, UInt64(part))
      }
      var repeated = MadeRecords(seed: 5)
      repeated.appendMapping("MILL", 7)
      if part > 1 { try segment.append(repeated, isRepeated: true) }
      var made = MadeRecords(
        seed: UInt64(part), from: ReadSupport.startNanos + UInt64(part) * 1_000_000_000)
      made.append(30)
      try segment.append(made)
      if part == 2 { expected += ReadSupport.split(repeated.bytes) }
      expected += ReadSupport.split(made.bytes)
      try segment.write(folder, hour: 5, part: part)
    }
    // From the second segment on: its repeated block is needed.
    let paths = [2, 3].map { folder.path("XNAS.ITCH/2023-11-14/05-0.\($0).dbn.zst") }
    var later = try JournalStream(paths: paths, query: JournalQuery())
    let found = try Self.drain(&later)
    #expect(Self.difference(found, Array(expected[30...])) == nil)
    let findings = later.findings
    #expect(findings.count == 1 && findings[0].text.hasPrefix("5 records are missing"))
    var all = try JournalStream(paths: [folder.root], query: JournalQuery())
    let everything = try Self.drain(&all)
    #expect(Self.difference(everything, expected.filter { $0[1] != 0x16 }) == nil)
  }

  @Test func damageInOneShardLeavesTheRest() throws {
    let folder = TemporaryFolder()
    var expected: [[UInt8]] = []
    for shard in UInt32(0)..<3 {
      var segment = try ReadSupport.segment("zstd:1", blocks: 4, records: 20, seed: UInt64(shard)) {
        $0.shard = shard
      }
      if shard == 1 {
        segment.set(0xAA, at: segment.offsets[2] + segment.blocks[2].headerBytes + 40)
      }
      try segment.write(folder, hour: 3)
      for number in 0..<4 where shard != 1 || number != 2 {
        expected += ReadSupport.split(segment.parts[number])
      }
    }
    try folder.write([1, 2, 3], to: folder.path("XNAS.ITCH/2023-11-14/04-0.dbn.zst"))
    try folder.write([1, 2, 3], to: folder.path("XNAS.ITCH/2023-11-14/03-0.dbn.zst.torn"))
    var stream = try JournalStream(paths: [folder.root], query: JournalQuery())
    let found = try Self.drain(&stream)
    #expect(Set(found) == Set(expected) && found.count == expected.count)
    let findings = stream.findings
    #expect(findings.count == 2 && findings.contains { $0.block == 2 })
    let catalog = try JournalCatalog(paths: [folder.root])
    #expect(catalog.segments.map(\.header.shard) == [0, 1, 2])
    #expect(catalog.findings.count == 1 && catalog.rawCaptures.isEmpty)
  }

  /// The block or the whole segment holds no records: nothing may walk its bytes as if it did.
  @Test(arguments: [true, false], [UInt8(0), 0xFF])
  func rawPayloadsAreNoRecords(_ isWhole: Bool, _ byte: UInt8) throws {
    for selects in [false, true] { try rawPayload(isWhole, byte, selects) }
  }

  private func rawPayload(_ isWhole: Bool, _ byte: UInt8, _ selects: Bool) throws {
    let folder = TemporaryFolder()
    var codec = JournalCodec()
    if isWhole { codec.payload = .pcapng }
    var raw = try SegmentBuilder(codec)
    try raw.append(raw: [UInt8](repeating: byte, count: 100), count: 50)
    raw.seal()
    try folder.write(raw.file, to: folder.path("XNAS.ITCH/2023-11-14/21-0.dbn.zst"))
    let good = try ReadSupport.segment("zstd:1", blocks: 2, records: 10)
    try good.write(folder, hour: 22)
    try good.write(folder, hour: 22, day: "2023-11-15")
    var query = JournalQuery()
    if selects { (query.symbols, query.from) = (["MILL"], 1) }
    var stream = try JournalStream(paths: [folder.root], query: query)
    let found = try Self.drain(&stream)
    #expect(found.count == (selects ? 0 : 40))
    let findings = stream.findings.filter { $0.path.contains("/21-0.") }
    #expect(findings.count == 1 && findings[0].text.contains("raw capture"))
  }

  /// A segment that was there when the stream was planned, and is not when its turn comes.
  @Test(arguments: [1, 2] as [UInt32])
  func aFileThatVanishesCostsOnlyItself(_ shards: UInt32) throws {
    let made = try journal(["zstd:1"], shards: shards, hours: 3)
    var stream = try JournalStream(paths: [made.folder.root], query: JournalQuery())
    let path = made.folder.path("XNAS.ITCH/2023-11-14/21-0.dbn.zst")
    try FileManager.default.removeItem(atPath: path)
    let found = try Self.drain(&stream)
    let hour = ReadSupport.startNanos + 3_600_000_000_000
    var wanted = made
    wanted.records = made.records.filter {
      $0.shard != 0 || $0.time < hour || $0.time >= hour + 3_600_000_000_000
    }
    #expect(Self.difference(found, wanted.expected) == nil)
    let findings = stream.findings
    #expect(findings.contains { $0.path == path && $0.text.contains("No such file") })
  }

  @Test func pathsThatAreNotThereAreRefused() throws {
    let folder = TemporaryFolder()
    try folder.write([UInt8]("text".utf8), to: folder.path("notes.txt"))
    for path in ["nothing", "notes.txt"] {
      #expect(throws: JournalError.self) {
        _ = try JournalStream(paths: [folder.path(path)], query: JournalQuery())
      }
    }
    var empty = try JournalStream(paths: [folder.root], query: JournalQuery())
    let found = try Self.drain(&empty)
    #expect(found == [])
  }
}

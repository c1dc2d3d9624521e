import Records
import TestSupport
import Testing
import Wire

@testable import Journal

/// Selections whose answer depends on what stands before the wanted records.
struct ReadSelectionTests {
  private static let blocks = 12
  private static let stepNanos: UInt64 = 1_000_000

  /// One segment of blocks with instruments 0...2, and 20...21 from block 8 on; the mappings stand
  /// in the blocks that are named.
  private func segment(
    _ codec: String, mappings: [Int: [(symbol: String, instrument: UInt32)]], sealed: Bool = true,
    lie: (inout BlockHeader) -> Void = { _ in }
  ) throws -> SegmentBuilder {
    var segment = try SegmentBuilder(try #require(JournalCodec(name: codec)))
    for block in 0..<Self.blocks {
      let start = ReadSupport.startNanos + UInt64(block) * Self.stepNanos
      var made = MadeRecords(seed: UInt64(block), from: start)
      for (symbol, instrument) in mappings[block] ?? [] { made.appendMapping(symbol, instrument) }
      if block < 8 {
        made.append(30, instruments: 3)
      } else {
        for index in 0..<30 {
          made.appendOrder(20 + UInt32(index % 2), at: start + UInt64(index))
        }
      }
      try segment.append(made, lie: lie)
    }
    if sealed { segment.seal() }
    return segment
  }

  private func records(
    _ segment: SegmentBuilder, of instruments: Set<UInt32>, from: UInt64 = 0
  ) -> [[UInt8]] {
    var last: UInt64 = 0
    return segment.parts.flatMap(ReadSupport.split).filter { record in
      last = ReadSupport.tsRecv(record) ?? last
      return last >= from
        && instruments.contains(RecordHeader(copying: record.rawSpan)?.instrumentID ?? 0)
    }
  }

  /// The mapping stands in a block before the time that is wanted, and not in the first one.
  @Test(arguments: ["zstd:1", "none", "columnar"], [true, false])
  func aMappingBeforeTheTimeIsKnown(_ codec: String, _ sealed: Bool) throws {
    let folder = TemporaryFolder()
    let segment = try segment(codec, mappings: [3: [("MILL", 20)]], sealed: sealed)
    try segment.write(folder, hour: 22)
    var query = JournalQuery()
    query.symbols = ["MILL"]
    query.from = ReadSupport.startNanos + 9 * Self.stepNanos
    var stream = try JournalStream(paths: [folder.root], query: query)
    let found = try ReadStreamTests.drain(&stream)
    let expected = records(segment, of: [20], from: try #require(query.from))
    #expect(Self.isSame(found, expected) && expected.count > 20)
  }

  /// From block 5 on the symbol stands for another instrument; no block before has that one.
  @Test(arguments: ["zstd:1", "none", "columnar"], [nil, 1, 7] as [UInt64?])
  func aSymbolMayChangeItsInstrument(_ codec: String, _ fromBlock: UInt64?) throws {
    let folder = TemporaryFolder()
    let segment = try segment(
      codec, mappings: [0: [("MILL", 7)], 5: [("OTHER", 9)], 6: [("MILL", 20)]])
    try segment.write(folder, hour: 22)
    var query = JournalQuery()
    query.symbols = ["MILL"]
    query.from = fromBlock.map { ReadSupport.startNanos + $0 * Self.stepNanos }
    var stream = try JournalStream(paths: [folder.root], query: query)
    let found = try ReadStreamTests.drain(&stream)
    let expected = records(segment, of: [7, 20], from: query.from ?? 0)
    #expect(Self.isSame(found, expected) && expected.count > 20)
  }

  /// Files of version 0.2 do not say which blocks have no mappings: all are read, and the answer is
  /// the same. Today's say it: no other block is decompressed.
  @Test(arguments: [true, false])
  func onlyBlocksThatMayTellAreRead(_ isOld: Bool) throws {
    let folder = TemporaryFolder()
    let segment = try segment(
      "zstd:1", mappings: [0: [("MILL", 7)], 5: [("OTHER", 9)], 6: [("MILL", 20)]],
      lie: { if isOld { $0.hasNoSymbols = false } })
    try segment.write(folder, hour: 22)
    var query = JournalQuery()
    query.symbols = ["MILL"]
    var stream = try JournalStream(paths: [folder.root], query: query)
    var read: [UInt64] = []
    stream.context.tap = { _, block, _ in
      read.append(block.number)
      return true
    }
    let found = try ReadStreamTests.drain(&stream)
    #expect(Self.isSame(found, records(segment, of: [7, 20])) && found.count > 20)
    let expected: [UInt64] = isOld ? Array(0..<UInt64(Self.blocks)) : [0, 5, 6, 8, 9, 10, 11]
    #expect(read == expected)
    var check = try SegmentCheck(segment.reader())
    while try check.step() {}
    let findings = check.findings
    #expect(findings == [])
  }

  @Test func aWrongFlagIsAFinding() throws {
    let segment = try segment(
      "zstd:1", mappings: [5: [("MILL", 20)]], sealed: false, lie: { $0.hasNoSymbols = true })
    var check = try SegmentCheck(segment.reader())
    while try check.step() {}
    let findings = check.findings
    #expect(findings.map(\.block) == [5])
    #expect(findings.first?.text.contains("mappings or definitions") == true)
  }

  private static func isSame(_ one: [[UInt8]], _ other: [[UInt8]]) -> Bool {
    ReadStreamTests.difference(one, other) == nil
  }
}

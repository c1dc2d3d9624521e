import Records
import TestSupport
import Testing
import Wire
import Zstd

@testable import Journal

/// DBN files that are not ours are read in blocks made up of what they hold.
struct ReadForeignTests {
  private static func made(_ amount: Int) -> MadeRecords {
    var made = MadeRecords(seed: 8)
    made.append(amount)
    return made
  }

  private static func file(_ made: MadeRecords, isCompressed: Bool) throws -> [UInt8] {
    var plain: [UInt8] = []
    try DBNMetadata(dataset: "XNAS.BASIC", start: 5, end: 9).append(to: &plain)
    plain += made.bytes
    guard isCompressed else { return plain }
    var zstd = try ZstdCompressor()
    var buffer = ByteBuffer()
    try zstd.appendFrame(plain.rawSpan, to: &buffer)
    return bytes(of: buffer)
  }

  @Test(arguments: [true, false], [0, 1, 40_000])
  func recordsComeBack(_ isCompressed: Bool, _ amount: Int) throws {
    let made = Self.made(amount)
    var reader = try SegmentReader(
      name: "foreign", bytes: try Self.file(made, isCompressed: isCompressed))
    let (isForeign, dataset) = (reader.isForeign, reader.header.dataset)
    #expect(isForeign && dataset == "XNAS.BASIC")
    let found = try ReadSupport.readAll(&reader)
    #expect(found.parts.flatMap { $0 } == made.bytes)
    #expect(found.headers.map(\.recordCount).reduce(0, +) == amount)
    #expect(found.headers.allSatisfy { $0.recordCount <= 16_384 })
    #expect(found.findings == [])
    guard amount > 1 else { return }
    for record in [0, 16_383, 16_384, 39_999] {
      try reader.seek(record: UInt64(record))
      let block = try #require(try reader.nextBlock())
      #expect(block.number == UInt64(record / 16_384))
    }
    let last = try #require(found.headers.last)
    try reader.seek(tsRecv: last.maxTsRecv)
    let block = try reader.nextBlock()
    #expect(block == last)
  }

  @Test func aCutFileIsReadAsFarAsItGoes() throws {
    let made = Self.made(300)
    let whole = try Self.file(made, isCompressed: false)
    for lost in [1, 7, 30] {
      var reader = try SegmentReader(name: "foreign", bytes: Array(whole.dropLast(lost)))
      let found = try ReadSupport.readAll(&reader)
      let records = found.parts.flatMap { $0 }
      #expect(made.bytes.starts(with: records) && records.count < made.bytes.count)
      #expect(found.findings.count == 1)
    }
  }

  @Test func foreignFilesAreMergedWithOurs() throws {
    let folder = TemporaryFolder()
    let made = Self.made(500)
    let path = folder.path("theirs.dbn.zst")
    try folder.write(try Self.file(made, isCompressed: true), to: path)
    let segment = try ReadSupport.segment("zstd:1", blocks: 2, records: 50, seed: 3)
    try segment.write(folder, hour: 22)
    var stream = try JournalStream(paths: [folder.root], query: JournalQuery())
    let found = try ReadStreamTests.drain(&stream)
    let dataset = stream.metadata.dataset
    #expect(dataset.isEmpty && found.count == 600)
    let theirs = ReadSupport.split(made.bytes)
    let kept = Set(theirs)
    #expect(ReadStreamTests.difference(found.filter(kept.contains), theirs) == nil)
    let catalog = try JournalCatalog(paths: [folder.root])
    #expect(catalog.segments.map(\.isForeign) == [true, false])
    #expect(catalog.segments[0].tsRecv == 5...9)
    #expect(
      catalog.segments[1].tsRecv == segment.blocks[0].minTsRecv...segment.blocks[1].maxTsRecv)
  }

  @Test func streamsOfTwoLayoutsAreRefused() throws {
    let folder = TemporaryFolder()
    for version in [UInt8(2), 3] {
      var bytes: [UInt8] = []
      try DBNMetadata(version: version, dataset: "XNAS.ITCH").append(to: &bytes)
      try folder.write(bytes, to: folder.path("\(version).dbn"))
    }
    #expect(throws: JournalError.self) {
      _ = try JournalStream(paths: [folder.root], query: JournalQuery())
    }
  }
}

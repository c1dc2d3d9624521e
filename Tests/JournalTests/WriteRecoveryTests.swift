import Records
import TestSupport
import Testing
import Wire

@testable import Journal

/// A segment that ends anywhere is cut to its last whole block, and what was cut is kept.
struct WriteRecoveryTests {
  /// A closed segment of three blocks.
  static func made(_ codec: String) throws -> (FaultyFiles, String) {
    let files = FaultyFiles()
    var writer = ShardWriter(try WriteFaultTests.options(codec, .off), files: files)
    for block in UInt64(0)..<3 {
      var made = MadeRecords(seed: block, from: WriteSegmentTests.start)
      made.append(3, instruments: 8)
      writer.write(made.bytes.rawSpan, recordCount: 3, nowNanos: 0)
    }
    let written = writer.segmentPath
    let path = try #require(written)
    writer.close(nowNanos: 0)
    return (files, path)
  }

  private func put(_ bytes: [UInt8], _ path: String, _ files: FaultyFiles) throws {
    let file = try files.create(path)
    try file.write(bytes.rawSpan, at: 0)
  }

  @Test(arguments: ["lz4", "zstd:1", "columnar+lz4"])
  func everyLengthIsRecovered(_ codec: String) throws {
    let (source, path) = try Self.made(codec)
    let whole = try #require(source.bytes(path))
    let segment = try #require(WrittenSegment(whole))
    #expect(segment.isSealed && segment.blocks.count == 3)
    for length in 0...whole.count {
      let files = FaultyFiles()
      try put(Array(whole[..<length]), path, files)
      var recovery = SegmentRecovery(files: files)
      let done = try recovery.recover(path)
      guard length < whole.count else {
        #expect(done == nil, "in order")
        continue
      }
      let result = try #require(done)
      if length < segment.start {
        #expect(files.paths == [path + ".torn"] && result.blockCount == 0)
        #expect(files.bytes(path + ".torn") == Array(whole[..<length]))
        continue
      }
      let blocks = segment.blocks.filter { $0.end <= length }
      let end = blocks.last?.end ?? segment.start
      let left = try #require(files.bytes(path).flatMap { WrittenSegment($0) })
      #expect(left.blocks.map(\.records) == blocks.map(\.records), "\(length)")
      #expect(left.isSealed && left.restBytes == 0 && result.isSealed)
      #expect(result.blockCount == UInt64(blocks.count))
      #expect(result.cutBytes == UInt64(length - end))
      #expect(files.bytes(path + ".torn") ?? [] == Array(whole[end..<length]))
    }
  }

  /// Plain DBN: the file and its headers may end anywhere, each for itself.
  @Test func everyLengthOfPlainSegmentsIsRecovered() throws {
    let (source, path) = try Self.made("none")
    let data = try #require(source.bytes(path))
    let side = try #require(source.bytes(path + ".blocks"))
    let segment = try #require(WrittenSegment(data, side: side))
    var generator = SeededGenerator(seed: 8)
    for round in 0..<(data.count + side.count) {
      let isData = round < data.count
      let dataLength = isData ? round : Int(generator.next() % UInt64(data.count + 1))
      let sideLength = isData ? Int(generator.next() % UInt64(side.count)) : round - data.count
      let files = FaultyFiles()
      try put(Array(data[..<dataLength]), path, files)
      try put(Array(side[..<sideLength]), path + ".blocks", files)
      var recovery = SegmentRecovery(files: files)
      let result = try #require(try recovery.recover(path))
      guard sideLength >= 256, dataLength >= segment.header.firstFrameBytes else {
        #expect(files.paths.allSatisfy { $0.hasSuffix(".torn") })
        continue
      }
      var payload = Int(segment.header.firstFrameBytes)
      let blocks = segment.blocks.prefix { block in
        payload += Int(block.header.storedBytes)
        return payload <= dataLength && block.end <= sideLength
      }
      #expect(result.blockCount == UInt64(blocks.count), "\(dataLength) \(sideLength)")
      let left = try #require(
        WrittenSegment(files.bytes(path) ?? [], side: files.bytes(path + ".blocks")))
      #expect(left.blocks.map(\.records) == blocks.map(\.records))
      #expect(left.isSealed && left.restBytes == 0)
    }
  }

  /// The writer died between making the file and making the one with its headers.
  @Test func anEmptyPlainFileIsPutAside() throws {
    let files = FaultyFiles()
    try put([], "r/D/2023-11-14/22-0.dbn", files)
    var recovery = SegmentRecovery(files: files)
    let result = try #require(try recovery.recover("r/D/2023-11-14/22-0.dbn"))
    #expect(result.blockCount == 0 && result.cutBytes == 0)
    #expect(files.paths == ["r/D/2023-11-14/22-0.dbn.torn"])
  }

  /// DBN that stands alone is somebody else's.
  @Test func plainFilesOfOthersAreLeftAlone() throws {
    let files = FaultyFiles()
    try put(Array("DBN".utf8), "r/D/2023-11-14/22-0.dbn", files)
    var recovery = SegmentRecovery(files: files)
    let result = try recovery.recover("r/D/2023-11-14/22-0.dbn")
    #expect(result == nil)
    #expect(files.paths == ["r/D/2023-11-14/22-0.dbn"])
  }

  /// Damage in the middle is no torn end: nothing behind it is cut.
  @Test(arguments: ["lz4", "none"])
  func damageInTheMiddleCutsNothing(_ codec: String) throws {
    let (source, path) = try Self.made(codec)
    let sidePath = codec == "none" ? path + ".blocks" : path
    let side = try #require(source.bytes(sidePath))
    let segment = try #require(
      WrittenSegment(source.bytes(path) ?? [], side: codec == "none" ? side : nil))
    // The index is gone, and a bit of the second block's header is wrong.
    var damaged = Array(side[..<segment.blocks[2].end])
    damaged[segment.blocks[0].end + 40] ^= 1
    let files = FaultyFiles()
    if codec == "none" { try put(source.bytes(path) ?? [], path, files) }
    try put(damaged, sidePath, files)
    var recovery = SegmentRecovery(files: files)
    let result = try #require(try recovery.recover(path))
    #expect(result.cutBytes == 0 && !result.isSealed && result.tornPaths.isEmpty)
    #expect(files.bytes(sidePath) == damaged)
  }

  @Test func aFullDiskLeavesTheTornEndWhereItIs() throws {
    let (source, path) = try Self.made("lz4")
    let whole = try #require(source.bytes(path))
    let segment = try #require(WrittenSegment(whole))
    let torn = Array(whole[..<(segment.blocks[2].end - 5)])
    let files = FaultyFiles()
    try put(torn, path, files)
    files.faults.freeBytes = 3
    let outcome = ShardRecovery(files: files, root: "r", dataset: "D").run { _ in true }
    #expect(outcome.errors.count == 1)
    #expect(files.bytes(path) == torn)
    files.faults = FaultyFiles.Faults()
    let again = ShardRecovery(files: files, root: "r", dataset: "D").run { _ in true }
    #expect(again.errors.isEmpty && again.recovered.first?.blockCount == 2)
    // A new segment takes the next part, whatever the names beside it.
    var writer = ShardWriter(try WriteFaultTests.options("zstd:1", .off), files: files)
    var made = MadeRecords(seed: 1, from: WriteSegmentTests.start)
    made.append(2)
    writer.write(made.bytes.rawSpan, recordCount: 2, nowNanos: 0)
    let now1 = writer.segmentPath
    #expect(now1 == "r/D/2023-11-14/22-0.2.dbn.zst")
  }
}

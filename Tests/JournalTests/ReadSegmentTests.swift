import Records
import TestSupport
import Testing
import Wire

@testable import Journal

/// Segments of every kind come back block by block, and seeks find what a walk finds.
struct ReadSegmentTests {
  static let codecs = ["none", "lz4", "zstd:1", "columnar", "columnar+lz4", "columnar+none"]

  @Test(arguments: codecs, [true, false])
  func blocksComeBack(_ name: String, _ sealed: Bool) throws {
    let builder = try ReadSupport.segment(name, sealed: sealed)
    var reader = try builder.reader()
    let dataset = reader.metadata?.dataset
    #expect(dataset == "XNAS.ITCH")
    let isSealed = reader.isSealed
    #expect(isSealed == sealed)
    let found = try ReadSupport.readAll(&reader)
    #expect(found.headers == builder.blocks)
    #expect(found.parts == builder.parts)
    #expect(found.findings == [])
    let tail = reader.tail
    #expect(tail == nil || tail?.isEmpty == true)
    let done = reader.bytesRead
    let total = reader.byteCount
    #expect(done == total)
  }

  @Test(arguments: codecs, [true, false])
  func seeksFindWhatAWalkFinds(_ name: String, _ sealed: Bool) throws {
    let builder = try ReadSupport.segment(name, blocks: 60, records: 30, sealed: sealed)
    var reader = try builder.reader()
    var generator = SeededGenerator(seed: 5)
    let blocks = builder.blocks
    let (first, last) = (blocks[0].minTsRecv, blocks[blocks.count - 1].maxTsRecv)
    for _ in 0..<60 {
      let time = first - 5 + generator.next() % (last - first + 10)
      try reader.seek(tsRecv: time)
      let byTime = try reader.nextBlock()
      #expect(byTime == blocks.first { $0.hasReceiveTimes && $0.maxTsRecv >= time }, "seed 5")
      let sequence = generator.next() % (blocks[blocks.count - 1].maxSequence + 3)
      try reader.seek(sequence: sequence)
      let bySequence = try reader.nextBlock()
      #expect(bySequence == blocks.first { $0.maxSequence >= sequence }, "seed 5")
      let record = generator.next() % (builder.records + 2)
      try reader.seek(record: record)
      let byRecord = try reader.nextBlock()
      #expect(
        byRecord == blocks.first { $0.firstRecord + UInt64($0.recordCount) > record }, "seed 5")
    }
    try reader.seek(record: 0)
    let found = try ReadSupport.readAll(&reader)
    #expect(found.parts == builder.parts)
    #expect(found.findings == [])
  }

  /// Blocks large enough that a bisection halves the file several times.
  @Test func seeksInALargeSegmentWithoutIndex() throws {
    let builder = try ReadSupport.segment("lz4", blocks: 150, records: 900, sealed: false)
    #expect(builder.file.count > 1 << 20)
    var reader = try builder.reader()
    for number in [0, 1, 17, 74, 75, 148, 149] {
      let wanted = builder.blocks[number]
      try reader.seek(tsRecv: wanted.maxTsRecv)
      let byTime = try reader.nextBlock()
      #expect(byTime == wanted)
      try reader.seek(record: wanted.firstRecord + 3)
      let byRecord = try reader.nextBlock()
      #expect(byRecord == wanted)
    }
  }

  @Test(arguments: [true, false])
  func timesThatFallALittleAreFound(_ sealed: Bool) throws {
    var builder = try SegmentBuilder()
    // Each block begins before the one before it has ended.
    for number in 0..<40 {
      var made = MadeRecords(
        seed: UInt64(number),
        from: 1_700_000_000_000_000_000 + UInt64(number % 2 == 0 ? number + 3 : number) * 1_000)
      made.append(5, step: 10)
      try builder.append(made)
    }
    if sealed { builder.seal() }
    var reader = try builder.reader()
    for time in stride(from: 1_700_000_000_000_000_000, to: 1_700_000_000_000_048_000, by: 500) {
      try reader.seek(tsRecv: UInt64(time))
      let found = try reader.nextBlock()
      #expect(
        found == builder.blocks.first { $0.hasReceiveTimes && $0.maxTsRecv >= UInt64(time) })
    }
  }

  @Test(arguments: ["none", "zstd:1", "columnar"])
  func aTornSegmentEndsWithItsLastWholeBlock(_ name: String) throws {
    let builder = try ReadSupport.segment(name, blocks: 4, records: 12, sealed: false)
    let total = builder.isPlain ? builder.sidecar.count : builder.file.count
    let start = builder.offsets[0]
    for length in start...total {
      var cut = builder
      cut.cut(to: length)
      var reader = try cut.reader()
      let found = try ReadSupport.readAll(&reader)
      let whole = builder.blocks.indices.filter { builder.ends[$0] <= length }
      #expect(found.headers == whole.map { builder.blocks[$0] }, "cut at \(length)")
      #expect(found.findings == [], "cut at \(length)")
      let tail = reader.tail
      let isWhole = (whole.last.map { builder.ends[$0] } ?? start) == length
      #expect(builder.isPlain || (tail?.isEmpty ?? true) == isWhole, "cut at \(length)")
    }
  }

  @Test(arguments: ["none", "lz4", "zstd:1", "columnar"])
  func aGrowingSegmentIsFollowed(_ name: String) throws {
    let folder = TemporaryFolder()
    let builder = try ReadSupport.segment(name, blocks: 5, records: 20, sealed: true)
    let path = folder.path("0." + (try #require(JournalCodec(name: name))).fileEnding)
    let grown = builder.isPlain ? builder.sidecar : builder.file
    let growing = builder.isPlain ? path + ".blocks" : path
    if builder.isPlain { try folder.write(builder.file, to: path) }
    try folder.write(Array(grown[..<builder.offsets[0]]), to: growing)
    var reader = try SegmentReader(path: path)
    var buffer = ByteBuffer()
    var numbers: [UInt64] = []
    for length in stride(from: builder.offsets[0] + 50, to: grown.count + 97, by: 97) {
      try folder.write(Array(grown[..<min(length, grown.count)]), to: growing)
      _ = try reader.refresh()
      while let block = try reader.nextBlock() {
        buffer.removeAll()
        try reader.appendRecords(to: &buffer)
        let back = bytes(of: buffer)
        #expect(back == builder.parts[Int(block.number)])
        numbers.append(block.number)
      }
    }
    #expect(numbers == [0, 1, 2, 3, 4])
    let findings = reader.findings
    #expect(findings == [])
    let isSealed = reader.isSealed
    #expect(isSealed)
  }

  @Test func mapsTellWhatABlockCannotHold() throws {
    let builder = try ReadSupport.segment("zstd:1", blocks: 3, records: 2_000)
    var reader = try builder.reader()
    var ruledOut = 0
    while let block = try reader.nextBlock() {
      var held: Set<UInt32> = []
      for record in ReadSupport.split(builder.parts[Int(block.number)]) {
        held.insert(RecordHeader(copying: record.rawSpan)?.instrumentID ?? 0)
      }
      for id in UInt32(0)..<1_000 {
        let may = reader.mayHold(instrument: id)
        #expect(may || !held.contains(id))
        if !may { ruledOut += 1 }
      }
    }
    #expect(ruledOut > 1_000)
  }

  @Test(arguments: [0, 4, 40, 4_000])
  func whatIsNoSegmentIsRefused(_ count: Int) throws {
    var generator = SeededGenerator(seed: UInt64(count))
    let noise = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    #expect(throws: JournalError.self) { _ = try SegmentReader(name: "noise", bytes: noise) }
  }
}

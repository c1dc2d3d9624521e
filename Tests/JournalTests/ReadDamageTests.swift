import Records
import TestSupport
import Testing
import Wire

@testable import Journal

/// Damage is named and passed over, and what is not damaged stays readable.
struct ReadDamageTests {
  /// Every byte of a small segment of each kind takes on other values: what is read is then a part
  /// of what was written, block by block and in order, and all of it where nothing is reported.
  @Test(arguments: ["none", "lz4", "zstd:1", "columnar", "columnar+lz4"], [true, false])
  func everyFlipIsDetectedOrHarmless(_ name: String, _ sealed: Bool) throws {
    let builder = try ReadSupport.segment(name, blocks: 2, records: 2, sealed: sealed)
    let total = builder.file.count + builder.sidecar.count
    var lost = 0
    for offset in 0..<total {
      let whole =
        offset < builder.file.count
        ? builder.file[offset] : builder.sidecar[offset - builder.file.count]
      let bits = (0..<8).map { whole ^ (1 << UInt8($0)) }
      for value in Set(bits + [0, 0xFF]) where value != whole {
        var damaged = builder
        damaged.set(value, at: offset)
        let (fault, isLost) = try Self.fault(of: damaged, beside: builder)
        if isLost { lost += 1 }
        // Not `#expect` for each of them: it takes longer than the reading.
        if let fault { Issue.record("\(name): byte \(offset) as \(value): \(fault)") }
      }
    }
    #expect(lost > 0)
  }

  /// What is wrong with the reading of a segment of which one byte was changed, and whether a block
  /// was lost.
  private static func fault(
    of damaged: SegmentBuilder, beside whole: SegmentBuilder
  ) throws -> (String?, Bool) {
    guard var reader = try? damaged.reader() else { return ("it is not opened", true) }
    let found = try ReadSupport.readAll(&reader)
    let isLost = found.parts != whole.parts
    // Every byte is under some hash, so that no flip goes unseen.
    if found.findings.isEmpty, reader.tail?.isEmpty ?? true, !reader.isForeign {
      return ("it is not reported", isLost)
    }
    if !isPart(found.parts, of: whole.parts) { return ("other records are read", isLost) }
    // One byte costs one block.
    if found.parts.count < whole.parts.count - 1 { return ("more than a block is lost", isLost) }
    return (nil, isLost)
  }

  /// Whether `parts` are some of `all`, in their order.
  private static func isPart(_ parts: [[UInt8]], of all: [[UInt8]]) -> Bool {
    var rest = all[...]
    for part in parts {
      guard let index = rest.firstIndex(of: part) else { return false }
      rest = rest[(index + 1)...]
    }
    return true
  }

  @Test(arguments: ["none", "zstd:1", "columnar"])
  func damageNamesItsBlockAndBytes(_ name: String) throws {
    let builder = try ReadSupport.segment(name, blocks: 5, records: 20)
    var payload = builder
    let start =
      builder.isPlain
      ? Int(builder.header.firstFrameBytes) + builder.parts[0].count + builder.parts[1].count
      : builder.offsets[2] + builder.blocks[2].headerBytes
    payload.set(0xEE, at: start + 60)
    payload.set(0xEF, at: start + 61)
    var reader = try payload.reader()
    let found = try ReadSupport.readAll(&reader)
    #expect(found.parts == [0, 1, 3, 4].map { builder.parts[$0] })
    let finding = try #require(found.findings.first)
    #expect(found.findings.count == 1 && finding.block == 2)
    #expect(finding.range == UInt64(start)..<UInt64(start + Int(builder.blocks[2].storedBytes)))
    #expect(finding.text.contains("hash"))

    var headers = builder
    let offset = builder.offsets[2] + (builder.isPlain ? builder.file.count : 0)
    headers.set(0xEE, at: offset + 30)
    headers.set(0xEF, at: offset + 31)
    var second = try headers.reader()
    let rest = try ReadSupport.readAll(&second)
    #expect(rest.parts == [0, 1, 3, 4].map { builder.parts[$0] })
    let lost = try #require(rest.findings.first)
    #expect(rest.findings.count == 1 && lost.block == 2)
    #expect(lost.range == UInt64(builder.offsets[2])..<UInt64(builder.offsets[3]))
  }

  /// Holes of any size at any place: whole blocks outside of them are read.
  @Test(arguments: ["lz4", "zstd:1", "columnar", "none"])
  func holesCostOnlyWhatLiesInThem(_ name: String) throws {
    let builder = try ReadSupport.segment(name, blocks: 12, records: 15)
    var generator = SeededGenerator(seed: 77)
    for _ in 0..<120 {
      var damaged = builder
      let total = builder.file.count + builder.sidecar.count
      let start = Int(generator.next() % UInt64(total))
      let length = 1 + Int(generator.next() % UInt64(total / 3))
      for offset in start..<min(start + length, total) {
        damaged.set(UInt8(truncatingIfNeeded: generator.next()), at: offset)
      }
      guard var reader = try? damaged.reader(), !reader.isForeign else { continue }
      let found = try ReadSupport.readAll(&reader)
      let isPart = Self.isPart(found.parts, of: builder.parts)
      #expect(isPart, "seed 77: \(start) + \(length)")
      let untouched = builder.blocks.indices.filter {
        !builder.isPlain
          && (builder.ends[$0] <= start || builder.offsets[$0] >= start + length)
      }
      for number in untouched {
        #expect(
          found.parts.contains(builder.parts[number]), "seed 77: block \(number), \(start)")
      }
      let isReported = !found.findings.isEmpty || reader.tail != nil
      #expect(isReported, "seed 77: \(start) + \(length)")
    }
  }

  /// The check finds what no hash can: headers that say something else than what they head.
  @Test func aCheckComparesWithTheRecords() throws {
    let whole = try ReadSupport.segment("zstd:1", blocks: 4, records: 30)
    var check = SegmentCheck(try whole.reader())
    while try check.step() {}
    let (findings, blocks, records) = (check.findings, check.blocks, check.records)
    #expect(findings == [] && blocks == 4 && records == 120)
    let lies: [(String, (inout BlockHeader) -> Void)] = [
      ("receive times", { $0.maxTsRecv += 1 }), ("sequence numbers", { $0.minSequence = 0 }),
      ("event times", { $0.minTsEvent -= 1 }), ("was expected", { $0.number = 9 }),
      ("was expected", { $0.firstRecord = 9 }),
    ]
    for (text, lie) in lies {
      var lying = try SegmentBuilder()
      for seed in 0..<3 {
        var made = MadeRecords(seed: UInt64(seed))
        made.append(10)
        try lying.append(made, lie: seed == 1 ? lie : { _ in })
      }
      var check = SegmentCheck(try lying.reader())
      while try check.step() {}
      let findings = check.findings
      #expect(!findings.isEmpty && findings.allSatisfy { $0.text.contains(text) }, "\(text)")
    }
  }

  @Test(arguments: ["none", "zstd:1", "columnar"])
  func aCheckCountsWhatIsThere(_ name: String) throws {
    var builder = try ReadSupport.segment(name, blocks: 0, sealed: false)
    var made = MadeRecords(seed: 1)
    made.append(25)
    try builder.append(made, isRepeated: true)
    try builder.append(made)
    builder.seal()
    var check = SegmentCheck(try builder.reader())
    while try check.step() {}
    let (findings, tsRecv) = (check.findings, check.tsRecv)
    #expect(findings == [])
    let counts = (check.blocks, check.records, check.repeatedRecords, check.rawBytes)
    #expect(counts == (2, 25, 25, UInt64(made.bytes.count * 2)))
    #expect(tsRecv == builder.blocks[0].minTsRecv...builder.blocks[0].maxTsRecv)
    let (done, total) = (check.bytesRead, check.byteCount)
    #expect(done == total)
  }
}

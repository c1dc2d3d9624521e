import Records
import TestSupport
import Testing
import Wire

@testable import Journal

/// Segments of every kind come back block by block, and seeks find what a walk finds.
struct ReadSegmentTests {
  static let codecs = ["none", "lz4", "zstd:1", "columnar", "columnar+lz4", "columnar+none"]

  /// A segment of some blocks, and all their records.
  static func made(
    _ name: String, blocks: Int = 9, records: Int = 40, sealed: Bool = true
  ) throws -> SegmentBuilder {
    var builder = try SegmentBuilder(try #require(JournalCodec(name: name)))
    var nanos: UInt64 = 1_700_000_000_000_000_000
    for number in 0..<blocks {
      var made = MadeRecords(seed: UInt64(number), from: nanos)
      made.append(records)
      nanos = made.nanos
      try builder.append(made)
    }
    if sealed { builder.seal() }
    return builder
  }

  static func reader(_ builder: SegmentBuilder) throws -> SegmentReader {
    try SegmentReader(
      name: "made", bytes: builder.file, sidecar: builder.isPlain ? builder.sidecar : nil)
  }

  @Test(arguments: codecs, [true, false])
  func blocksComeBack(_ name: String, _ sealed: Bool) throws {
    let builder = try Self.made(name, sealed: sealed)
    var reader = try Self.reader(builder)
    let dataset = reader.metadata?.dataset
    #expect(dataset == "XNAS.ITCH")
    let isSealed = reader.isSealed
    #expect(isSealed == sealed)
    var buffer = ByteBuffer()
    var number = 0
    while let block = try reader.nextBlock() {
      #expect(block == builder.blocks[number])
      buffer.removeAll()
      try reader.appendRecords(to: &buffer)
      let back = bytes(of: buffer)
      #expect(back == builder.parts[number])
      number += 1
    }
    #expect(number == builder.parts.count)
    let findings = reader.findings
    #expect(findings == [])
    let tail = reader.tail
    #expect(tail == (sealed ? nil : tail) && tail?.isEmpty != false)
  }
}

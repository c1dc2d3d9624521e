import Foundation
import Testing

@testable import Journal

/// The manifest's two texts.
struct ArchiveManifestTests {
  private static func totals(_ records: UInt64) -> RecordTotals {
    var totals = RecordTotals()
    (totals.records, totals.bytes, totals.hash) = (records, records &* 56, .max - records)
    totals.types = [160: records, 22: 1]
    return totals
  }

  private static func made() -> ArchiveManifest {
    var manifest = ArchiveManifest()
    (manifest.dataset, manifest.day, manifest.part) = ("XNAS.ITCH", "2024-01-08", 2)
    manifest.layout = .instrument
    manifest.codec = JournalCodec(payload: .columnar, coder: .lz4, level: -3)
    manifest.blockRecords = 262_144
    (manifest.tool, manifest.createdNanos) = ("millrace 0.1.0", 1_704_889_800_000_000_001)
    manifest.totals = totals(9_000_000_000_000_000_000)
    (manifest.totals.minTsRecv, manifest.totals.maxTsRecv) = (5, .max - 1)
    (manifest.totals.minSequence, manifest.totals.maxSequence) = (0, 0)
    var source = ArchiveManifest.Source()
    source.path = "XNAS.ITCH/2024-01-08/a\tb\nc\rd\\e"
    (source.bytes, source.segmentID, source.runID) = (1, .max, 7)
    (source.shard, source.firstOrdinal, source.records) = (3, 99, 5)
    (source.isSealed, source.recordHash) = (true, 0xABC)
    var output = ArchiveManifest.Output()
    output.path = "XNAS.ITCH/2024-01-08.2/BRK%2FB.mrc"
    (output.bytes, output.segmentID, output.instrument) = (17, 2, 4)
    (output.symbol, output.repeatedRecords, output.totals) = ("BRK/B", 6, totals(5))
    manifest.sources = [source, source]
    manifest.outputs = [output]
    manifest.findings = ["a \"finding\"", "é"]
    return manifest
  }

  @Test func theLinesReadBack() throws {
    let manifest = Self.made()
    let read = try #require(ArchiveManifest(lines: manifest.lines))
    #expect(read == manifest)
    #expect(read.json == manifest.json)
    let empty = try #require(ArchiveManifest(lines: ArchiveManifest().lines))
    #expect(empty == ArchiveManifest())
  }

  @Test func everyChangeOfAByteIsKnown() {
    let bytes = Array(Self.made().lines.utf8)
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1
      #expect(ArchiveManifest(lines: String(decoding: changed, as: UTF8.self)) == nil)
      #expect(ArchiveManifest(lines: String(decoding: bytes[..<index], as: UTF8.self)) == nil)
    }
  }

  @Test func theJSONSaysTheSame() throws {
    let manifest = Self.made()
    let value = try JSONSerialization.jsonObject(with: Data(manifest.json.utf8))
    let object = try #require(value as? [String: Any])
    #expect(object["day"] as? String == "2024-01-08")
    #expect(object["codec"] as? String == "columnar+lz4:-3")
    #expect((object["schemas"] as? [String: Any])?.count == 2)
    #expect(object["record_hash"] as? String == "831993af1d7bffff")
    let output = try #require((object["outputs"] as? [[String: Any]])?.first)
    #expect(output["symbol"] as? String == "BRK/B")
    #expect(output["first_ts_recv"] == nil)
    let source = try #require((object["sources"] as? [[String: Any]])?.first)
    #expect(source["path"] as? String == manifest.sources[0].path)
    #expect(source["segment_id"] as? String == "ffffffffffffffff")
  }

  @Test(arguments: [
    ("AAPL", "AAPL"), ("BRK.B", "BRK.B"), (".X", "%2EX"), ("..", "%2E."),
    ("A/B", "A%2FB"), ("A%2FB", "A%252FB"), ("é\u{1}", "%C3%A9%01"),
  ])
  func everySymbolHasAFileOfItsOwn(symbol: String, name: String) {
    #expect(ArchiveName.file(symbol: symbol) == name)
  }

  static let bases: [(String, Int?)] = [
    ("2024-01-08", 1), ("2024-01-08.2", 2), ("2024-01-08.12", 12),
    ("2024-01-08.1", nil), ("2024-01-08.02", nil), ("2024-01-08.", nil), ("2024-01-8", nil),
    ("2024-01-08x", nil), ("", nil),
  ]

  @Test(arguments: bases)
  func baseNamesParse(base: String, part: Int?) {
    #expect(ArchiveName.parse(base: base)?.part == part)
  }
}

import Foundation
import Records
import TestSupport
import Testing
import Wire

@testable import Journal

/// Segments on a real disk, judged by foreign programs and by the public reader's rules.
struct WriteSegmentTests {
  static let codecs = ["none", "lz4", "zstd:1", "columnar+lz4", "columnar+zstd:1"]
  static let start: UInt64 = 1_700_000_000_000_000_000  // 2023-11-14T22:13:20Z

  static func options(_ root: String, _ codec: String) throws -> JournalOptions {
    var options = JournalOptions(
      root: root, dataset: "TEST.MADE", instance: "t", shard: 0, shardCount: 1, runID: 77)
    options.codec = try #require(JournalCodec(name: codec))
    options.sync = .block
    return options
  }

  /// Writes `blocks` blocks of 50 records and gives the records.
  static func write(
    _ writer: inout JournalWriter, blocks: Int, seed: UInt64 = 1
  ) -> [UInt8] {
    var all: [UInt8] = []
    var time = start
    for block in 0..<blocks {
      var made = MadeRecords(seed: seed + UInt64(block), from: time)
      if block == 0 {
        for id in UInt32(1)...3 { made.appendMapping("S\(id)", id) }
      }
      made.append(50)
      time = made.nanos
      writer.write(made.bytes.rawSpan, recordCount: made.count, nowNanos: time)
      all += made.bytes
    }
    return all
  }

  @Test(arguments: codecs)
  func recordsComeBack(_ codec: String) throws {
    let folder = TestFolder()
    var writer = try JournalWriter(Self.options(folder.path, codec))
    let all = Self.write(&writer, blocks: 6)
    let status = writer.status
    #expect(status.offered == 303 && status.written == 303 && status.durable == 303)
    #expect(status.lost == 0 && status.blocks == 6 && status.segments == 1)
    #expect(!status.isFailing && status.rawBytes == all.count)
    writer.close(nowNanos: Self.start)
    let total = Int(writer.status.bytesWritten)
    let ending = try #require(JournalCodec(name: codec)).fileEnding
    let path = "\(folder.path)/TEST.MADE/2023-11-14/22-0.\(ending)"
    let segment = try #require(try WrittenSegment.read(path))
    #expect(segment.isSealed && segment.restBytes == 0)
    #expect(segment.records == all)
    #expect(segment.header.runID == 77 && segment.header.dataset == "TEST.MADE")
    #expect(segment.blocks.map(\.header.number) == Array(0..<6))
    let metadata = try #require(segment.metadata)
    #expect(metadata.symbols == ["S1", "S2", "S3"] && metadata.start >= Self.start)
    #expect(
      metadata.mappings.first?.intervals == [
        DBNMetadata.Interval(startDate: 20_231_114, endDate: 20_231_115, symbol: "1")
      ])
    let size = try folder.files.reduce(0) { sum, file in
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(file)")
      let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue
      #expect(mode == 0o640, "\(file)")
      return sum + ((attributes[.size] as? NSNumber)?.intValue ?? 0)
    }
    #expect(total == size)
  }

  /// At the end of every block the file is one that the standard programs accept.
  @Test(arguments: [("zstd:1", "zstd"), ("columnar+zstd:1", "zstd"), ("lz4", "lz4")])
  func everyBlockBoundaryIsAValidFile(_ codec: String, _ program: String) throws {
    let folder = TestFolder()
    var writer = try JournalWriter(Self.options(folder.path, codec))
    let all = Self.write(&writer, blocks: 4)
    let written = writer.segmentPath
    let path = try #require(written)
    writer.close(nowNanos: Self.start)
    let file = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let segment = try #require(WrittenSegment(file))
    for end in [segment.start] + segment.blocks.map(\.end) + [file.count] {
      let prefix = Array(file[..<end])
      #expect(try Program.run(program, ["-t"], input: prefix).status == 0, "at \(end)")
      guard codec == "zstd:1" else { continue }
      var decoder = DBNDecoder()
      decoder.feed(prefix)
      var records: [UInt8] = []
      while true {
        let step = try decoder.next()
        if step == .needMore { break }
        if case .record(let head) = step {
          for index in 0..<head.byteCount {
            records.append(decoder.record.uncheckedByte(at: index))
          }
        }
      }
      #expect(all.starts(with: records))
      #expect(records.count == segment.blocks.filter { $0.end <= end }.flatMap(\.records).count)
    }
    // A bit less is none: the test could fail.
    let cut = Array(file[..<(segment.blocks[1].end - 3)])
    #expect(try Program.run(program, ["-t"], input: cut).status != 0)
  }

  /// Plain DBN needs no program of ours: it is metadata and records, whatever block it ends at.
  @Test func plainSegmentsArePlainDBN() throws {
    let folder = TestFolder()
    var writer = try JournalWriter(Self.options(folder.path, "none"))
    let all = Self.write(&writer, blocks: 3)
    let written = writer.segmentPath
    let file = [UInt8](try Data(contentsOf: URL(filePath: try #require(written))))
    let size = try #require(try DBNMetadata.byteCount(file.rawSpan))
    #expect(Array(file[size...]) == all)
  }

  @Test func twoWritersOfAShardAreRefused() throws {
    let folder = TestFolder()
    let options = try Self.options(folder.path, "lz4")
    let first = try JournalWriter(options)
    #expect {
      _ = try JournalWriter(options)
    } throws: { error in
      "\(error)".contains("another process writes shard 0 of TEST.MADE")
    }
    var other = options
    other.shardCount = 2
    other.shard = 1
    _ = try JournalWriter(other)
    let recovered = first.recovered
    #expect(recovered.isEmpty)
  }

  @Test(arguments: ["", "../x", "a/b", ".hidden", "sixteen-chars-16", "with space"])
  func datasetsThatAreNoFolderNamesAreRefused(_ dataset: String) throws {
    let folder = TestFolder()
    var options = try Self.options(folder.path, "lz4")
    options.dataset = dataset
    #expect(throws: JournalError.self) { _ = try JournalWriter(options) }
    #expect(folder.files.isEmpty)
  }

  @Test func namesComeBackAndSort() throws {
    let names = [
      "1970-01-01/00-0.dbn.zst", "2000-02-29/23-0.dbn", "2023-11-14/22-0.dbn.zst",
      "2023-11-14/22-0.2.dbn.zst", "2023-11-14/22-0.10.dbn.zst", "2023-11-14/22-2.mrc",
      "2023-11-14/22-10.mrc", "2023-11-14/22-itch-a.pcapng.lz4", "2024-12-31/07-0.dbn.lz4",
    ]
    var parsed: [SegmentName] = []
    for name in names {
      let read = try #require(SegmentName(path: "root/data/\(name)"))
      #expect("\(read.dayFolder)/\(read.fileName)" == name)
      let again = SegmentName(
        nanos: read.startNanos, source: read.source, part: read.part, ending: read.ending)
      #expect(again == read)
      parsed.append(read)
    }
    #expect(parsed.shuffled().sorted() == parsed)
    #expect(parsed[8].nextDate == 20_250_101 && parsed[1].nextDate == 20_000_301)
    for name in [
      "2023-11-14/22-0.dbn.zst.torn", "2023-11-14/x", "2023-1-14/22-0.mrc", "day/22-0.mrc",
      "2023-11-14/24-0.mrc", "2023-11-14/22-0.dbn.blocks", "2023-11-14/-0.mrc", "22-0.mrc",
    ] {
      #expect(SegmentName(path: name) == nil, "\(name)")
    }
  }
}

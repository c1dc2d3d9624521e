import Foundation
import Records
import TestSupport
import Wire

@testable import Journal

/// A journal of two shards and two days, made by the real writer; gone afterwards.
final class MadeJournal {
  let folder = TestFolder()
  let dataset = "TEST.MADE"
  static let runID: UInt64 = 77
  /// 2023-11-14T22:13:20Z: two hours before a day ends.
  static let start: UInt64 = 1_700_000_000_000_000_000
  static let days = ["2023-11-14", "2023-11-15"]

  var root: String { folder.path + "/journal" }
  var archive: String { folder.path + "/archive" }

  /// Each shard gets `blocks` blocks of 100 records, 40 minutes long: hourly segments, day after
  /// day.
  init(seed: UInt64 = 1, shards: Int = 2, blocks: Int = 8, codec: String = "zstd:1") throws {
    for shard in 0..<shards {
      var options = JournalOptions(
        root: root, dataset: dataset, instance: "t", shard: shard, shardCount: shards,
        runID: Self.runID)
      guard let codec = JournalCodec(name: codec) else { throw CocoaError(.featureUnsupported) }
      options.codec = codec
      var writer = try JournalWriter(options)
      var time = Self.start
      for block in 0..<blocks {
        var made = MadeRecords(seed: seed + UInt64(block * shards + shard), from: time)
        if block == 0 {
          for id in UInt32(0)..<20 { made.appendMapping("S\(id)", id) }
        }
        made.append(100, step: 48_000_000_000, instruments: 20)
        time = made.nanos
        writer.write(made.bytes.rawSpan, recordCount: made.count, nowNanos: time)
      }
      writer.close(nowNanos: time)
    }
  }

  var options: ArchiveOptions { ArchiveOptions(root: root, archive: archive, tool: "test 1") }

  /// Paths of all files below a folder, relative to it, sorted.
  static func files(_ folder: String) -> [String] {
    let names = FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []
    return names.filter { name in
      FileTree.entry("\(folder)/\(name)")?.kind == .file
        && !name.split(separator: "/").contains { $0.hasPrefix(".") }
    }.sorted()
  }

  var segments: [String] { Self.files(root) }

  /// Archives everything; gives the manifests.
  @discardableResult
  func archiveAll(_ options: ArchiveOptions? = nil) throws -> [ArchiveManifest] {
    var archive = try JournalArchive(options ?? self.options, .init(now: .max / 2))
    var made: [ArchiveManifest] = []
    for job in archive.plan.jobs {
      if let one = try archive.archive(job, now: { 5 }, goesOn: { _ in true }) { made.append(one) }
    }
    return made
  }

  /// All records below paths in merge order.
  static func records(_ paths: [String], _ query: JournalQuery = JournalQuery()) throws -> [UInt8] {
    var stream = try JournalStream(paths: paths, query: query)
    var all = ByteBuffer()
    while try stream.next() { all.append(stream.records) }
    guard stream.findings.isEmpty else { throw CocoaError(.fileReadCorruptFile) }
    return bytes(of: all)
  }

  /// Changes one byte of a file.
  static func flip(_ path: String, at offset: Int) throws {
    var data = try Data(contentsOf: URL(filePath: path))
    data[offset] ^= 0x10
    try data.write(to: URL(filePath: path))
  }
}

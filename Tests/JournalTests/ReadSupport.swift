import Foundation
import Records
import TestSupport
import Testing
import Wire

@testable import Journal

/// What the readers' tests share.
enum ReadSupport {
  static var startNanos: UInt64 { 1_700_000_000_000_000_000 }

  /// A segment of some blocks, one behind the other in time.
  static func segment(
    _ name: String, blocks: Int = 9, records: Int = 40, sealed: Bool = true,
    from start: UInt64 = startNanos, seed: UInt64 = 0, step: UInt64 = 2_000,
    change: (inout SegmentHeader) -> Void = { _ in }
  ) throws -> SegmentBuilder {
    let codec = try #require(JournalCodec(name: name))
    var builder = try SegmentBuilder(codec, change: change)
    var nanos = start
    for number in 0..<blocks {
      var made = MadeRecords(seed: seed &* 1_000 &+ UInt64(number), from: nanos)
      made.append(records, step: step)
      nanos = made.nanos
      try builder.append(made)
    }
    if sealed { builder.seal() }
    return builder
  }

  struct Found {
    var headers: [BlockHeader] = []
    /// Of every block that could be read.
    var parts: [[UInt8]] = []
    var findings: [JournalFinding] = []
  }

  /// Reads from where the reader stands to the end.
  static func readAll(_ reader: inout SegmentReader) throws(JournalError) -> Found {
    var found = Found()
    var buffer = ByteBuffer()
    while let block = try reader.nextBlock() {
      found.headers.append(block)
      buffer.removeAll()
      guard (try? reader.appendRecords(to: &buffer)) != nil else { continue }
      found.parts.append(bytes(of: buffer))
    }
    found.findings = reader.findings
    return found
  }

  /// Whole records, each alone.
  static func split(_ bytes: [UInt8]) -> [[UInt8]] {
    var records: [[UInt8]] = []
    var at = 0
    while at < bytes.count {
      let size = Int(bytes[at]) * 4
      records.append(Array(bytes[at..<(at + size)]))
      at += size
    }
    return records
  }

  /// Receive time of a record, nil where it has none.
  static func tsRecv(_ record: [UInt8]) -> UInt64? {
    guard let offset = RType(rawValue: record[1]).receiveTimeOffset else { return nil }
    let time = record.rawSpan.uncheckedLE(UInt64.self, at: offset)
    return time == .max ? nil : time
  }
}

extension SegmentBuilder {
  /// A reader of what has been made so far.
  func reader() throws -> SegmentReader {
    try SegmentReader(name: "made", bytes: file, sidecar: isPlain ? sidecar : nil)
  }

  /// Where each block ends, in the file that has the headers.
  var ends: [Int] {
    zip(offsets, blocks).map { $0 + (isPlain ? $1.headerBytes : $1.totalBytes) }
  }

  /// Writes the segment under its name and gives its path.
  @discardableResult
  func write(_ folder: TemporaryFolder, hour: Int, part: Int = 1, day: String = "2023-11-14")
    throws -> String
  {
    let hours = hour < 10 ? "0\(hour)" : "\(hour)"
    let parts = part > 1 ? ".\(part)" : ""
    let name = "\(hours)-\(header.shard)\(parts).\(header.codec.fileEnding)"
    let path = folder.path("\(header.dataset)/\(day)/\(name)")
    try folder.write(file, to: path)
    if isPlain { try folder.write(sidecar, to: path + ".blocks") }
    return path
  }
}

/// A folder that goes with the value.
final class TemporaryFolder: Sendable {
  let root: String

  init() {
    root = FileManager.default.temporaryDirectory.appending(path: "millrace-read-\(UUID())").path
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func path(_ name: String) -> String { "\(root)/\(name)" }

  func write(_ bytes: [UInt8], to path: String) throws {
    let url = URL(filePath: path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    // In place, as a writer's file grows: the reader keeps its descriptor.
    if let handle = FileHandle(forWritingAtPath: path) {
      try handle.truncate(atOffset: UInt64(bytes.count))
      try handle.seek(toOffset: 0)
      try handle.write(contentsOf: bytes)
      try handle.close()
    } else {
      try Data(bytes).write(to: url)
    }
  }
}

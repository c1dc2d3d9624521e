import Foundation
import Hashing
import Records
import TestSupport
import Wire

@testable import Journal

/// A segment as its bytes say it, read block after block without any of the reader's code.
struct WrittenSegment {
  struct Block {
    var header: BlockHeader
    var records: [UInt8]
    /// Where the block ends in the file with the headers.
    var end: Int
  }

  var header: SegmentHeader
  private let firstFrame: [UInt8]
  /// Where the first frame and the segment header end.
  var start: Int
  var blocks: [Block] = []
  var isSealed = false
  /// Bytes that belong to nothing.
  var restBytes = 0

  /// Records of the blocks that are not repeated ones.
  var records: [UInt8] { blocks.filter { !$0.header.isRepeated }.flatMap(\.records) }

  /// Reads `data`, and `side`, the headers of a plain DBN segment; nil without a segment header.
  init?(_ data: [UInt8], side: [UInt8]? = nil) {
    let headers = side ?? data
    var at = 0
    if side == nil {
      let pattern: [UInt8] = [0x5D, 0x2A, 0x4D, 0x18, 248, 0, 0, 0] + Array("MRSEGMT1".utf8)
      guard let found = Self.find(pattern, in: data) else { return nil }
      at = found
    }
    guard let header = SegmentHeader(headers.rawSpan, at: at) else { return nil }
    self.header = header
    let first = Array(data.prefix(Int(header.firstFrameBytes)))
    guard ContentHash.hash(first.rawSpan) == header.firstFrameHash else { return nil }
    firstFrame = first
    start = at + 256
    readBlocks(data, side)
  }

  private mutating func readBlocks(_ data: [UInt8], _ side: [UInt8]?) {
    let headers = side ?? data
    var at = start
    var payload = Int(header.firstFrameBytes)
    var decoder = BlockDecoder()
    while let block = BlockHeader(headers.rawSpan, at: at), block.segmentID == header.segmentID {
      if side == nil { payload = at + block.headerBytes }
      let end = payload + Int(block.storedBytes)
      guard end <= data.count else { break }
      var records = ByteBuffer()
      let stored = Array(data[payload..<end])
      guard
        (try? decoder.appendRecords(of: stored.rawSpan, header: block, to: &records)) != nil
      else { break }
      payload = end
      at = side == nil ? end : at + block.headerBytes
      blocks.append(Block(header: block, records: bytes(of: records), end: at))
    }
    let rest = Array(headers[at...])
    isSealed =
      !rest.isEmpty
      && IndexFrame.isWhole(rest.rawSpan, segmentID: header.segmentID, offset: UInt64(at))
    restBytes = isSealed ? 0 : rest.count
    if side != nil { restBytes += data.count - payload }
  }

  static func read(_ path: String) throws -> WrittenSegment? {
    let data = [UInt8](try Data(contentsOf: URL(filePath: path)))
    guard path.hasSuffix(".dbn") else { return WrittenSegment(data) }
    return WrittenSegment(
      data, side: [UInt8](try Data(contentsOf: URL(filePath: path + ".blocks"))))
  }

  /// What the first frame holds, as the standard programs decompress it.
  var metadata: DBNMetadata? {
    var plain = firstFrame
    if header.codec.payload == .dbn, header.codec.coder == .lz4 {
      plain = (try? Program.run("lz4", ["-d", "-c"], input: plain).output) ?? []
    } else if header.codec.coder != .none || header.codec.payload == .columnar {
      plain = (try? Program.run("zstd", ["-d", "-c"], input: plain).output) ?? []
    }
    return try? DBNMetadata(plain.rawSpan)
  }

  private static func find(_ pattern: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= pattern.count else { return nil }
    return (0...(bytes.count - pattern.count)).first { start in
      bytes[start] == pattern[0] && bytes[start..<(start + pattern.count)].elementsEqual(pattern)
    }
  }
}

/// Foreign programs that judge our files.
enum Program {
  struct Result {
    var status: Int32
    var output: [UInt8]
  }

  /// Runs a program of the machine with `input` in a file on its standard input.
  static func run(_ name: String, _ arguments: [String], input: [UInt8]) throws -> Result {
    let folder = TestFolder()
    let path = folder.path + "/input"
    try Data(input).write(to: URL(filePath: path))
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [name] + arguments
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: path))
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let read = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Result(status: process.terminationStatus, output: [UInt8](read))
  }
}

/// A folder of its own that goes with its last reference.
final class TestFolder: Sendable {
  let path: String

  init() {
    let url = FileManager.default.temporaryDirectory.appending(
      path: "millrace-journal-\(UUID().uuidString)")
    path = url.path
    try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Paths of all files below, relative, sorted; hidden ones left out.
  var files: [String] {
    let found = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return found.filter { file in
      let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(file)")
      return attributes?[.type] as? FileAttributeType == .typeRegular && !file.contains("/.")
    }.sorted()
  }
}

import Foundation
import SharedMemory

/// A folder of its own for one test, on tmpfs where there is one, removed with its owner.
final class TestFolder {
  let path: String

  init() throws {
    let parent = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
    path = "\(parent)/millrace-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var ring: String { path + "/shard-0.ring" }

  /// Overwrites bytes of the ring file, as damage or a hostile writer would.
  func patch(_ offset: Int, _ bytes: [UInt8]) throws {
    let file = try FileHandle(forUpdating: URL(filePath: ring))
    try file.seek(toOffset: UInt64(offset))
    try file.write(contentsOf: bytes)
    try file.close()
  }
}

/// A record that tells its ordinal: in bytes 8 to 15, and in the byte that fills the rest, so that
/// pieces of two records never look like one. `byteCount` is a multiple of 4 from 16 to 560.
func testRecord(_ ordinal: UInt64, byteCount: Int = 56, rtype: UInt8 = 0xA0) -> [UInt8] {
  let fill = UInt8(truncatingIfNeeded: ordinal &* 0x9D &+ 7)
  var bytes = [UInt8](repeating: fill, count: byteCount)
  bytes[0] = UInt8(byteCount / 4)
  bytes[1] = rtype
  for index in 0..<8 { bytes[8 + index] = UInt8(truncatingIfNeeded: ordinal >> (index * 8)) }
  return bytes
}

/// The bytes of the last record, copied.
func bytes(of record: RawSpan) -> [UInt8] {
  // Safety: the pointer is used inside of the closure only.
  unsafe record.withUnsafeBytes { unsafe Array($0) }
}

/// What a reader found until it had nothing more.
struct Drained: Equatable {
  var records: [[UInt8]] = []
  var lost: UInt64 = 0
  var epochs: [UInt64] = []
  var end = BroadcastReader.Event.none
}

extension BroadcastReader {
  /// Polls until there is nothing new.
  mutating func drain() -> Drained {
    var result = Drained()
    while true {
      let event = poll()
      switch event {
      case .record: result.records.append(bytes(of: record))
      case .lost(let count): result.lost += count
      case .newEpoch(_, let new): result.epochs.append(new)
      case .none, .closed, .replaced:
        result.end = event
        return result
      }
    }
  }
}

extension BroadcastWriter {
  /// Publishes test records of the given sizes, then the hints.
  mutating func publish(sizes: [Int]) {
    for size in sizes { publish(array: testRecord(nextOrdinal, byteCount: size)) }
    flush(tsEvent: 0, tsRecv: 0, nowNanos: 1)
  }

  /// Publishes the record that an array holds, without new hints.
  mutating func publish(array: [UInt8]) {
    // Safety: every bit pattern is a byte.
    unsafe publish(bytes: array.span.bytes)
  }
}

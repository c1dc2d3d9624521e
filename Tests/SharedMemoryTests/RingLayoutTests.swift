import CMillrace
import Foundation
import SharedMemory
import Testing

/// The header's offsets are a promise to readers in other languages: pinned here, number by number.
@Suite struct RingLayoutTests {
  /// Offset and width of every header field, as drawn in `millrace_shm.h`.
  static let fields: [(name: String, offset: Int, byteCount: Int)] = [
    ("magic", 0, 8), ("version", 8, 4), ("header_bytes", 12, 4), ("line_bytes", 16, 4),
    ("max_record_lines", 20, 4), ("capacity_lines", 24, 8), ("shard", 32, 4),
    ("shard_count", 36, 4), ("epoch", 40, 8), ("state", 48, 4), ("writer_pid", 52, 4),
    ("writer_start_ns", 56, 8), ("previous_epoch", 64, 8), ("previous_last_ordinal", 72, 8),
    ("dataset", 80, 16), ("instance", 96, 48), ("next_position", 256, 8),
    ("next_ordinal", 264, 8), ("last_ts_event", 272, 8), ("last_ts_recv", 280, 8),
    ("heartbeat_ns", 288, 8),
  ]

  @Test func swiftSeesTheOffsetsOfTheHeader() {
    typealias Header = millrace_header
    let offsets = [
      MemoryLayout<Header>.offset(of: \.magic), MemoryLayout<Header>.offset(of: \.version),
      MemoryLayout<Header>.offset(of: \.header_bytes),
      MemoryLayout<Header>.offset(of: \.line_bytes),
      MemoryLayout<Header>.offset(of: \.max_record_lines),
      MemoryLayout<Header>.offset(of: \.capacity_lines), MemoryLayout<Header>.offset(of: \.shard),
      MemoryLayout<Header>.offset(of: \.shard_count), MemoryLayout<Header>.offset(of: \.epoch),
      MemoryLayout<Header>.offset(of: \.state), MemoryLayout<Header>.offset(of: \.writer_pid),
      MemoryLayout<Header>.offset(of: \.writer_start_ns),
      MemoryLayout<Header>.offset(of: \.previous_epoch),
      MemoryLayout<Header>.offset(of: \.previous_last_ordinal),
      MemoryLayout<Header>.offset(of: \.dataset), MemoryLayout<Header>.offset(of: \.instance),
      MemoryLayout<Header>.offset(of: \.next_position),
      MemoryLayout<Header>.offset(of: \.next_ordinal),
      MemoryLayout<Header>.offset(of: \.last_ts_event),
      MemoryLayout<Header>.offset(of: \.last_ts_recv),
      MemoryLayout<Header>.offset(of: \.heartbeat_ns),
    ]
    #expect(offsets == Self.fields.map { $0.offset })
    #expect(MemoryLayout<Header>.size == 384)
  }

  @Test func theFileHasThoseBytes() throws {
    let folder = try TestFolder()
    var options = BroadcastWriter.Options(instance: "layout", dataset: "XNAS.ITCH")
    options.capacityLines = 128
    options.shard = 2
    options.shardCount = 5
    var writer = try BroadcastWriter(path: folder.ring, options: options)
    writer.publish(sizes: [56, 80])
    writer.flush(tsEvent: 111, tsRecv: 222, nowNanos: 333)
    let data = try Data(contentsOf: URL(filePath: folder.ring))
    #expect(data.count == 4096 + 128 * 64)
    func integer(_ name: String) -> UInt64? {
      guard let field = Self.fields.first(where: { $0.name == name }) else { return nil }
      let end = field.offset + field.byteCount
      return data[field.offset..<end].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    #expect(data.prefix(8) == Data("MLRCSHM1".utf8))
    let expected: [(String, UInt64)] = [
      ("version", 1), ("header_bytes", 4096), ("line_bytes", 64), ("max_record_lines", 10),
      ("capacity_lines", 128), ("shard", 2), ("shard_count", 5), ("epoch", 1), ("state", 1),
      ("writer_pid", UInt64(ProcessInfo.processInfo.processIdentifier)), ("previous_epoch", 0),
      ("previous_last_ordinal", 0), ("next_position", 3), ("next_ordinal", 3),
      ("last_ts_event", 111), ("last_ts_recv", 222), ("heartbeat_ns", 333),
    ]
    for (name, value) in expected { #expect(integer(name) == value, "\(name)") }
    #expect(data[80..<96] == Data("XNAS.ITCH".utf8) + Data(count: 7))
    #expect(data[96..<144] == Data("layout".utf8) + Data(count: 42))
    // Words: record 1 in line 0; record 2 in line 1, continued in line 2.
    let words = (0..<4).map { line in
      (0..<8).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64(data[4096 + line * 64 + 56 + $1]) }
    }
    #expect(words == [0x0001_0000_0000_0001, 0x0001_0000_0000_0002, 0x8001_0000_0000_0002, 0])
    // Record 2's last 24 bytes, then the padding of zeros.
    #expect(Array(data[(4096 + 128)..<(4096 + 152)]) == Array(testRecord(2, byteCount: 80)[56...]))
    #expect(data[(4096 + 152)..<(4096 + 184)] == Data(count: 32))
    let status = try RingStatus(path: folder.ring)
    #expect(status.state == .live)
    #expect(status.writerPid == UInt32(ProcessInfo.processInfo.processIdentifier))
    #expect([status.epoch, status.capacityLines, status.nextPosition] == [1, 128, 3])
    #expect([status.nextOrdinal, status.lastTsEvent, status.lastTsRecv] == [3, 111, 222])
    #expect(status.heartbeatNanos == 333)
    #expect([status.shard, status.shardCount] == [2, 5])
    writer.close()
    #expect(try RingStatus(path: folder.ring).state == .closed)
  }
}

import Foundation
import SharedMemory
import TestSupport
import Testing

/// Damaged and hostile files: a typed error or a counted loss, never a trap, never a hang.
@Suite struct DamageTests {
  static func made(lines: Int = 64, sizes: [Int] = [56, 80, 56]) throws -> TestFolder {
    let folder = try TestFolder()
    var writer = try BroadcastWriter(
      path: folder.ring, options: .init(instance: "damage", capacityLines: lines))
    writer.publish(sizes: sizes)
    return folder
  }

  @Test(arguments: [0, 1, 100, 4095, 4096, 4096 + 63 * 64, 4096 + 65 * 64])
  func anotherSizeOfFileIsRefused(byteCount: Int) throws {
    let folder = try Self.made()
    let file = try FileHandle(forUpdating: URL(filePath: folder.ring))
    try file.truncate(atOffset: UInt64(byteCount))
    try file.close()
    #expect(throws: SharedMemoryError.self) { _ = try BroadcastReader(path: folder.ring) }
    // Its writer makes a good one of it.
    _ = try BroadcastWriter(
      path: folder.ring, options: .init(instance: "damage", capacityLines: 64))
    var reader = try BroadcastReader(path: folder.ring)
    #expect(reader.drain().end == .closed)
  }

  /// Offset, bytes, and the error that they must give.
  static let headers: [(offset: Int, bytes: [UInt8], isFormat: Bool)] = [
    (0, [0x4E], true), (8, [2], true), (12, [1], false), (16, [32], false), (20, [11], false),
    (24, [65], false), (24, [0, 0, 0, 0, 0, 0, 0, 0x80], false), (24, [0], false),
    (40, [0], true),
  ]

  @Test(arguments: headers.indices)
  func aDamagedHeaderIsRefused(index: Int) throws {
    let (offset, bytes, isFormat) = Self.headers[index]
    let folder = try Self.made()
    try folder.patch(offset, bytes)
    let error: SharedMemoryError =
      isFormat ? .notARing(path: folder.ring) : .badGeometry(path: folder.ring)
    #expect(throws: error) { _ = try BroadcastReader(path: folder.ring) }
  }

  @Test func whatIsNoFileIsRefused() throws {
    let folder = try TestFolder()
    #expect(throws: SharedMemoryError.system(call: "open", path: folder.ring, code: ENOENT)) {
      _ = try BroadcastReader(path: folder.ring)
    }
    #expect(throws: SharedMemoryError.self) { _ = try BroadcastReader(path: folder.path) }
    #expect(throws: SharedMemoryError.self) { _ = try BroadcastReader(path: "/dev/null") }
  }

  @Test(arguments: [0, 1, 3, 141, 255] as [UInt8])
  func aRecordOfImpossibleLengthIsLostAlone(length: UInt8) throws {
    let folder = try Self.made(sizes: [56, 80, 56])
    try folder.patch(4096 + 64, [length])
    var reader = try BroadcastReader(path: folder.ring)
    let found = reader.drain()
    #expect(found.records == [testRecord(1), testRecord(3)])
    #expect(found.lost == 1)
    #expect(reader.corrupt == 1)
  }

  @Test func aLengthBeyondItsLinesIsLostAlone() throws {
    let folder = try Self.made(sizes: [56, 80, 56])
    try folder.patch(4096 + 64, [130])  // 520 bytes
    var reader = try BroadcastReader(path: folder.ring)
    let found = reader.drain()
    #expect(found.records == [testRecord(1), testRecord(3)])
    #expect(found.lost == 1)
  }

  @Test(arguments: 1...60 as ClosedRange<UInt64>)
  func randomBytesNeverTrapNorHang(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let folder = try Self.made(sizes: Array(repeating: 80, count: 40))
    for _ in 0..<1 + random.next() % 60 {
      // Anything behind the sizes that the open checks; often a word, sometimes a progress hint.
      let line = Int(random.next() % 64)
      let offset =
        switch random.next() % 4 {
        case 0: 4096 + line * 64 + Int(random.next() % 64)
        case 1: 256 + Int(random.next() % 40)
        case 2: 32 + Int(random.next() % 48)
        default: 4096 + line * 64 + 56 + Int(random.next() % 8)
        }
      try folder.patch(offset, [UInt8(truncatingIfNeeded: random.boundaryValue())])
    }
    guard var reader = try? BroadcastReader(path: folder.ring) else { return }
    let start = reader.nextOrdinal
    var events = 0
    var epochs = 0
    poll: while events < 10_000 {
      events += 1
      switch reader.poll() {
      case .record:
        #expect(reader.record.byteCount >= 16 && reader.record.byteCount <= 560)
      case .newEpoch: epochs += 1
      case .lost: break
      case .none, .closed, .replaced: break poll
      }
    }
    #expect(events < 10_000, "seed \(seed)")
    if epochs == 0 {
      #expect(reader.received + reader.lost == reader.nextOrdinal - start, "seed \(seed)")
    }
  }
}

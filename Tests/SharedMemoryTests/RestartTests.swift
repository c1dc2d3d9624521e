import Foundation
import Testing

@testable import SharedMemory

/// Writers that end, die, collide and come back.
@Suite struct RestartTests {
  static func options(_ lines: Int = 64) -> BroadcastWriter.Options {
    BroadcastWriter.Options(instance: "restart", capacityLines: lines)
  }

  @Test func aSecondWriterIsRefused() throws {
    let folder = try TestFolder()
    let writer = try BroadcastWriter(path: folder.ring, options: Self.options())
    #expect(throws: SharedMemoryError.writerAlive(path: folder.ring)) {
      _ = try BroadcastWriter(path: folder.ring, options: Self.options())
    }
    writer.close()
    let next = try BroadcastWriter(path: folder.ring, options: Self.options())
    #expect(next.epoch == 2)
  }

  @Test func aReaderFollowsIntoTheNextEpoch() throws {
    let folder = try TestFolder()
    var first = try BroadcastWriter(path: folder.ring, options: Self.options())
    var reader = try BroadcastReader(path: folder.ring)
    first.publish(sizes: [56, 56])
    #expect(reader.drain().records.count == 2)
    first.publish(sizes: [56, 80, 56])
    first.close()
    var second = try BroadcastWriter(path: folder.ring, options: Self.options())
    second.publish(sizes: [56])
    // Ordinals 3 ... 5 of epoch 1 were there and are gone: lost, exactly.
    let found = reader.drain()
    #expect(found.lost == 3)
    #expect(found.epochs == [2])
    #expect(found.records == [testRecord(1)])
    #expect(reader.received + reader.lost == 6)
  }

  @Test func aKilledWriterBlocksNobody() async throws {
    let folder = try TestFolder()
    let path = folder.ring
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      var writer = try BroadcastWriter(path: path, options: RestartTests.options())
      writer.publish(sizes: [56, 56, 80])
      // Two records more, of which the hints know nothing.
      writer.publish(array: testRecord(4))
      writer.publish(array: testRecord(5, byteCount: 520))
      kill(getpid(), SIGKILL)
      _ = writer.nextOrdinal
    }
    var reader = try BroadcastReader(path: path)
    #expect(reader.epoch == 1)
    let before = reader.drain()
    #expect(before.records.count == 5)
    #expect(before.end == .none)
    var late = try BroadcastReader(path: path, start: .ordinal(3))
    var writer = try BroadcastWriter(path: path, options: Self.options())
    #expect(writer.epoch == 2)
    writer.publish(sizes: [320])
    #expect(reader.drain() == Drained(records: [testRecord(1, byteCount: 320)], epochs: [2]))
    #expect(reader.lost == 0)
    let after = late.drain()
    #expect(after.lost == 3)
    #expect(after.epochs == [2])
  }

  @Test func anotherGeometryReplacesTheFile() throws {
    let folder = try TestFolder()
    var small = try BroadcastWriter(path: folder.ring, options: Self.options(64))
    var reader = try BroadcastReader(path: folder.ring)
    small.publish(sizes: [56])
    small.close()
    var large = try BroadcastWriter(path: folder.ring, options: Self.options(256))
    #expect(large.epoch == 2)
    large.publish(sizes: [56, 56])
    let rest = reader.drain()
    #expect(rest.records == [testRecord(1)])
    #expect(rest.end == .replaced)
    var again = try BroadcastReader(path: folder.ring)
    #expect(again.drain().records.count == 2)
    #expect(again.epoch == 2)
  }

  @Test func aReplacedFileOpenedAgainHasNothingMoreToSay() throws {
    let folder = try TestFolder()
    var writer = try BroadcastWriter(path: folder.ring, options: Self.options())
    writer.publish(sizes: [56, 56])
    // As between the writer's mark in the old file and the rename of the new one.
    try folder.patch(48, [3])
    var reader = try BroadcastReader(path: folder.ring, start: .oldest)
    #expect(reader.drain() == Drained(end: .replaced))
    #expect(writer.nextOrdinal == 3)
  }

  @Test func anEpochWhoseTagWouldBeZeroIsLeftOut() throws {
    let folder = try TestFolder()
    try BroadcastWriter(path: folder.ring, options: Self.options()).close()
    // Epoch 0x7FFF stands in the header; the next one would be 0x8000, whose low 15 bits are 0.
    try folder.patch(40, [0xFF, 0x7F])
    var writer = try BroadcastWriter(path: folder.ring, options: Self.options())
    #expect(writer.epoch == 0x8001)
    writer.publish(sizes: [56])
    var reader = try BroadcastReader(path: folder.ring)
    #expect(reader.drain().records == [testRecord(1)])
    #expect(reader.epoch == 0x8001)
  }

  @Test func aFullEpochRollsOverAtAFlush() throws {
    let folder = try TestFolder()
    var writer = try BroadcastWriter(path: folder.ring, options: Self.options())
    var reader = try BroadcastReader(path: folder.ring)
    let last = SharedMemoryLimits.lastOrdinalOfEpoch
    // As if `last - 1` records had gone by.
    writer.word += last - 1
    writer.publish(array: testRecord(last))
    let jump = reader.drain()
    #expect(jump.records == [testRecord(last)])
    #expect(jump.lost == last - 1)
    writer.flush(tsEvent: 0, tsRecv: 0, nowNanos: 0)
    #expect(writer.nextOrdinal == 1)
    writer.publish(sizes: [80])
    let next = reader.drain()
    #expect(next == Drained(records: [testRecord(1, byteCount: 80)], epochs: [2]))
  }

  @Test func aFileIsNeverMadeThroughALink() throws {
    let folder = try TestFolder()
    let target = folder.path + "/elsewhere"
    try FileManager.default.createSymbolicLink(
      atPath: folder.ring, withDestinationPath: target)
    #expect(throws: SharedMemoryError.self) {
      _ = try BroadcastWriter(path: folder.ring, options: Self.options())
    }
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  @Test(arguments: [0o600, 0o640, 0o644] as [UInt32])
  func filesGetTheAskedMode(mode: UInt32) throws {
    let folder = try TestFolder()
    var options = Self.options()
    options.mode = mode
    let writer = try BroadcastWriter(path: folder.ring, options: options)
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.ring)
    let found = (attributes[.posixPermissions] as? NSNumber)?.uint32Value ?? 0
    #expect(found & ~mode == 0)
    #expect(found & 0o600 == 0o600)
    writer.close()
  }

  @Test(arguments: ["", ".hidden", "a/b", "..", String(repeating: "x", count: 48), "a b"])
  func unsafeInstanceNamesAreRefused(name: String) {
    #expect(throws: SharedMemoryError.self) { try RingLocation(instance: name) }
  }

  @Test func locationsAreWhereTheDesignSays() throws {
    let location = try RingLocation(instance: "demo-1.a")
    #expect(location.ring(shard: 3) == "/dev/shm/millrace/demo-1.a/shard-3.ring")
  }

  @Test(arguments: [0, 32, 100, 1 << 27])
  func capacitiesThatAreNotPowersOfTwoInRangeAreRefused(lines: Int) throws {
    let folder = try TestFolder()
    #expect(throws: SharedMemoryError.self) {
      _ = try BroadcastWriter(path: folder.ring, options: Self.options(lines))
    }
  }
}

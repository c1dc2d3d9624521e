import Foundation
import SharedMemory
import Synchronization
import TestSupport
import Testing

/// Nothing is lost silently: received + lost equals what was published, whatever the interleaving.
@Suite struct LossTests {
  static let sizes = [16, 40, 48, 56, 56, 56, 64, 80, 112, 176, 320, 368, 520, 560]

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func anyInterleavingKeepsTheSum(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let folder = try TestFolder()
    let lines = 64 << Int(random.next() % 3)
    let store = LineStore.runnable.randomElement(using: &random) ?? .seqlock
    var writer = try BroadcastWriter(
      path: folder.ring,
      options: .init(instance: "loss", capacityLines: lines, store: store))
    var reader = try BroadcastReader(path: folder.ring)
    var expected: UInt64 = 1
    var lost: UInt64 = 0
    var isRight = true
    for _ in 0..<100 {
      for _ in 0..<random.next() % 40 {
        let size = Self.sizes.randomElement(using: &random) ?? 56
        writer.publish(array: testRecord(writer.nextOrdinal, byteCount: size))
      }
      if random.next() % 2 == 0 { writer.flush(tsEvent: 0, tsRecv: 0, nowNanos: 0) }
      poll: for _ in 0..<random.next() % 80 {
        switch reader.poll() {
        case .record:
          let record = bytes(of: reader.record)
          isRight = isRight && record == testRecord(expected, byteCount: record.count)
          expected += 1
        case .lost(let count):
          expected += count
          lost += count
        default: break poll
        }
        isRight = isRight && reader.nextOrdinal == expected
      }
    }
    #expect(isRight, "seed \(seed)")
    let rest = reader.drain()
    lost += rest.lost
    #expect(reader.nextOrdinal == writer.nextOrdinal, "seed \(seed)")
    #expect(reader.lost == lost, "seed \(seed)")
    #expect(reader.received + reader.lost == writer.nextOrdinal - 1, "seed \(seed)")
    #expect(reader.corrupt == 0, "seed \(seed)")
  }

  /// What the two threads tell each other.
  final class Shared: Sendable {
    let readerIsReady = Atomic(false)
    let readerIsDone = Atomic(false)
    let wrong = Atomic<UInt64>(0)
    let passed = Atomic<UInt64>(0)
  }

  @Test(arguments: LineStore.available)
  func twoThreadsAgreeOnEveryRecord(store: LineStore) throws {
    let folder = try TestFolder()
    let path = folder.ring
    let shared = Shared()
    var writer = try BroadcastWriter(
      path: path, options: .init(instance: "threads", capacityLines: 256, store: store))
    let thread = Thread { Self.readUntilClosed(path, shared) }
    thread.start()
    while !shared.readerIsReady.load(ordering: .acquiring) { Thread.sleep(forTimeInterval: 0.001) }
    for _ in 0..<10_000 {
      let size = Self.sizes[Int(writer.nextOrdinal) % Self.sizes.count]
      writer.publish(array: testRecord(writer.nextOrdinal, byteCount: size))
      if writer.nextOrdinal % 16 == 0 { writer.flush(tsEvent: 0, tsRecv: 0, nowNanos: 0) }
    }
    writer.close()
    while !shared.readerIsDone.load(ordering: .acquiring) { Thread.sleep(forTimeInterval: 0.001) }
    #expect(shared.wrong.load(ordering: .acquiring) == 0)
    #expect(shared.passed.load(ordering: .acquiring) == 10_000)
  }

  static func readUntilClosed(_ path: String, _ shared: Shared) {
    defer { shared.readerIsDone.store(true, ordering: .releasing) }
    defer { shared.readerIsReady.store(true, ordering: .releasing) }
    guard var reader = try? BroadcastReader(path: path) else { return }
    shared.readerIsReady.store(true, ordering: .releasing)
    while true {
      let ordinal = reader.nextOrdinal
      switch reader.poll() {
      case .record:
        let size = sizes[Int(ordinal) % sizes.count]
        if bytes(of: reader.record) != testRecord(ordinal, byteCount: size) {
          shared.wrong.add(1, ordering: .relaxed)
        }
      case .closed, .replaced:
        shared.passed.store(reader.received + reader.lost, ordering: .releasing)
        return
      default: break
      }
    }
  }
}

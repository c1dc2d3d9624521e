import Foundation
import Lanes
import Testing

/// The way of whole blocks from a worker to its journal's thread.
@Suite struct BlockLaneTests {
  /// A record of `words` 4-byte words whose bytes follow from its number.
  private static func record(_ number: Int, words: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: words * 4)
    bytes[0] = UInt8(words)
    for index in 1..<bytes.count { bytes[index] = UInt8(truncatingIfNeeded: number &* 31 &+ index) }
    return bytes
  }

  /// Appends a record as a worker does; false where no block was free in time.
  private static func put(
    _ bytes: [UInt8], _ writer: inout BlockLaneWriter, strategy: WaitStrategy = .park
  ) -> Bool {
    // Safety: the bytes live through the calls.
    unsafe bytes.withUnsafeBytes { source in
      guard let address = source.baseAddress else { return false }
      if unsafe writer.append(address, byteCount: source.count) { return true }
      writer.handOver()
      if !writer.takeBlock() {
        writer.beginHold()
        guard writer.waitForBlock(strategy: strategy, timeoutNanos: 20_000_000_000) else {
          return false
        }
      }
      return unsafe writer.append(address, byteCount: source.count)
    }
  }

  private static func take(_ reader: inout BlockLaneReader) -> (bytes: [UInt8], records: Int)? {
    guard reader.next() else { return nil }
    let bytes = copy(reader.records)
    let count = reader.recordCount
    reader.release()
    return (bytes, count)
  }

  private static func copy(_ bytes: RawSpan) -> [UInt8] {
    // Safety: the bytes are copied within the call.
    unsafe bytes.withUnsafeBytes { unsafe Array($0) }
  }

  @Test func aWriterWithoutALaneIsOff() {
    let writer = BlockLaneWriter(nil)
    let isOn = writer.isOn
    #expect(!isOn)
  }

  @Test func aBlockIsFullByRecordsOrByBytes() {
    let lane = BlockLane(blockRecords: 10, blockCount: 4)
    var writer = BlockLaneWriter(lane)
    var reader = BlockLaneReader(lane)
    for number in 0..<11 { #expect(Self.put(Self.record(number, words: 4), &writer)) }
    #expect(Self.take(&reader)?.records == 10)
    // 140 words are the largest record; a block has room for `blockBytes / 560` of them.
    var total = 1
    var sizes: [Int] = []
    for number in 0..<25 {
      #expect(Self.put(Self.record(number, words: 140), &writer))
      total += 1
      while let block = Self.take(&reader) {
        sizes.append(block.bytes.count)
        total -= block.records
      }
    }
    writer.handOver()
    while let block = Self.take(&reader) { total -= block.records }
    #expect(total == 0)
    #expect(!sizes.isEmpty && sizes.allSatisfy { $0 <= lane.blockBytes })
  }

  @Test func anEmptyBlockIsNotHandedOver() {
    let lane = BlockLane(blockRecords: 10)
    var writer = BlockLaneWriter(lane)
    var reader = BlockLaneReader(lane)
    writer.handOver()
    let isTaken = writer.takeBlock()
    #expect(isTaken)
    writer.handOver()
    #expect(Self.take(&reader) == nil)
    #expect(Self.put(Self.record(1, words: 14), &writer))
    writer.handOver()
    #expect(Self.take(&reader)?.bytes == Self.record(1, words: 14))
  }

  @Test func aBlockThatWaitedLongEnoughIsHandedOver() {
    let lane = BlockLane(blockRecords: 10)
    var writer = BlockLaneWriter(lane)
    var reader = BlockLaneReader(lane)
    #expect(Self.put(Self.record(1, words: 14), &writer))
    writer.handOverIfOlder(than: 100, nowNanos: 1_000)
    writer.handOverIfOlder(than: 100, nowNanos: 1_099)
    #expect(Self.take(&reader) == nil)
    writer.handOverIfOlder(than: 100, nowNanos: 1_100)
    #expect(Self.take(&reader)?.records == 1)
    // The next block's age counts from its own first record.
    #expect(Self.put(Self.record(2, words: 14), &writer))
    writer.handOverIfOlder(than: 100, nowNanos: 5_000)
    #expect(Self.take(&reader) == nil)
  }

  @Test func aFullLaneHoldsTheWriterAndTellsIt() {
    let lane = BlockLane(blockRecords: 2, blockCount: 2)
    var writer = BlockLaneWriter(lane)
    for number in 0..<4 { #expect(Self.put(Self.record(number, words: 14), &writer)) }
    #expect(lane.holds.count == 0)
    writer.handOver()
    let isTaken = writer.takeBlock()
    #expect(!isTaken)
    writer.beginHold()
    let hasWaited = writer.waitForBlock(strategy: .park, timeoutNanos: 3_000_000)
    #expect(!hasWaited)
    #expect(lane.holds.count == 1)
    #expect(lane.holds.nanos >= 3_000_000)
    var reader = BlockLaneReader(lane)
    #expect(Self.take(&reader)?.records == 2)
    let isFree = writer.waitForBlock(strategy: .park, timeoutNanos: 1_000_000_000)
    #expect(isFree)
    #expect(lane.holds.count == 1)
  }

  /// Every record arrives once, in order, whatever the sizes; seeds are printed by a failure.
  @Test(arguments: [1, 2, 3], [WaitStrategy.spin, .park])
  func recordsKeepTheirOrder(seed: UInt64, strategy: WaitStrategy) throws {
    let lane = BlockLane(blockRecords: 37, blockCount: 3)
    let count = 20_000
    let thread = Thread {
      var writer = BlockLaneWriter(lane)
      var random = seed
      for number in 0..<count {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let words = 4 + Int((random >> 33) % 137)
        _ = Self.put(Self.record(number, words: words), &writer, strategy: strategy)
        if random >> 60 == 0 { writer.handOver() }
      }
      writer.handOver()
    }
    thread.start()
    var reader = BlockLaneReader(lane)
    var number = 0
    var random = seed
    while number < count {
      guard let block = Self.take(&reader) else {
        reader.wait(timeoutNanos: 10_000_000) { false }
        continue
      }
      var offset = 0
      for _ in 0..<block.records {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let words = 4 + Int((random >> 33) % 137)
        let bytes = Self.record(number, words: words)
        try #require(
          block.bytes[offset...].starts(with: bytes), "record \(number) of seed \(seed)")
        offset += bytes.count
        number += 1
      }
      #expect(offset == block.bytes.count)
    }
    #expect(number == count)
  }
}

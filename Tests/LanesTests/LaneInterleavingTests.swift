import Lanes
import TestSupport
import Testing

/// Producer and consumer take turns in one thread, by a seed: every run can be repeated.
@Suite struct LaneInterleavingTests {
  /// A lossless source and one whose oldest records give way, side by side in one grid.
  @Test func eachReaderHasItsOwnPolicy() {
    let grid = LaneGrid(
      readers: 3, shards: 1, options: LaneOptions(capacityLines: 64, policy: .wait),
      policies: [nil, .dropOldest])
    #expect(grid.policies == [.wait, .dropOldest, .wait])
    var waiting = grid.writer(0)
    var dropping = grid.writer(1)
    var fromWaiting = grid.reader(0, shard: 0)
    var fromDropping = grid.reader(1, shard: 0)
    let policies = [waiting.policy, dropping.policy]
    #expect(policies == [.wait, .dropOldest])
    for number in 1...60 as ClosedRange<UInt64> {
      Sample.push(number, to: &waiting, oneLine: true)
    }
    // Would wait for ever in a lane that loses nothing.
    for number in 1...1_000 as ClosedRange<UInt64> {
      Sample.push(number, to: &dropping, oneLine: true)
    }
    var batch = RecordBatch()
    var audit = LaneAudit()
    drain(&fromWaiting, &batch, &audit)
    let (taken, lost) = (fromWaiting.taken, fromWaiting.dropped)
    #expect(taken == 60 && lost == 0)
    var other = LaneAudit()
    drain(&fromDropping, &batch, &other)
    let (kept, dropped) = (fromDropping.taken, fromDropping.dropped)
    #expect(kept + dropped == 1_000 && dropped >= 1_000 - 64)
    #expect(other.last == 1_000)
  }

  /// Laps, records of several lines, consumers that land inside of them: what was taken and what
  /// was dropped is what was written, and what was dropped is what is missing between.
  @Test(arguments: 0..<200 as Range<UInt64>)
  func droppingCountsExactly(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let capacity = seed % 3 == 0 ? 128 : 64
    let grid = LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(
        capacityLines: capacity, policy: .dropOldest, wideStores: seed % 2 == 0 && hasWideStores))
    var lanes = grid.writer(0)
    var reader = grid.reader(0, shard: 0)
    var batch = RecordBatch()
    var audit = LaneAudit()
    var written: UInt64 = 0
    for _ in 0..<40 {
      // Few at a time, about a ring full, or several laps.
      let most: UInt64 = [3, 30, 200][Int(random.next() % 3)]
      for _ in 0..<random.next() % most {
        written += 1
        Sample.push(written, to: &lanes, oneLine: seed % 5 == 0)
      }
      for _ in 0..<random.next() % 3 {
        reader.take(into: &batch)
        audit.note(batch)
        reader.release()
      }
      if random.next() % 4 == 0 {
        drain(&reader, &batch, &audit)
        // Whoever has seen everything must see the next record, whole, and lose nothing.
        let dropped = reader.dropped
        written += 1
        Sample.push(written, to: &lanes)
        let hasRecord = reader.hasRecord
        #expect(hasRecord, "seed \(seed)")
        reader.take(into: &batch)
        audit.note(batch)
        let lost = reader.dropped - dropped
        #expect(lost == 0 && audit.last == written, "seed \(seed)")
      }
    }
    drain(&reader, &batch, &audit)
    reader.accountForEnd(written: written)
    let (taken, dropped) = (reader.taken, reader.dropped)
    #expect(audit.fault == nil, "seed \(seed)")
    #expect(taken == audit.seen, "seed \(seed)")
    #expect(taken + dropped == written, "seed \(seed)")
    #expect(dropped == audit.skipped + written - audit.last, "seed \(seed)")
    let count = lanes.recordCount(shard: 0)
    #expect(count == written)
  }

  private func drain(
    _ reader: inout LaneReader, _ batch: inout RecordBatch, _ audit: inout LaneAudit
  ) {
    repeat {
      reader.take(into: &batch)
      audit.note(batch)
      reader.release()
    } while !batch.isEmpty
    let hasRecord = reader.hasRecord
    #expect(!hasRecord)
  }

  /// A consumer that never looked before the end: everything is accounted for at once.
  @Test func everythingDroppedUnseen() {
    let grid = LaneGrid(
      readers: 1, shards: 1, options: LaneOptions(capacityLines: 64, policy: .dropOldest))
    var lanes = grid.writer(0)
    var reader = grid.reader(0, shard: 0)
    for number in 1...UInt64(1_000) { Sample.push(number, to: &lanes) }
    reader.accountForEnd(written: 1_000)
    let dropped = reader.dropped
    #expect(dropped == 1_000)
    reader.accountForEnd(written: 1_000)
    let again = reader.dropped
    #expect(again == 1_000, "accounting twice changes nothing")
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func waitingLosesNothing(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let grid = LaneGrid(
      readers: 2, shards: 3,
      options: LaneOptions(
        capacityLines: 64, policy: .wait, wideStores: seed % 2 == 0 && hasWideStores,
        isPortable: seed % 3 == 0))
    var lanes = grid.writer(1)
    var reader = grid.reader(1, shard: 2)
    var other = grid.reader(0, shard: 2)
    var batch = RecordBatch()
    var audit = LaneAudit()
    var written: UInt64 = 0
    var linesInUse = 0
    for _ in 0..<200 {
      while random.next() % 8 != 0, linesInUse + Sample.lines(written + 1) <= 64 {
        written += 1
        linesInUse += Sample.lines(written)
        Sample.push(written, to: &lanes, shard: 2)
      }
      reader.take(into: &batch)
      audit.note(batch)
      guard random.next() % 3 != 0 else { continue }
      reader.release()
      linesInUse = 0
      var number = audit.last
      while number < written {
        number += 1
        linesInUse += Sample.lines(number)
      }
    }
    #expect(audit.fault == nil && audit.skipped == 0, "seed \(seed)")
    let (taken, dropped, waits) = (reader.taken, reader.dropped, lanes.waits(shard: 0).count)
    #expect(taken == audit.last && dropped == 0 && waits == 0, "seed \(seed)")
    let otherHasRecord = other.hasRecord
    other.take(into: &batch)
    #expect(!otherHasRecord && batch.isEmpty, "records stay in their lane")
  }

  @Test func broadcastReachesEveryShard() {
    let grid = LaneGrid(readers: 1, shards: 4)
    var lanes = grid.writer(0)
    lanes.broadcast([4, 9] as InlineArray<2, UInt64>)
    for shard in 0..<4 {
      var reader = grid.reader(0, shard: shard)
      var batch = RecordBatch()
      reader.take(into: &batch)
      let count = batch.count
      #expect(count == 1)
    }
    let sum = lanes.recordCount
    #expect(sum == 4)
  }

  @Test(arguments: [
    (0, 64), (1, 64), (64, 64), (65, 128), (1_000, 1_024), (1_025, 2_048),
  ])
  func capacityIsAPowerOfTwo(asked: Int, given: Int) {
    let grid = LaneGrid(
      readers: 1, shards: 1, options: LaneOptions(capacityLines: asked))
    #expect(grid.capacityLines == given)
  }
}

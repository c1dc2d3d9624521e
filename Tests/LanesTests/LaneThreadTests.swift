import CLinux
import Foundation
import Lanes
import Synchronization
import Testing

/// One lane between two threads. Under the thread sanitizer the wide stores, which it does not see,
/// are off by themselves.
@Suite(.serialized) struct LaneThreadTests {
  struct Plan: Sendable, CustomTestStringConvertible {
    var policy: LanePolicy
    var wide: Bool
    var capacity: Int
    var oneLine: Bool
    var strategy: WaitStrategy = .park
    var testDescription: String {
      "\(policy.name) \(wide ? "wide" : "portable") \(capacity) \(oneLine ? "one" : "mixed")"
    }
  }

  static let plans: [Plan] = {
    var plans: [Plan] = []
    for policy in [LanePolicy.wait, .dropOldest] {
      for wide in [false, true] where !wide || ml_cpu_has_wide_store() {
        for capacity in [64, 256, 4_096] {
          for oneLine in [false, true] {
            plans.append(
              Plan(policy: policy, wide: wide, capacity: capacity, oneLine: oneLine))
          }
        }
      }
    }
    plans.append(
      Plan(policy: .wait, wide: false, capacity: 64, oneLine: true, strategy: .yield))
    return plans
  }()

  @Test(arguments: plans) func orderContentAndCounts(plan: Plan) {
    let grid = LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(
        capacityLines: plan.capacity, policy: plan.policy, strategy: plan.strategy,
        wideStores: plan.wide, isPortable: !plan.wide))
    let count: UInt64 = 12_000
    let box = Shared()
    let producer = Runner {
      var lanes = grid.writer(0)
      for number in 1...count {
        Sample.push(number, to: &lanes, oneLine: plan.oneLine)
        if number % 50 == 0 { lanes.flush() }
      }
      lanes.flush()
      box.isDone.store(lanes.recordCount == count, ordering: .releasing)
      grid.doorbells[0].ring()
    }
    var reader = grid.reader(0, shard: 0)
    var audit = LaneAudit()
    consume(&reader, &audit, grid, box)
    producer.join()
    reader.accountForEnd(written: count)
    let (taken, dropped) = (reader.taken, reader.dropped)
    #expect(audit.fault == nil)
    #expect(taken == audit.seen)
    #expect(taken + dropped == count)
    #expect(dropped == audit.skipped + count - audit.last)
    if plan.policy == .wait { #expect(dropped == 0) }
  }

  private func consume(
    _ reader: inout LaneReader, _ audit: inout LaneAudit, _ grid: LaneGrid, _ box: Shared
  ) {
    var batch = RecordBatch()
    var idler = Idler(grid.options.strategy)
    while true {
      let wasDone = box.isDone.load(ordering: .acquiring)
      reader.take(into: &batch)
      audit.note(batch)
      reader.release()
      if !batch.isEmpty {
        idler.reset()
        continue
      }
      if wasDone { return }
      guard idler.pause() else { continue }
      grid.doorbells[0].sleep(timeoutNanos: 1_000_000_000) {
        reader.hasRecord || box.isDone.load(ordering: .acquiring)
      }
    }
  }

  /// The producer of a full lane waits; it goes on when the consumer gives lines back.
  @Test(arguments: [WaitStrategy.spin, .yield, .park])
  func fullLaneWaits(strategy: WaitStrategy) {
    let grid = LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(capacityLines: 64, policy: .wait, strategy: strategy))
    let box = Shared()
    let waits = Shared()
    let producer = Runner {
      var lanes = grid.writer(0)
      for number in 1...UInt64(64) { Sample.push(number, to: &lanes, oneLine: true) }
      box.count.store(64, ordering: .releasing)
      Sample.push(65, to: &lanes, oneLine: true)
      box.count.store(65, ordering: .releasing)
      waits.count.store(Int(lanes.waits(shard: 0).count), ordering: .releasing)
    }
    while box.count.load(ordering: .acquiring) < 64 { Thread.sleep(forTimeInterval: 0.001) }
    Thread.sleep(forTimeInterval: 0.02)
    #expect(box.count.load(ordering: .acquiring) == 64)
    var reader = grid.reader(0, shard: 0)
    var batch = RecordBatch()
    var audit = LaneAudit()
    while audit.seen < 65, audit.fault == nil {
      reader.take(into: &batch)
      audit.note(batch)
      reader.release()
    }
    producer.join()
    #expect(audit.last == 65 && audit.skipped == 0 && audit.fault == nil)
    #expect(waits.count.load(ordering: .acquiring) == 1)
  }

  /// Each side sleeps until the other rings: one lost wake-up would cost the whole timeout.
  @Test func doorbellLosesNoWakeUp() {
    let (ping, pong) = (Doorbell(), Doorbell())
    let box = Shared()
    let rounds = 2_000
    let timeouts = Shared()
    @Sendable func waitFor(_ bell: Doorbell, _ value: Int) {
      while box.count.load(ordering: .acquiring) < value {
        let start = ContinuousClock.now
        bell.sleep(timeoutNanos: 20_000_000_000) { box.count.load(ordering: .acquiring) >= value }
        if ContinuousClock.now - start >= .seconds(20) {
          timeouts.count.add(1, ordering: .relaxed)
          return
        }
      }
    }
    let other = Runner {
      for round in 0..<rounds {
        waitFor(ping, 2 * round + 1)
        box.count.store(2 * round + 2, ordering: .releasing)
        pong.ring()
      }
    }
    for round in 0..<rounds where timeouts.count.load(ordering: .relaxed) == 0 {
      box.count.store(2 * round + 1, ordering: .releasing)
      ping.ring()
      waitFor(pong, 2 * round + 2)
    }
    other.join()
    #expect(timeouts.count.load(ordering: .relaxed) == 0)
    #expect(box.count.load(ordering: .acquiring) == 2 * rounds)
  }
}

/// What two threads of a test tell each other.
final class Shared: Sendable {
  let isDone = Atomic<Bool>(false)
  let count = Atomic<Int>(0)
}

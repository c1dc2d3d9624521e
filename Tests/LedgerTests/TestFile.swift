import Foundation
import Ledger

/// A counters file in a temporary folder of its own, with one source, two shards and an outlet
/// each.
struct TestFile: ~Copyable {
  let folder: URL
  var path: String { folder.appending(path: "a/b/counters").path }
  static let reasons = ["truncated", "bad_length"]
  static let identity = InstanceIdentity(instance: "test", version: "0.1.0", verb: "run")

  init() {
    folder = FileManager.default.temporaryDirectory.appending(path: "ledger-\(UUID().uuidString)")
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  static func plan(batchRecords: Int = 10) -> CounterPlan {
    var plan = CounterPlan(rejectReasons: reasons)
    plan.addSource(0, name: "itch-a", batchRecords: batchRecords)
    for shard in 0..<2 {
      plan.addLane(source: 0, shard: shard, capacityRecords: 100, batchRecords: batchRecords)
      plan.addShard(shard, name: "shard-\(shard)", batchRecords: batchRecords)
      plan.addOutlet(shard: shard, index: 0, name: "shm-\(shard)", batchRecords: batchRecords)
    }
    plan.addLatency(0, name: "shard-0")
    return plan
  }

  func writer(_ plan: CounterPlan = Self.plan()) throws -> CounterFileWriter {
    try CounterFileWriter(path: path, plan: plan, identity: Self.identity)
  }
}

/// All blocks of a test file, claimed by one thread.
struct Blocks: ~Copyable {
  var source: CounterBlock<SourceCounters>
  var lane0: CounterBlock<LaneCounters>
  var lane1: CounterBlock<LaneCounters>
  var shard0: CounterBlock<ShardCounters>
  var shard1: CounterBlock<ShardCounters>
  var outlet0: CounterBlock<OutletCounters>
  var outlet1: CounterBlock<OutletCounters>

  init(_ writer: inout CounterFileWriter) {
    source = writer.claimSource(0)
    lane0 = writer.claimLane(source: 0, shard: 0)
    lane1 = writer.claimLane(source: 0, shard: 1)
    shard0 = writer.claimShard(0)
    shard1 = writer.claimShard(1)
    outlet0 = writer.claimOutlet(shard: 0, index: 0)
    outlet1 = writer.claimOutlet(shard: 1, index: 0)
  }

  /// Sets counters that balance: 100 messages, 95 records, 5 of them dropped.
  mutating func balance() {
    source.counters.messages = 100
    source.counters.decoded = 80
    source.counters.ignore(type: UInt8(ascii: "A"), count: 12)
    source.counters.ignore(type: 0x07, count: 5)
    source.counters.reject(reason: 1, count: 3)
    source.counters.records = 95
    lane0.counters.enqueued = 65
    lane1.counters.enqueued = 30
    shard0.counters.received = 60
    shard0.counters.dropped[0] = 5
    shard0.counters.delivered = 50
    shard0.counters.duplicate = 4
    shard0.counters.filtered = 6
    shard0.counters.derived = 7
    shard1.counters.received = 30
    shard1.counters.delivered = 30
    outlet0.counters.offered = 57
    outlet0.counters.written = 55
    outlet0.counters.lose(.oversized, count: 2)
    outlet1.counters.offered = 30
    outlet1.counters.written = 30
  }

  mutating func publish() {
    source.publish()
    lane0.publish()
    lane1.publish()
    shard0.publish()
    shard1.publish()
    outlet0.publish()
    outlet1.publish()
  }
}

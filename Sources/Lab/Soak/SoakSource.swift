internal import FeedKit
internal import Lanes
internal import Ledger
internal import Records
internal import Wire

/// The session of a soak with its lane, which is emptied in the same thread.
final class SoakSource {
  let session: any LiveRunning
  private var reader: LaneReader
  private var batch = RecordBatch()
  private let grid: LaneGrid
  private(set) var taken: UInt64 = 0
  private(set) var stale: UInt64 = 0
  private var epoch: UInt32 = 0

  init(_ plan: SoakPlan) {
    grid = LaneGrid(
      readers: 1, shards: 1, options: LaneOptions(capacityLines: 1 << 14, policy: .wait))
    var options = LiveOptions(
      decoder: DecoderOptions(shards: 1), instruments: plan.instruments, settings: plan.settings,
      policy: plan.policy)
    options.source = plan.feed.description.name
    reader = grid.reader(0, shard: 0)
    session = plan.feed.makeLive(options, lanes: grid.writer(0))
    grid.consumeInline(by: self)
  }

  /// Takes all records that are there.
  func empty() {
    while true {
      reader.take(into: &batch)
      guard !batch.isEmpty else { return }
      taken &+= UInt64(batch.count)
      for index in 0..<batch.count { look(batch.bytes(index)) }
      reader.release()
    }
  }

  /// Market records carry their connection's number where the upstream numbers nothing.
  private func look(_ record: RawSpan) {
    let sequence: UInt32
    switch RecordHeader(copying: record)?.rtype {
    case .trade: sequence = TradeMessage(copying: record)?.sequence ?? epoch
    case .mbp1: sequence = MBP1Message(copying: record)?.sequence ?? epoch
    default: return
    }
    if sequence < epoch { stale &+= 1 }
    epoch = max(epoch, sequence)
  }

  /// The ledger's counters now.
  var counters: SourceCounters {
    var counters = SourceCounters()
    session.update(&counters)
    return counters
  }
}

extension SoakSource: InlineConsumer {
  func empty(shard: Int) { empty() }
}

internal import Ledger
internal import SharedMemory

/// What a pipeline did between two looks, and how it stands now.
struct TopFrame {
  let now: TopSample
  /// The look before, where it saw the same run.
  let before: TopSample?
  /// Whether another run has begun since the look before.
  let hasRestarted: Bool
  /// Between the looks, ns; 0 where there is nothing to compare with.
  let intervalNanos: UInt64

  init(now: TopSample, before: TopSample?) {
    self.now = now
    let isSame = before.map { now.isSameRun(as: $0) } ?? false
    self.before = isSame ? before : nil
    hasRestarted = before != nil && !isSame
    intervalNanos = isSame ? now.monotonic &- (before?.monotonic ?? 0) : 0
  }

  var snapshot: CounterSnapshot { now.snapshot }

  func blocks(_ scope: CounterScope) -> [BlockSnapshot] {
    snapshot.blocks.filter { $0.scope == scope }
  }

  /// How much a counter has grown between the looks; nil where there is nothing to compare with.
  func growth(_ id: CounterID, of block: BlockSnapshot) -> UInt64? {
    guard let old = before?.snapshot.block(block.scope, block.major, block.minor) else {
      return nil
    }
    return block[id] &- min(old[id], block[id])
  }

  /// A counter's growth per second; nil where there is nothing to compare with.
  func rate(_ id: CounterID, of block: BlockSnapshot) -> Double? {
    guard intervalNanos > 0, let growth = growth(id, of: block) else { return nil }
    return Double(growth) * 1e9 / Double(intervalNanos)
  }

  /// Records on their way to a shard, and what its lanes can hold (0: without end).
  func depth(of shard: BlockSnapshot) -> (records: UInt64, capacity: UInt64) {
    let lanes = blocks(.lane).filter { $0.minor == shard.major }
    let enqueued = lanes.reduce(UInt64(0)) { $0 &+ $1[.enqueued] }
    let gone = shard[.received] &+ shard[.dropped]
    let capacity = lanes.reduce(UInt64(0)) { sum, lane in
      lane.capacityRecords > 1 << 40 ? sum : sum &+ lane.capacityRecords
    }
    // A worker may publish before the reader does.
    return (enqueued > gone ? enqueued &- gone : 0, capacity)
  }

  /// The outlet's lag in records: what its worker has given out and it has not written yet, and
  /// what it has written and the disk has not confirmed (nil for one that stores nothing).
  func lag(of outlet: BlockSnapshot) -> (unwritten: UInt64, unconfirmed: UInt64?) {
    let shard = snapshot.block(.shard, outlet.major)
    let given = (shard?[.delivered] ?? 0) &+ (shard?[.derived] ?? 0)
    let done = outlet[.written] &+ outlet[.lost]
    let isJournal = outlet[.segments] > 0 || outlet[.failures] > 0
    let written = outlet[.written]
    return (
      given > done ? given &- done : 0,
      isJournal ? written &- min(written, outlet[.durable]) : nil
    )
  }

  /// Time since the last record of a shard was received, and since its writer's sign of life; nil
  /// where the ring does not tell.
  func ages(of shard: Int) -> (record: UInt64?, life: UInt64?) {
    guard let ring = now.rings[shard] else { return (nil, nil) }
    let received = RealtimeInstant(rawValue: ring.lastTsRecv)
    let life = now.monotonic &- min(now.monotonic, ring.heartbeatNanos)
    return (
      ring.lastTsRecv > 0 ? now.realtime.nanos(since: received) : nil,
      ring.heartbeatNanos > 0 ? life : nil
    )
  }

  /// The stages that have recorded anything, by thread.
  func latencies() -> [TopLatency] {
    blocks(.latency).flatMap { block in
      let old = before?.snapshot.block(.latency, block.major)
      return Stage.all.compactMap { stage -> TopLatency? in
        guard let figures = LatencyFigures(block, stage) else { return nil }
        let earlier = old.flatMap { LatencyFigures($0, stage) }
        return TopLatency(figures, before: earlier, isKnown: old != nil)
      }
    }
  }
}

/// A stage's latencies since the start and in the interval.
struct TopLatency {
  let all: LatencyFigures
  /// Samples of the interval, and its p50, p99 and p99.9; nil where there is no interval.
  let recent: (count: UInt64, p50: UInt64, p99: UInt64, p999: UInt64)?

  init(_ now: LatencyFigures, before: LatencyFigures?, isKnown: Bool) {
    all = now
    guard isKnown else {
      recent = nil
      return
    }
    let old = before?.buckets ?? []
    let counts = now.buckets.enumerated().map { index, count in
      count &- (index < old.count ? min(old[index], count) : 0)
    }
    let values = LatencyBuckets.percentiles(counts, [50, 99, 99.9])
    recent = (counts.reduce(0, &+), values[0], values[1], values[2])
  }
}

internal import Lanes
public import Ledger
internal import Sessions

extension LiveRunner where Upstream: ~Copyable {
  public func update(_ counters: inout SourceCounters) {
    counters.messages = messages
    counters.bytes = bytes
    counters.decoded = self.counters.decoded
    counters.ignored = self.counters.ignored
    counters.rejected = self.counters.rejected
    counters.records = lanes.recordCount
    counters.gapMessagesLost = tally.upstreamMissing
    counters.lastSequence = UInt64(machine.epoch)
    counters.sessionRestarts = machine.epoch > 0 ? UInt64(machine.epoch) - 1 : 0
  }

  public func update(_ counters: inout LaneCounters, shard: Int) {
    counters.enqueued = lanes.recordCount(shard: shard)
    let waits = lanes.waits(shard: shard)
    counters.fullWaits = waits.count
    counters.waitNanos = waits.nanos
  }

  public func update(_ counters: inout SessionCounters) {
    let counts = machine.counts
    counters.sessionState = UInt64(machine.state.rawValue)
    counters.stateSince = tally.stateSince
    counters.epoch = UInt64(machine.epoch)
    counters.connects = counts.connects
    counters.connectFailures = counts.failures
    counters.disconnects = counts.disconnects
    counters.wanted = UInt64(counts.wanted)
    counters.confirmed = UInt64(counts.confirmed)
    counters.refused = UInt64(counts.refused)
    counters.unserved = UInt64(counts.unserved + counts.missing)
    counters.requests = counts.requests
    counters.pacedNanos = counts.pacedNanos
    counters.keepAlives = counts.keepAlives
    counters.reconnectAlarms = counts.reconnectAlarms
    counters.circuitOpens = counts.circuitOpens
    counters.brokenParts = UInt64(counts.brokenParts)
    counters.health = UInt64(watch.feed.rawValue)
    counters.instrumentHealth = watch.tally
    counters.lastHeard = lastHeard
    counters.clockOffsetNanos = UInt64(bitPattern: tally.clockOffset)
    counters.upstreamMissing = tally.upstreamMissing
    counters.backfilled = tally.backfilled
    counters.backfillFailures = tally.backfillFailures
    counters.quarantined = tally.quarantined
    counters.delayedSeconds = tally.delayedSeconds
    counters.notesDropped = notes.dropped &+ counts.notesDropped
  }

  public var report: SourceReport {
    var report = SourceReport()
    report.messages = messages
    report.bytes = bytes
    report.decode = counters
    report.records = (0..<lanes.shards).map { lanes.recordCount(shard: $0) }
    report.fullWaits = (0..<lanes.shards).reduce(0) { $0 &+ lanes.waits(shard: $1).count }
    report.session = "epoch \(machine.epoch)"
    report.hasEnded = machine.state == .stopped
    return report
  }
}

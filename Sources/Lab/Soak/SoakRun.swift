internal import Catalog
internal import FeedKit
internal import FoundationEssentials
internal import Ledger
internal import Sessions

/// Runs a soak: the real session, decoder, lane and gap ledger against the real simulator and its
/// faults, in simulated time.
///
///     FaultyUpstream ──bytes──▶ LiveRunning ──records──▶ lane ──▶ counted
///           │ fault log              │ notes ──▶ gap ledger (SQLite)
///           └──────────── each fault must have left its trace ◀──┘
public struct SoakRun {
  private let plan: SoakPlan
  private let upstream: FaultyUpstream
  private let source: SoakSource
  private let ledger: GapLedger
  private var link: SoakLink
  private var result = SoakResult()
  private var faults: [FaultLogEntry] = []
  private var trace: SoakTrace
  /// Unix ns of the simulated world.
  private var now: UInt64
  private let start: UInt64

  /// Throws: `LabFailure` where the feed has no simulator or the ledger cannot be made.
  public init(_ plan: SoakPlan) throws(LabFailure) {
    self.plan = plan
    guard let type = plan.feed.simulator else {
      throw LabFailure.plan("feed \(plan.feed.description.name) has no simulator")
    }
    do {
      upstream = try FaultyUpstream(type, plan.simulator, faults: plan.faults)
      ledger = try GapLedger(path: plan.ledgerPath, startingAt: plan.simulator.start)
    } catch {
      throw LabFailure.plan("\(error)")
    }
    source = SoakSource(plan)
    trace = SoakTrace(
      auxiliary: source.session.channels.filter { !$0.isVital }.map(\.name))
    start = plan.simulator.start
    now = start
    guard let link = SoakLink(upstream, channels: source.session.channels) else {
      throw LabFailure.plan("the simulator lacks a port of the feed")
    }
    self.link = link
  }

  /// The session's monotonic clock begins an hour after zero, so that no time is below it.
  private var monotonic: UInt64 { now &- start &+ 3_600_000_000_000 }

  /// Runs to the end. `progress` gets the share that is done, now and then; where it answers false
  /// the run ends there.
  public mutating func run(progress: (Double) -> Bool) throws(LabFailure) -> SoakResult {
    let end = start &+ plan.durationNanos
    let early = start &+ plan.durationNanos / 10
    var nextProgress = start
    source.session.start(now: monotonic)
    while now < end {
      let wake = turn()
      try keepNotes()
      if result.earlyBytes == 0, now >= early { result.earlyBytes = Self.residentBytes() }
      if now >= nextProgress {
        nextProgress = now &+ plan.durationNanos / 200
        guard progress(Double(now &- start) / Double(plan.durationNanos)) else { break }
      }
      now = max(now &+ 1_000, min(wake, end))
    }
    return try finish()
  }

  /// Everything that happens at this instant; gives the next one at which something does.
  private mutating func turn() -> UInt64 {
    upstream.turn(now: now)
    faults += upstream.takeLog()
    var wait: UInt64 = .max
    // What one side says may be answered at once; a bound, so that a quarrel ends.
    for _ in 0..<Self.roundsLimit {
      wait = act()
      link.send(source.session, now: now)
      let isAny = link.receive(
        source.session, channels: source.session.channels, now: now, monotonic: monotonic)
      source.session.flush()
      source.empty()
      if !isAny { break }
    }
    source.session.look(now: monotonic, tsRecv: now)
    let sessionWake = wait == .max ? .max : now &+ (wait > monotonic ? wait &- monotonic : 0)
    return min(sessionWake, upstream.deadline(after: now))
  }

  private static var roundsLimit: Int { 64 }

  private mutating func act() -> UInt64 {
    while true {
      switch source.session.next(now: monotonic, tsRecv: now) {
      case .open: openVital()
      case .close: link.closeAll(now: now)
      case .wait(let until):
        openAuxiliary()
        return until
      default: continue
      }
    }
  }

  private mutating func openVital() {
    link.closeAll(now: now)
    let channels = source.session.channels
    for (index, channel) in channels.enumerated() where channel.isVital {
      guard link.open(index, now: now) else {
        source.session.lost(
          .refused, text: "nobody listens", now: monotonic, tsRecv: now)
        return
      }
    }
    for (index, channel) in channels.enumerated() where channel.isVital {
      source.session.opened(channel: index, now: monotonic, tsRecv: now)
    }
  }

  private mutating func openAuxiliary() {
    guard source.session.state.delivers else { return }
    for (index, channel) in source.session.channels.enumerated() where !channel.isVital {
      guard link.mayTry(index, now: now), link.open(index, now: now) else { continue }
      source.session.opened(channel: index, now: monotonic, tsRecv: now)
    }
  }

  private mutating func keepNotes() throws(LabFailure) {
    let notes = source.session.takeNotes()
    guard !notes.isEmpty else { return }
    for note in notes { trace.take(note) }
    do {
      _ = try ledger.record(notes)
    } catch {
      throw LabFailure.peer("the gap ledger: \(error)")
    }
  }

  private mutating func finish() throws(LabFailure) -> SoakResult {
    result.endState = source.session.state
    source.session.stop(now: monotonic, tsRecv: now)
    source.session.finish(tsRecv: now)
    source.empty()
    try keepNotes()
    let counters = source.counters
    result.simulatedNanos = now &- start
    result.messages = counters.messages
    result.decoded = counters.decoded
    for type in counters.ignored.indices { result.ignored &+= counters.ignored[type] }
    for reason in counters.rejected.indices { result.rejected &+= counters.rejected[reason] }
    result.recordsMade = counters.records
    result.recordsTaken = source.taken
    result.staleRecords = source.stale
    result.epochs = UInt32(truncatingIfNeeded: counters.lastSequence)
    result.lateBytes = Self.residentBytes()
    result.backfilled = trace.backfilled
    try judge()
    return result
  }

  /// Compares the log of the faults with the gap ledger, as it stands on the disk.
  private mutating func judge() throws(LabFailure) {
    do {
      let gaps = try ledger.entries()
      trace.judge(faults, gaps: gaps, end: now, into: &result)
    } catch {
      throw LabFailure.peer("the gap ledger: \(error)")
    }
  }

  /// Resident bytes of this process, from /proc/self/statm.
  private static func residentBytes() -> UInt64 {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }
    return (pages ?? 0) * 4_096
  }
}

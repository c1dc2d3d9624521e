internal import CLinux
public import Ledger
internal import Records
internal import Wire

/// When records are due: an open-loop schedule, so that a late record delays no later one and its
/// lateness counts whole.
///
/// A record is due `progress / perNano` after the start, where progress is the journal's own time
/// since the first record (the number of records before it, for a rate). What stands before the
/// first time that was asked for, symbols and definitions, is due at once. One thread.
struct ReplaySchedule {
  private let perNano: Double
  private let isRate: Bool
  private let longestPause: UInt64
  /// Whether the venue's times count: every record's header has one.
  private let keepsEventTimes: Bool
  /// The receive time from which on the schedule counts.
  private let firstReceive: UInt64
  private(set) var startNanos: UInt64 = 0
  private(set) var hasStarted = false
  /// Time of the journal at the last record.
  private(set) var journalTime: UInt64 = 0
  /// Of the last record that was let pass.
  private(set) var progress: UInt64 = 0

  init(_ options: ReplayOptions) {
    switch options.pace {
    case .speed(let speed): (perNano, isRate) = (max(speed, 1e-9), false)
    case .rate(let rate): (perNano, isRate) = (max(rate, 1e-3) / 1e9, true)
    case .unlimited: (perNano, isRate) = (1, false)
    }
    longestPause = options.longestPauseNanos
    firstReceive = options.firstReceiveNanos
    keepsEventTimes = options.clock == .event
  }

  /// The time that counts of the record at `offset`, whose receive time, or that of the last one
  /// before it in its shard, is `received`; 0 where it has none.
  @inline(__always)
  func time(_ bytes: RawSpan, at offset: Int, received: UInt64) -> UInt64 {
    guard keepsEventTimes else { return received }
    let time = bytes.uncheckedLE(UInt64.self, at: offset &+ 8)
    return time == Undefined.timestamp ? 0 : time
  }

  /// Whether the schedule begins with a record received then; false before it and afterwards.
  @inline(__always)
  func begins(received: UInt64) -> Bool {
    !hasStarted && received >= firstReceive
  }

  /// Begins with a record of this time, now.
  mutating func begin(time: UInt64, nowNanos: UInt64) {
    hasStarted = true
    startNanos = nowNanos
    journalTime = time
  }

  /// The progress that is due at a time of the machine's clock.
  func limit(at nowNanos: UInt64) -> UInt64 {
    guard hasStarted, nowNanos > startNanos else { return 0 }
    return UInt64(min(Double(nowNanos &- startNanos) * perNano, 0x1p62))
  }

  /// When a progress is due, on the machine's clock.
  @inline(__always)
  func due(_ progress: UInt64) -> UInt64 {
    startNanos &+ UInt64(min(Double(progress) / perNano, 0x1p62))
  }

  /// The progress of a record of this time (0 for none), and the journal's time there.
  @inline(__always)
  func look(time: UInt64) -> (progress: UInt64, time: UInt64) {
    guard hasStarted else { return (0, 0) }
    if isRate { return (progress &+ 1, max(time, journalTime)) }
    // Where the first record had no time, the first one that has one counts from there.
    guard time > journalTime, journalTime > 0 else { return (progress, max(time, journalTime)) }
    return (progress &+ min(time &- journalTime, longestPause), time)
  }

  /// The record that `look` has told about passes.
  @inline(__always)
  mutating func pass(_ seen: (progress: UInt64, time: UInt64)) {
    progress = seen.progress
    journalTime = seen.time
  }
}

/// What a replay measures about itself.
public struct PacingReport: Sendable {
  /// How late records were given out, ns: none is early.
  public var error = Histogram.Summary()
  /// Records later than `lateNanos`.
  public var late: UInt64 = 0
  /// What counts as late.
  public static var lateNanos: UInt64 { 100_000 }
}

/// Gives records out when they are due. One thread.
struct ReplayPacer: ~Copyable {
  private var schedule: ReplaySchedule
  private let spinNanos: UInt64
  private var histogram = Histogram()
  private var late: UInt64 = 0
  /// Progress of the records of a batch, and how many have it.
  private var batch: [(progress: UInt64, count: UInt64)] = []

  /// Records that are given out between two looks at the clock.
  private static var batchRecords: Int { 256 }
  private static var napNanos: UInt64 { 50_000_000 }

  init(_ options: ReplayOptions) {
    schedule = ReplaySchedule(options)
    spinNanos = options.spinNanos
    batch.reserveCapacity(Self.batchRecords)
  }

  var report: PacingReport { PacingReport(error: histogram.summary(), late: late) }

  /// Gives the records in `bytes` to the outlet, each when due, until told to stop; `times` are
  /// those of `ReplayChunk`.
  mutating func play(
    _ bytes: RawSpan, times: RawSpan, ring: Int, to outlet: any ReplayOutlet,
    _ state: ReplayState
  ) throws(ReplayError) {
    var at = 0
    var index = 0
    while at < bytes.byteCount {
      let now = ml_clock_nanos()
      let (end, count) = due(bytes, times, from: at, index, limit: schedule.limit(at: now))
      if count == 0 {
        guard RecordTimes.byteCount(bytes, at: at) > 0 else { return }
        let time = schedule.time(
          bytes, at: at, received: times.uncheckedLE(UInt64.self, at: index &* 8))
        let next = schedule.look(time: time).progress
        try wait(until: schedule.due(next), outlet, state)
        if state.mustStop { return }
        continue
      }
      try outlet.publish(bytes.extracting(at..<end), recordCount: count, ring: ring)
      let given = ml_clock_nanos()
      note(given)
      state.gave(count, journalTime: schedule.journalTime)
      try outlet.flush(nowNanos: given)
      at = end
      index += count
    }
  }

  /// The records from `start` on, the first of which has the number `index`, that are due: where
  /// they end, and how many they are.
  private mutating func due(
    _ bytes: RawSpan, _ times: RawSpan, from start: Int, _ index: Int, limit: UInt64
  ) -> (end: Int, count: Int) {
    var at = start
    var count = 0
    batch.removeAll(keepingCapacity: true)
    while at < bytes.byteCount, count < Self.batchRecords {
      let byteCount = RecordTimes.byteCount(bytes, at: at)
      guard byteCount > 0 else { break }
      let received = times.uncheckedLE(UInt64.self, at: (index &+ count) &* 8)
      let time = schedule.time(bytes, at: at, received: received)
      if schedule.begins(received: received) {
        // What stood before it goes out first.
        guard count == 0 else { break }
        schedule.begin(time: time, nowNanos: ml_clock_nanos())
      }
      let seen = schedule.look(time: time)
      guard seen.progress <= limit else { break }
      if let last = batch.last, last.progress == seen.progress {
        batch[batch.count - 1].count += 1
      } else {
        batch.append((seen.progress, 1))
      }
      schedule.pass(seen)
      at += byteCount
      count += 1
    }
    return (at, count)
  }

  private mutating func note(_ given: UInt64) {
    guard schedule.hasStarted else { return }
    for (progress, count) in batch {
      let due = schedule.due(progress)
      let error = given > due ? given - due : 0
      histogram.record(error, count: count)
      if error > PacingReport.lateNanos { late += count }
    }
  }

  /// Sleeps until shortly before `due`, and looks at the clock from then on.
  private func wait(
    until due: UInt64, _ outlet: any ReplayOutlet, _ state: ReplayState
  ) throws(ReplayError) {
    while true {
      let now = ml_clock_nanos()
      guard now < due else { return }
      guard due - now > spinNanos else {
        ml_cpu_pause()
        continue
      }
      if due - now > Self.napNanos { try outlet.idle(nowNanos: now) }
      ml_sleep_until(min(due - spinNanos, now + Self.napNanos))
      if state.mustStop { return }
    }
  }
}

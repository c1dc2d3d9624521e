internal import Engine
internal import Ledger
internal import Timing

/// What one passage of a load has shown.
struct PassResult {
  /// Length of the load, ns.
  var nanos: UInt64 = 0
  var offered: UInt64 = 0
  var seen: UInt64 = 0
  var lost: [String: UInt64] = [:]
  var violations: [String] = []
  var stages: [LabStage] = []
  var series = LabSeries()
  var hiccups: [LabHiccups] = []
  var cleanShare = 0.0
  var notes: [String] = []

  /// The way as a whole.
  var total: LabStage? { stages.last { $0.name == "total" } }

  /// Messages a second that were due.
  var offeredRate: Double { nanos > 0 ? Double(offered) * 1e9 / Double(nanos) : 0 }

  /// Messages a second that were seen within the load's own length.
  var achievedRate: Double {
    guard nanos > 0 else { return 0 }
    // The last slot takes what came after the end.
    return Double(series.seen.dropLast().reduce(0, &+)) * 1e9 / Double(nanos)
  }

  /// Draws up the account: every message that was due was seen, or was lost at a place with a name.
  mutating func account(
    _ snapshot: CounterSnapshot, _ answers: [PeerResult], lead: UInt64, offered due: UInt64,
    readsRing: Bool
  ) {
    offered = due
    let messages = snapshot.total(.messages)
    func lose(_ count: UInt64, _ place: String) { if count > 0 { lost[place] = count } }
    let senders = answers.filter { $0.sent > 0 || $0.unsent > 0 }
    if let sender = senders.first {
      lose(sender.unsent, "sender")
      if sender.sent &+ sender.unsent != due {
        violations.append(
          "sender: \(due) due, \(sender.sent) sent and \(sender.unsent) unsent")
      }
      let sent = sender.sent &+ lead
      lose(sent > messages ? sent &- messages : 0, "kernel")
      if messages > sent { violations.append("\(messages) messages of \(sent) sent") }
    } else {
      lose(due > messages ? due &- messages : 0, "source")
      if messages > due { violations.append("\(messages) messages of \(due) due") }
    }
    lose(snapshot.total(.rejected), "rejected")
    lose(snapshot.total(.dropped), "lane")
    if readsRing, let reader = answers.first(where: { $0.total != nil }) {
      lose(reader.lost, "ring")
      let written = snapshot.block(.outlet, 0, 0)?[.written] ?? 0
      if reader.nextOrdinal != written &+ 1 {
        violations.append(
          "ring: \(written) records written, the reader has seen \(reader.nextOrdinal) pass less 1")
      }
    }
    let all = lost.values.reduce(0, &+)
    seen = offered &- min(all, offered)
  }

  /// Stages and hiccups of all threads and processes, in the order of a message's way. The threads
  /// have spun for `watched` ns.
  mutating func take(
    _ probe: LabProbe, _ answers: [PeerResult], plan: LabPlan, watched: UInt64
  ) {
    for answer in answers {
      if var departure = answer.departure, departure.all.samples > 0 {
        departure.name = "departure"
        stages.append(departure)
      }
    }
    for stage in probe.stages {
      stages.append(LabStage(stage.name, from: stage.from, all: stage.all, clean: stage.clean))
    }
    var total: LabStage?
    switch plan.last {
    case "reader":
      for answer in answers {
        if let quote = answer.quote { stages.append(quote) }
        total = answer.total ?? total
      }
    case "published": total = stages.last { $0.name == "publish" && $0.from == "due" }
    default: total = stages.last { $0.name == "lane_wait" && $0.from == "due" }
    }
    if var total {
      total.name = "total"
      stages.append(total)
    }
    let cpus = plan.cpuOfPart
    for (thread, watch) in probe.hiccups {
      hiccups.append(
        LabHiccups(
          thread: thread,
          cpu: cpus[thread == "reader" ? "reader" : "worker"] ?? cpus["reader"] ?? -1,
          nanos: watched, watch))
    }
    hiccups += answers.compactMap(\.hiccups)
    let overflowed =
      probe.stages.reduce(0) { max($0, $1.overflowed) }
      + answers.reduce(0) { $0 + $1.overflowed }
    if overflowed > 0 {
      notes.append("\(overflowed) samples found no room to wait and count among all only")
    }
  }

  /// The columns over time.
  mutating func takeSeries(
    _ probe: LabProbe, _ answers: [PeerResult], shape: RateProfile, marks: WindowMarks,
    plan: LabPlan
  ) {
    let slots = Int(plan.profile.nanos / plan.slotNanos) + 1
    series.slotMillis = Double(plan.slotNanos) / 1e6
    series.offered = Self.offered(shape, slots: slots, slotNanos: plan.slotNanos)
    let stages = probe.stages
    let taken = stages.first { $0.name == "lane_wait" && $0.from == "due" }?.slots ?? []
    let published = stages.first { $0.name == "publish" && $0.from == "due" }?.slots ?? []
    series.depth = taken.map(\.depth)
    if plan.last == "reader", let reader = answers.first(where: { $0.total != nil }) {
      series.seen = reader.seen
      series.p50 = reader.p50
      series.p99 = reader.p99
      series.max = reader.max
    } else {
      let last = plan.last == "published" ? published : taken
      series.seen = last.map(\.seen)
      series.p50 = last.map(\.p50)
      series.p99 = last.map(\.p99)
      series.max = last.map(\.max)
    }
    series.stolen = (0..<slots).map { slot in
      let first = UInt64(slot) * plan.slotNanos / marks.windowNanos
      let last = UInt64(slot + 1) * plan.slotNanos / marks.windowNanos
      return (first..<max(last, first + 1)).reduce(0) { $0 &+ UInt64(marks.lostNanos(Int($1))) }
    }
    series.fit(slots)
    guard !lost.isEmpty else { return }
    // What was due in the slot and was never seen; messages without a record count as seen only
    // where nothing was lost.
    let arrived =
      plan.last == "reader"
      ? answers.first { $0.total != nil }?.arrived ?? []
      : (plan.last == "published" ? published : taken).map(\.offered)
    for (slot, count) in arrived.enumerated() where slot < slots {
      series.lost[slot] = series.offered[slot] &- min(count, series.offered[slot])
    }
  }

  /// Messages due in each slot, by the schedule.
  private static func offered(_ shape: RateProfile, slots: Int, slotNanos: UInt64) -> [UInt64] {
    var result = [UInt64](repeating: 0, count: slots)
    var schedule = Schedule(shape)
    while let due = schedule.next() {
      result[min(Int(due / slotNanos), slots - 1)] &+= 1
    }
    return result
  }

  /// The share of the load's windows in which nothing was lost.
  mutating func clean(_ marks: WindowMarks, nanos: UInt64) {
    let windows = max(1, Int(nanos / marks.windowNanos))
    cleanShare = 1 - Double(marks.markedCount(0..<windows)) / Double(windows)
  }

  /// Writes all into a result.
  func write(into result: inout LabResult) {
    result.offered = offered
    result.seen = seen
    result.lost = lost
    result.isBalanced = violations.isEmpty
    result.violations = violations
    result.stages = stages
    result.series = series
    result.hiccups += hiccups
    result.cleanShare = cleanShare
    result.notes += notes
  }
}

extension LabSeries {
  /// Makes all columns equally long.
  mutating func fit(_ slots: Int) {
    let columns: [WritableKeyPath<LabSeries, [UInt64]>] = [
      \.offered, \.seen, \.p50, \.p99, \.max, \.depth, \.lost, \.stolen,
    ]
    for column in columns {
      var values = self[keyPath: column]
      if values.count > slots { values.removeLast(values.count - slots) }
      values += [UInt64](repeating: 0, count: slots - values.count)
      self[keyPath: column] = values
    }
  }
}

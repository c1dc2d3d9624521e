internal import Catalog
internal import FeedKit
internal import Sessions

/// What a session has said during a soak, and whether every fault is found again in it.
struct SoakTrace {
  private(set) var backfilled: UInt64 = 0
  /// When messages were rejected, and when attempts failed by the upstream's refusal. Unix ns.
  private var rejections: [UInt64] = []
  private var refusals: [UInt64] = []
  private var firstLive: UInt64?

  mutating func take(_ note: LiveNote) {
    switch note.content {
    case .poison: rejections.append(note.time)
    case .state(_, let to, let cause, _):
      if to == .live, firstLive == nil { firstLive = note.time }
      if to == .backoff || to == .openCircuit, cause == .authentication || cause == .version {
        refusals.append(note.time)
      }
    case .backfilled(_, _, _, let records, _): backfilled &+= records
    default: break
    }
  }

  private let auxiliary: [String]

  /// Ways of spoiling that may leave a message as good as it was: servers add fields at the end, an
  /// empty line says nothing, and a field that a message says has not changed is not read.
  private static var harmless: [String] {
    [
      "a field too many", "empty line", "word in a field", "empty frame", "not UTF-8",
      "not a number",
    ]
  }

  /// `auxiliary` are the names of channels that carry no market data of their own.
  init(auxiliary: [String]) { self.auxiliary = auxiliary }

  private func isAuxiliary(_ connection: String) -> Bool {
    auxiliary.contains { connection.hasPrefix("\($0)/") }
  }

  /// How late a trace may be: what was delayed, and the silence that must be noticed first.
  private static var slackNanos: UInt64 { 2_000_000_000 }

  /// Finds the trace of each fault. Gaps are those of the ledger, holes in numberings among them.
  func judge(
    _ faults: [FaultLogEntry], gaps: [GapEntry], end: UInt64, into result: inout SoakResult
  ) {
    let holes = gaps.filter { $0.missing == nil }.sorted { $0.from < $1.from }
    let numbered = gaps.filter { $0.missing != nil }.map(\.from).sorted()
    result.gaps = holes.count
    result.gapNanos = holes.reduce(0) { $0 &+ (($1.to ?? end) &- $1.from) }
    for fault in faults {
      result.faults[fault.kind.rawValue, default: 0] += 1
      guard let trace = trace(fault, holes: holes, numbered: numbered, end: end) else { continue }
      if trace.isEmpty {
        result.untraced.append(fault)
      } else {
        result.traced[trace, default: 0] += 1
      }
    }
    for hole in holes where !isExplained(hole, by: faults) {
      result.unexplained.append(
        "\(hole.cause) epoch \(hole.epoch) from \(hole.from) to \(hole.to ?? 0): \(hole.detail)")
    }
    for hole in holes {
      guard let to = hole.to else { continue }
      // From the last fault that kept the session away: its end, or its instant where it has none.
      let last = faults.filter { Self.cuts($0.kind) && $0.time >= hole.from && $0.time < to }
        .map { $0.end == .max || $0.end > to ? $0.time : $0.end }.max()
      if let last { result.longestRecoveryNanos = max(result.longestRecoveryNanos, to &- last) }
    }
  }

  /// Where the fault was found; empty for nowhere, nil where it need leave no trace.
  private func trace(
    _ fault: FaultLogEntry, holes: [GapEntry], numbered: [UInt64], end: UInt64
  ) -> String? {
    guard let firstLive else { return "no connection yet" }
    let isCovered = Self.covers(holes, fault.time, end: end)
    switch fault.kind {
    case .drop, .reset, .restart, .mute, .halfOpen, .upstreamDown:
      if fault.time <= firstLive { return "no connection yet" }
      if isCovered { return "gap" }
      // A pause that is shorter than the limit of silence: what it swallowed lacks in a numbering.
      let until = (fault.end == .max ? fault.time : fault.end) &+ 60 * Self.slackNanos
      if Self.any(numbered, from: fault.time, to: until) { return "numbering" }
      // The end of the run came before anybody could notice.
      if fault.time &+ 30 * Self.slackNanos > end { return "too late to be noticed" }
      return ""
    case .denyAuth, .wrongVersion:
      let isSeen = Self.any(refusals, from: fault.time, to: fault.time &+ Self.slackNanos)
      return isSeen ? "refusal" : isCovered ? "gap" : ""
    case .garbage:
      let until = fault.time &+ Self.slackNanos
      if Self.any(rejections, from: fault.time, to: until) { return "rejection" }
      if isCovered { return "gap" }
      // Statistics of the admin port become no record: what is not read cannot be wrong.
      if fault.connections.allSatisfy(isAuxiliary) { return "no market data" }
      return Self.harmless.contains { fault.detail.hasPrefix($0) } ? "nothing that is read" : ""
    default: return nil
    }
  }

  private static func cuts(_ kind: FaultKind) -> Bool {
    switch kind {
    case .slow, .split, .burst, .garbage, .linesLimit, .random: false
    default: true
    }
  }

  /// Whether a hole contains the time: from the last bytes before it to the session's return.
  private static func covers(_ holes: [GapEntry], _ time: UInt64, end: UInt64) -> Bool {
    var low = 0
    var high = holes.count
    while low < high {
      let middle = (low + high) / 2
      if holes[middle].from <= time { low = middle + 1 } else { high = middle }
    }
    // The first hole that begins behind the time, and those before it.
    return holes[..<low].suffix(4).contains { ($0.to ?? end) >= time }
  }

  private static func any(_ times: [UInt64], from: UInt64, to: UInt64) -> Bool {
    var low = 0
    var high = times.count
    while low < high {
      let middle = (low + high) / 2
      if times[middle] < from { low = middle + 1 } else { high = middle }
    }
    return low < times.count && times[low] <= to
  }

  private func isExplained(_ hole: GapEntry, by faults: [FaultLogEntry]) -> Bool {
    faults.contains { fault in
      Self.cuts(fault.kind) && fault.time <= (hole.to ?? .max)
        && (fault.end == .max ? hole.from &+ 60 * Self.slackNanos : fault.end)
          &+ 60 * Self.slackNanos >= hole.from
    }
  }
}

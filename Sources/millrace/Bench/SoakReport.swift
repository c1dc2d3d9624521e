internal import FeedKit
internal import Lab
internal import Ledger
internal import Sessions

/// What a soak has found, for people and for programs.
struct SoakReport {
  private let result: SoakResult

  init(_ result: SoakResult) { self.result = result }

  /// Memory may grow by this much between the first tenth and the end: allocators keep some.
  private static var growthBytes: UInt64 { 32 << 20 }

  private var hasGrown: Bool { result.lateBytes > result.earlyBytes + Self.growthBytes }

  var isGood: Bool {
    result.isBalanced && result.untraced.isEmpty && result.unexplained.isEmpty
      && result.staleRecords == 0 && !hasGrown
  }

  var text: String {
    func hours(_ nanos: UInt64) -> String { LedgerReport.duration(nanos) }
    var lines = [
      "\(hours(result.simulatedNanos)) simulated: \(result.epochs) connections, "
        + "\(result.messages) messages, \(result.recordsMade) records",
      "  decoded \(result.decoded), ignored \(result.ignored), rejected \(result.rejected); "
        + (result.isBalanced ? "ledger balanced" : "LEDGER NOT BALANCED"),
      "  faults \(Self.list(result.faults))",
      "  traced \(Self.list(result.traced)), without a trace \(result.untraced.count)",
      "  gaps \(result.gaps), together \(hours(result.gapNanos)); unexplained "
        + "\(result.unexplained.count); longest way back \(hours(result.longestRecoveryNanos))",
      "  stale records \(result.staleRecords), backfilled \(result.backfilled), session "
        + "\(result.endState.name)",
      "  memory \(result.earlyBytes >> 20) MiB after a tenth, \(result.lateBytes >> 20) MiB at the "
        + "end" + (hasGrown ? ": GROWN" : ""),
    ]
    for fault in result.untraced.prefix(20) { lines.append("  untraced: \(fault.json)") }
    for gap in result.unexplained.prefix(20) { lines.append("  unexplained: \(gap)") }
    return lines.joined(separator: "\n") + "\n"
  }

  var json: [UInt8] {
    var json = JSONText()
    json.object {
      $0.field("good", isGood)
      $0.field("balanced", result.isBalanced)
      $0.field("simulated_ns", result.simulatedNanos)
      $0.field("connections", UInt64(result.epochs))
      $0.field("messages", result.messages)
      $0.field("records", result.recordsMade)
      $0.field("rejected", result.rejected)
      $0.field("faults", UInt64(result.faults.values.reduce(0, +)))
      $0.field("traced", UInt64(result.traced.values.reduce(0, +)))
      $0.field("untraced", UInt64(result.untraced.count))
      $0.field("gaps", UInt64(result.gaps))
      $0.field("gap_ns", result.gapNanos)
      $0.field("unexplained_gaps", UInt64(result.unexplained.count))
      $0.field("stale_records", result.staleRecords)
      $0.field("backfilled_records", result.backfilled)
      $0.field("longest_recovery_ns", result.longestRecoveryNanos)
      $0.field("memory_early_bytes", result.earlyBytes)
      $0.field("memory_late_bytes", result.lateBytes)
    }
    json.newLine()
    return json.utf8
  }

  private static func list(_ counts: [String: Int]) -> String {
    let all = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    return all.isEmpty ? "none" : all.joined(separator: ", ")
  }
}

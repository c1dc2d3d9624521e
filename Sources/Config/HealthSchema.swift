internal import Sessions

/// Judgement and thresholds of health: at the top, of a source, and of a list of instruments. What
/// is left out is as one step above.
enum HealthSchema {
  static let section = SettingSection("health", judgement(.text("")) + figures + [lists])

  /// Figures that are watched, by the names of `HealthFigure`.
  private static let figures = [
    threshold(
      "latency", .duration(1_000...day), "10ms", "100ms",
      "From receipt to shared memory, 99th percentile."),
    threshold(
      "error_rate", .share, "0.1%", "1%", "Rejected messages among all."),
    threshold(
      "throughput", .rate(0...1_000_000_000), nil, nil,
      "Messages while the market is open; too few are bad."),
    threshold("memory", .size(1...(1 << 50)), nil, nil, "Memory of the process."),
    threshold(
      "clock_offset", .duration(1_000...day), "2s", "10s",
      "The upstream's clock against ours, either way."),
  ]

  static let figureNames = figures.map(\.name)

  /// Whether it is too little of it that is bad.
  static func isLow(_ name: String) -> Bool { name == HealthFigure.throughput.name }

  private static let day: UInt64 = 86_400_000_000_000

  private static func threshold(
    _ name: String, _ kind: SettingKind, _ warning: String?, _ critical: String?, _ help: String
  ) -> SettingKey {
    func mark(_ text: String?) -> SettingDefault { text.map { .text($0) } ?? .nothing }
    let section = SettingSection(
      "threshold",
      [
        SettingKey(
          "warning", kind, mark(warning), .now, "Where a warning begins; not said: never."),
        SettingKey(
          "critical", kind, mark(critical), .now, "Where it is critical; not said: never."),
        SettingKey(
          "hold", .duration(0...day), .text("10s"), .now,
          "How long it must be so before it counts."),
        SettingKey(
          "hysteresis", .share, .text("10%"), .now,
          "How much better than a limit it must be to be over."),
      ])
    return SettingKey(name, .section(section), .text(""), .now, help)
  }

  /// When silence means something: the verdict's policy.
  private static func judgement(_ fallback: SettingDefault) -> [SettingKey] {
    let policy = HealthPolicy()
    return [
      SettingKey(
        "least_gaps", .integer(1...1_000_000),
        isInherited(fallback) ? .inherited : .text("\(policy.leastGaps)"), .now,
        "Gaps that must be known before an instrument is judged at all."),
      SettingKey(
        "suspicious",
        verdict(policy.suspiciousLongest, policy.suspiciousUsual, policy.suspiciousNanos),
        fallback, .now, "Silence in trading hours that is longer than all three is suspicious."),
      SettingKey(
        "dead", verdict(policy.deadLongest, policy.deadUsual, policy.deadNanos), fallback, .now,
        "Silence in trading hours that is longer than all three means that it is dead."),
    ]
  }

  private static func isInherited(_ fallback: SettingDefault) -> Bool {
    if case .inherited = fallback { return true }
    return false
  }

  private static func verdict(_ longest: Int, _ usual: Int, _ nanos: UInt64) -> SettingKind {
    let multiple = SettingKind.multiple(1_000...1_000_000_000)
    return .section(
      SettingSection(
        "verdict",
        [
          SettingKey(
            "longest", multiple, .text(Units.multipleText(longest)), .now,
            "This many times the longest gap of late."),
          SettingKey(
            "usual", multiple, .text(Units.multipleText(usual)), .now,
            "This many times what 99.9 % of the gaps stay under."),
          SettingKey(
            "at_least", .duration(1_000_000...(7 * day)), .text(Units.nanosText(nanos)), .now,
            "And this in any case."),
        ]))
  }

  private static let lists = SettingKey(
    "lists",
    .sections(
      SettingSection(
        "list",
        [
          SettingKey(
            "instruments", .names, .required, .now, "Symbols as the upstream writes them."),
          SettingKey(
            "hours", HoursText.kind, .nothing, .now,
            "Their trading hours, where they are not those of the source."),
        ] + judgement(.inherited))), .text(""), .now,
    "Instruments that are judged otherwise than the rest of the source.")
}

/// Thresholds and rules of health, at the top, of a source, and of a list of instruments.
enum HealthSchema {
  static let section = SettingSection("health", keys + [lists])

  /// A value that is watched, with the two marks that it may pass.
  private static func threshold(
    _ name: String, _ kind: SettingKind, _ warning: String, _ critical: String, _ help: String
  ) -> SettingKey {
    let section = SettingSection(
      "threshold of \(kind.words)",
      [
        SettingKey("warning", kind, mark(warning), .now, "Where a warning begins."),
        SettingKey("critical", kind, mark(critical), .now, "Where it is critical."),
      ])
    return SettingKey(name, .section(section), .text(""), .now, help)
  }

  private static func mark(_ text: String) -> SettingDefault {
    text.isEmpty ? .nothing : .text(text)
  }

  private static let time = SettingKind.duration(1_000...86_400_000_000_000)

  static let keys = [
    threshold(
      "latency", time, "50ms", "500ms",
      "From the upstream's own time of an event to its receipt, 99th percentile of a minute."),
    threshold(
      "errors", .share, "0.1%", "1%", "Rejected messages among all of a minute."),
    threshold(
      "throughput", .rate(0...1_000_000_000), "", "",
      "Messages while the market is open: fewer than this. Off where it is not said."),
    threshold(
      "clock_offset", time, "100ms", "1s", "The upstream's clock against ours, either way."),
    threshold(
      "memory", .size(0...(1 << 50)), "", "",
      "Resident memory of the process. Off where it is not said."),
  ]

  /// Whether it is too little of it that is bad.
  static func isLow(_ name: String) -> Bool { name == "throughput" }

  private static let lists = SettingKey(
    "lists", .sections(SettingSection("health of a list", listKeys)), .text(""), .now,
    "Instruments that are judged by thresholds of their own.")

  private static let listKeys = [
    SettingKey("instruments", .names, .required, .now, "Symbols as the upstream writes them."),
    SettingKey(
      "silence", .duration(1_000_000...604_800_000_000_000), .nothing, .now,
      "Silence in trading hours after which an instrument is dead, whatever its rhythm says."),
  ]
}

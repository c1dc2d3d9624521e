internal import Ledger
internal import Logging
internal import Sessions

/// What a figure counts: how it is told.
enum FigureUnit: Sendable {
  case nanos
  case bytes
  case bytesPerHour
  case millionths
  case perSecond

  func text(_ value: UInt64) -> String {
    switch self {
    case .nanos: LedgerReport.duration(value)
    case .bytes: "\(Self.tenths(value, 1 << 20)) MiB"
    case .bytesPerHour: "\(Self.tenths(value, 1 << 20)) MiB/h"
    case .millionths: "\(LedgerReport.grouped(value)) of a million"
    case .perSecond: "\(LedgerReport.grouped(value))/s"
    }
  }

  /// In the base unit of metrics: seconds, bytes, bytes a second, a share, messages a second.
  func base(_ value: UInt64) -> Double {
    switch self {
    case .nanos: Double(value) / 1e9
    case .bytes, .perSecond: Double(value)
    case .bytesPerHour: Double(value) / 3_600
    case .millionths: Double(value) / 1e6
    }
  }

  private static func tenths(_ value: UInt64, _ unit: UInt64) -> String {
    let (whole, rest) = value.quotientAndRemainder(dividingBy: unit)
    return "\(LedgerReport.grouped(whole)).\(rest * 10 / unit)"
  }
}

/// One figure with its threshold.
struct WatchedFigure: Sendable {
  private var watch: ThresholdWatch
  private let unit: FigureUnit
  private(set) var status: WatchStatus

  init(name: String, _ threshold: Threshold, _ unit: FigureUnit, _ time: UInt64) {
    watch = ThresholdWatch(threshold)
    self.unit = unit
    status = WatchStatus(name: name, level: .normal, text: "", value: 0, since: time)
  }

  /// Takes a new value; an event where the level has changed by it.
  mutating func judge(_ value: UInt64, now: UInt64, time: UInt64) -> LogEvent? {
    let before = watch.level
    let changed = watch.judge(Int64(clamping: value), now: now)
    status.value = unit.base(value)
    status.text = "\(unit.text(value)), \(limits)"
    guard let changed, changed != before else { return nil }
    status.level = changed
    status.since = time
    let level: LogLevel =
      switch changed {
      case .normal: .info
      case .warning: .warning
      case .critical: .error
      }
    return LogEvent(
      level, "threshold.level",
      [
        .init("name", .text(status.name)), .init("from", .text(before.name)),
        .init("to", .text(changed.name)), .init("text", .text(status.text)),
      ])
  }

  /// "warning from 10 ms, critical from 1 s".
  private var limits: String {
    let word = watch.threshold.side == .above ? "from" : "at most"
    var parts: [String] = []
    for (name, limit) in [
      ("warning", watch.threshold.warning), ("critical", watch.threshold.critical),
    ] where limit != .max && limit != .min {
      parts.append("\(name) \(word) \(unit.text(UInt64(max(limit, 0))))")
    }
    return parts.joined(separator: ", ")
  }
}

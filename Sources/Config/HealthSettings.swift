public import Sessions
public import Zones

/// How health is judged, of the whole or of one source.
public struct HealthSettings: Sendable, Equatable {
  /// The judgement of silence, and the thresholds of figures.
  public var policy = HealthPolicy()
  public var lists: [InstrumentHealth] = []

  /// Instruments that are judged otherwise.
  public struct InstrumentHealth: Sendable, Equatable {
    /// Symbols as the upstream writes them.
    public var instruments: [String]
    /// As written; nil for those of the source.
    public var hoursText: String?
    public var policy: HealthPolicy

    /// Their trading hours; nil for those of the source.
    public var hours: TradingHours? { hoursText.map { HoursText.hours($0, holidays: []) } }
  }

  public init() {}
}

extension HealthSettings {
  init(_ section: CheckedSection?) {
    guard let section else { return }
    policy.judge(by: section)
    for name in HealthSchema.figureNames {
      guard let figure = HealthFigure(name: name), let marks = section.section(name) else {
        continue
      }
      policy.thresholds[figure] = Self.threshold(marks, isLow: HealthSchema.isLow(name))
    }
    lists = section.sections("lists").map { list in
      // The figures are of the source: an instrument has none of its own.
      var judged = HealthPolicy()
      judged.judge(by: list)
      return InstrumentHealth(
        instruments: list.texts("instruments"), hoursText: list.optionalText("hours"),
        policy: judged)
    }
  }

  /// Nil where neither mark is set; a mark that is not is never reached.
  private static func threshold(_ marks: CheckedSection, isLow: Bool) -> Threshold? {
    let (warning, critical) = (number(marks["warning"]), number(marks["critical"]))
    guard warning != nil || critical != nil else { return nil }
    let never: Int64 = isLow ? .min : .max
    var threshold = Threshold(
      isLow ? .below : .above, warning: warning ?? critical ?? never,
      critical: critical ?? never)
    threshold.hysteresis = Int64((marks.optionalShare("hysteresis") ?? 100_000) / 1_000)
    threshold.holdNanos = marks.nanos("hold")
    return threshold
  }

  /// In the unit of the figure: ns, bytes, millionths, or whole ones a second.
  private static func number(_ value: SettingValue) -> Int64? {
    switch value {
    case .nanos(let nanos): Int64(clamping: nanos)
    case .bytes(let number), .share(let number): Int64(number)
    case .rate(let rate): Int64(rate.perSecond)
    default: nil
    }
  }
}

extension HealthPolicy {
  fileprivate mutating func judge(by section: CheckedSection) {
    leastGaps = section.optionalInteger("least_gaps") ?? leastGaps
    if let suspicious = section.section("suspicious") {
      suspiciousLongest = suspicious.optionalMultiple("longest") ?? suspiciousLongest
      suspiciousUsual = suspicious.optionalMultiple("usual") ?? suspiciousUsual
      suspiciousNanos = suspicious.optionalNanos("at_least") ?? suspiciousNanos
    }
    if let dead = section.section("dead") {
      deadLongest = dead.optionalMultiple("longest") ?? deadLongest
      deadUsual = dead.optionalMultiple("usual") ?? deadUsual
      deadNanos = dead.optionalNanos("at_least") ?? deadNanos
    }
  }
}

internal import FeedKit

// Days, weeks, months; symbol search; code tables (section 6).
extension IqfeedSimulator {
  /// Days that lie before the simulation reach so far back.
  private static var earlierDays: Int { 3_650 }

  /// A day, or several of them together. Prices in ticks.
  private struct Period {
    var day: Int
    var open: Int64
    var high: Int64
    var low: Int64
    var close: Int64
    var volume: UInt64

    /// Puts an earlier day in front.
    mutating func prepend(_ other: Period) {
      open = other.open
      high = max(high, other.high)
      low = min(low, other.low)
      volume += other.volume
    }
  }

  /// Newest first.
  func dayRows(
    _ prefix: String, _ request: IqfeedSimulatorRequest, _ instrument: Int,
    _ version: IqfeedSimulatorVersion, _ now: UInt64
  ) -> [[UInt8]] {
    var periods: [Period] = []
    var key = -1
    var day = market.clock.day
    let last = day - Self.earlierDays
    while day > last, periods.count <= request.limit {
      defer { day -= 1 }
      guard let values = self.day(instrument, day, request) else { continue }
      let group = Self.group(request.command, day)
      if group == key, !periods.isEmpty {
        periods[periods.count - 1].prepend(values)
      } else {
        periods.append(values)
        key = group
      }
    }
    return periods.prefix(request.limit).map { row(prefix, instrument, $0, version, now) }
  }

  /// Nil for days without trading and those that are not asked for.
  private func day(_ instrument: Int, _ day: Int, _ request: IqfeedSimulatorRequest) -> Period? {
    let date = CivilDate(daysSince1970: day)
    let midnight = NewYorkTime.midnight(of: date)
    guard midnight >= request.begin, midnight < request.end else { return nil }
    if day == market.clock.day {
      guard request.includesToday, market[instrument].open != 0 else { return nil }
      return Period(
        day: day, open: market[instrument].open, high: market[instrument].high,
        low: market[instrument].low, close: market[instrument].regular.price,
        volume: market[instrument].volume)
    }
    guard (1...5).contains(date.weekday) else { return nil }
    let values = market.earlierDay(instrument, day: day)
    return Period(
      day: day, open: values.open, high: values.high, low: values.low, close: values.close,
      volume: values.volume)
  }

  /// Days of an equal group are one row. Weeks end on Fridays; 1970-01-05 was a Monday.
  private static func group(_ command: String, _ day: Int) -> Int {
    switch command {
    case "HWX": return (day + 3) / 7
    case "HMX":
      let date = CivilDate(daysSince1970: day)
      return date.year * 12 + date.month
    default: return day
    }
  }

  /// Date, high, low, open, close, volume, open interest. Where no protocol is set the date has the
  /// time of the request behind it.
  private func row(
    _ prefix: String, _ instrument: Int, _ period: Period, _ version: IqfeedSimulatorVersion,
    _ now: UInt64
  ) -> [UInt8] {
    let facts = market.instruments[instrument]
    line.clear()
    line.text(prefix)
    line.dashed(CivilDate(daysSince1970: period.day))
    if version == .oldest {
      line.byte(UInt8(ascii: " "))
      line.clock(IqfeedSimulatorTime(now, market.clock).nanosOfDay)
    }
    for price in [period.high, period.low, period.open, period.close] {
      line.comma()
      line.price(price * facts.tick, decimals: facts.decimals)
    }
    line.text(",\(period.volume),\(facts.kind == .future ? 1_000 : 0),")
    return line.bytes
  }

  // MARK: Symbols and codes

  func codeRows(
    _ request: IqfeedSimulatorRequest, _ client: IqfeedSimulatorClient
  ) -> [[UInt8]] {
    let tag = client.version == .sixTwo ? "LS," : ""
    return IqfeedSimulatorCodes.table(
      request.command, hasGroups: client.version > .oldest
    ).map { row in
      Array("\(request.prefix)\(tag)\(row),".utf8)
    }
  }

  func searchRows(
    _ request: IqfeedSimulatorRequest, _ client: IqfeedSimulatorClient
  ) -> [[UInt8]] {
    let tag = client.version == .sixTwo ? "LS," : ""
    let head = request.prefix + tag
    var rows: [[UInt8]] = []
    for (index, instrument) in market.instruments.enumerated() {
      let facts =
        "\(instrument.symbol),\(center(index, 0)),\(securityType(index)),\(instrument.name),"
      if request.command == "SBF" {
        if matches(instrument, index, request.words) { rows.append(Array((head + facts).utf8)) }
        continue
      }
      guard instrument.kind == .stock else { continue }
      let code =
        request.command == "SBS"
        ? IqfeedSimulatorCodes.sic(instrument.symbol).code
        : IqfeedSimulatorCodes.naics(instrument.symbol).code
      guard "\(code)".hasPrefix(request.words[0]) else { continue }
      rows.append(Array("\(head)\(code),\(facts)".utf8))
    }
    return rows
  }

  /// Field `s` or `d`, text, filter `e` or `t`, its values with blanks between.
  private func matches(_ instrument: SimulatedInstrument, _ index: Int, _ words: [String]) -> Bool {
    let text = words[1].uppercased()
    let field = words[0] == "d" ? instrument.name.uppercased() : instrument.symbol.uppercased()
    guard !text.isEmpty, field.contains(text) else { return false }
    let values = words[3].split(separator: " ")
    guard !values.isEmpty else { return true }
    let own = words[2] == "t" ? securityType(index) : center(index, 0)
    return values.contains { Int($0) == own }
  }
}

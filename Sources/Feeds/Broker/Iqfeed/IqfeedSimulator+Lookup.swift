internal import FeedKit

// Port 9100 (section 6).
extension IqfeedSimulator {
  /// Rows of an answer at most.
  static var rowLimit: Int { 1_000_000 }

  func takeLookup(
    _ words: [String], _ client: IqfeedSimulatorClient, _ now: UInt64, _ wire: SimulatorWire
  ) {
    guard let request = IqfeedSimulatorRequest(words) else {
      return say("E,!SYNTAX_ERROR!,", client, wire)
    }
    guard !client.connection.deniesAuthentication else {
      return fail("Unauthorized user ID.", request, client, wire)
    }
    guard isUp else { return fail("Unknown Server Error code 0.", request, client, wire) }
    switch request.kind {
    case .ticks, .bars, .days:
      guard takesHistory(now) else {
        return fail("Too many simultaneous history requests", request, client, wire)
      }
      guard let instrument = market.find(request.symbol) else {
        return fail("Invalid symbol.", request, client, wire)
      }
      answer(historyRows(request, instrument, client, now), request, client, wire)
    case .codes: answer(codeRows(request, client), request, client, wire)
    case .search: answer(searchRows(request, client), request, client, wire)
    case .empty: answer([], request, client, wire)
    }
  }

  /// So many requests a second (section 9).
  private func takesHistory(_ now: UInt64) -> Bool {
    let gained = Double(now &- historyAt) / 1e9 * historyRate
    historyTokens = min(historyTokens + gained, historyRate)
    historyAt = now
    guard historyTokens >= 1 else { return false }
    historyTokens -= 1
    return true
  }

  private func fail(
    _ text: String, _ request: IqfeedSimulatorRequest, _ client: IqfeedSimulatorClient,
    _ wire: SimulatorWire
  ) {
    say("\(request.prefix)E,\(text),", client, wire)
    say("\(request.prefix)!ENDMSG!,", client, wire)
  }

  /// Rows and then the end of the message; no rows are an error of their own.
  private func answer(
    _ rows: [[UInt8]], _ request: IqfeedSimulatorRequest, _ client: IqfeedSimulatorClient,
    _ wire: SimulatorWire
  ) {
    var all = rows
    if all.isEmpty { all.append(Array("\(request.prefix)E,!NO_DATA!,,".utf8)) }
    all.append(Array("\(request.prefix)!ENDMSG!,".utf8))
    client.jobs.append(IqfeedSimulatorJob(rows: all, perSend: request.perSend))
  }

  /// Sends some rows of each answer under way, so that they interleave.
  func work(_ client: IqfeedSimulatorClient, _ wire: SimulatorWire) {
    for index in client.jobs.indices {
      let job = client.jobs[index]
      let end = min(job.next + job.perSend, job.rows.count)
      for row in job.rows[job.next..<end] {
        line.clear()
        line.bytes(row)
        send(client, wire)
      }
      client.jobs[index].next = end
    }
    client.jobs.removeAll { $0.next >= $0.rows.count }
  }

  // MARK: History

  private func historyRows(
    _ request: IqfeedSimulatorRequest, _ instrument: Int, _ client: IqfeedSimulatorClient,
    _ now: UInt64
  ) -> [[UInt8]] {
    let prefix = request.prefix + (client.version == .sixTwo ? "LH," : "")
    // Newest first, as they are found.
    var rows: [[UInt8]] = []
    switch request.kind {
    case .ticks:
      walk(request, instrument, now) { trade in
        rows.append(tickRow(prefix, instrument, trade, client.version))
        return rows.count < request.limit
      }
    case .bars: rows = barRows(prefix, request, instrument, client.version, now)
    case .days: rows = dayRows(prefix, request, instrument, client.version, now)
    case .codes, .search, .empty: break
    }
    return request.isOldestFirst ? rows.reversed() : rows
  }

  /// The trades that a request asks for, the newest first.
  func walk(
    _ request: IqfeedSimulatorRequest, _ instrument: Int, _ now: UInt64,
    _ take: (SimulatedTrade) -> Bool
  ) {
    let earliest = request.earliest(now, market.clock)
    market.trades(of: instrument) { trade in
      if trade.time < earliest { return false }
      guard trade.time < request.end, request.passes(trade.time, market.clock) else { return true }
      return take(trade)
    }
  }

  private func tickRow(
    _ prefix: String, _ instrument: Int, _ trade: SimulatedTrade,
    _ version: IqfeedSimulatorVersion
  ) -> [UInt8] {
    let facts = market.instruments[instrument]
    let time = IqfeedSimulatorTime(trade.time, market.clock)
    line.clear()
    line.text(prefix)
    line.dashed(time.date)
    line.byte(UInt8(ascii: " "))
    if version == .oldest {
      line.clock(time.nanosOfDay)
    } else {
      line.microClock(time.nanosOfDay)
    }
    line.comma()
    line.price(trade.price * facts.tick, decimals: facts.decimals)
    line.text(",\(trade.size),\(trade.volume),")
    line.price(trade.bid * facts.tick, decimals: facts.decimals)
    line.comma()
    line.price(trade.ask * facts.tick, decimals: facts.decimals)
    line.text(",\(tickID(instrument, trade.number)),")
    let isRegular = !market.clock.keepsHours || Self.isRegular(time)
    if version == .oldest {
      line.text("0,0,")
      line.byte(trade.basis.rawValue)
    } else {
      line.byte(trade.basis.rawValue)
      line.text(",\(center(instrument, trade.venue)),")
      line.text(
        Self.conditions(trade.basis, isOddLot: trade.isOddLot, isRegular: isRegular))
    }
    if version >= .sixOne { line.text(",\(trade.aggressor),\(time.date.day)") }
    line.comma()
    return line.bytes
  }

  /// 9:30 to 16:00.
  private static func isRegular(_ time: IqfeedSimulatorTime) -> Bool {
    (34_200..<57_600).contains(time.nanosOfDay / 1_000_000_000)
  }

  // MARK: Bars

  /// Newest first. Only C and E trades make bars; a bar is written when the one after it begins.
  private func barRows(
    _ prefix: String, _ request: IqfeedSimulatorRequest, _ instrument: Int,
    _ version: IqfeedSimulatorVersion, _ now: UInt64
  ) -> [[UInt8]] {
    var trades: [SimulatedTrade] = []
    walk(request, instrument, now) { trade in
      if trade.basis != .other { trades.append(trade) }
      return true
    }
    var bars = IqfeedSimulatorBarMaker(interval: request.interval, kind: request.barKind)
    for trade in trades.reversed() { bars.add(trade, day: dayStart(trade)) }
    return bars.all.reversed().prefix(request.limit).map { bar in
      barRow(prefix, instrument, bar, request, version)
    }
  }

  /// Midnight of a trade's day, from which bars are counted.
  func dayStart(_ trade: SimulatedTrade) -> UInt64 {
    Int(trade.day) == market.clock.day
      ? market.clock.dayStart : NewYorkTime.midnight(of: CivilDate(daysSince1970: Int(trade.day)))
  }

  /// Time, high, low, open, close, total volume, period volume, number of trades.
  private func barRow(
    _ prefix: String, _ instrument: Int, _ bar: IqfeedSimulatorBarValues,
    _ request: IqfeedSimulatorRequest, _ version: IqfeedSimulatorVersion
  ) -> [UInt8] {
    let facts = market.instruments[instrument]
    let time = IqfeedSimulatorTime(request.labelsBegin ? bar.begin : bar.end, market.clock)
    line.clear()
    line.text(prefix)
    line.dashed(time.date)
    line.byte(UInt8(ascii: " "))
    line.clock(time.nanosOfDay)
    for price in [bar.high, bar.low, bar.open, bar.close] {
      line.comma()
      line.price(price * facts.tick, decimals: facts.decimals)
    }
    line.text(",\(bar.totalVolume),\(bar.volume),")
    if version != .oldest { line.text(request.barKind == 0x74 ? "\(bar.trades)," : "0,") }
    return line.bytes
  }
}

/// Bars of trades that come in order.
struct IqfeedSimulatorBarMaker {
  let interval: Int
  /// `s` seconds, `v` volume, `t` trades.
  let kind: UInt8
  private(set) var all: [IqfeedSimulatorBarValues] = []

  init(interval: Int, kind: UInt8) {
    self.interval = interval
    self.kind = kind
  }

  mutating func add(_ trade: SimulatedTrade, day: UInt64) {
    let bounds = Self.bounds(trade, interval, kind, day)
    if let last = all.last, !Self.isOver(last, interval, kind, at: trade.time) {
      all[all.count - 1].add(trade)
      if kind != 0x73 { all[all.count - 1].end = trade.time }
    } else {
      all.append(IqfeedSimulatorBarValues(trade, begin: bounds.begin, end: bounds.end))
    }
  }

  /// Of the bar that a trade opens. Bars of seconds are counted from midnight in New York.
  static func bounds(
    _ trade: SimulatedTrade, _ interval: Int, _ kind: UInt8, _ day: UInt64
  ) -> (begin: UInt64, end: UInt64) {
    guard kind == 0x73 else { return (trade.time, trade.time) }
    let length = UInt64(interval) * 1_000_000_000
    let begin = day + (trade.time - min(day, trade.time)) / length * length
    return (begin, begin + length)
  }

  /// Whether the bar takes no trade of this time any more.
  static func isOver(
    _ bar: IqfeedSimulatorBarValues, _ interval: Int, _ kind: UInt8, at time: UInt64
  ) -> Bool {
    switch kind {
    case 0x76: bar.volume >= UInt64(interval)
    case 0x74: bar.trades >= interval
    default: time >= bar.end
    }
  }
}

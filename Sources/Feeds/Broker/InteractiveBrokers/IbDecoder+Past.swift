internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// Bars, ticks of the past, and contract details.
extension IbDecoder {
  /// Real-time bar (50): five seconds, and its time is the beginning. DBN has no such length: its
  /// rtype says that the length is not stated.
  mutating func take(
    _ message: IbRealTimeBar, _ bytes: RawSpan, context: MessageContext,
    into lanes: inout LaneWriter
  ) -> IbOutcome {
    let index = heard(message.reqID, context: context, into: &lanes)
    guard index >= 0 else { return .ignored }
    guard let time = time(of: message.bar, bytes) else { return .rejected(.badField) }
    return write(message.bar, index, time, .ohlcvDeprecated, into: &lanes)
  }

  private func time(of bar: IbBar, _ bytes: RawSpan) -> UInt64? {
    if let seconds = bar.seconds { return Self.nanos(seconds: seconds) }
    return zones.nanos(IbText.string(bytes, bar.date))
  }

  private func write(
    _ bar: IbBar, _ index: Int, _ time: UInt64, _ rtype: RType, into lanes: inout LaneWriter
  ) -> IbOutcome {
    guard let open = bar.open.nanos, let high = bar.high.nanos, let low = bar.low.nanos,
      let close = bar.close.nanos
    else { return .rejected(.overflow) }
    // -1: the upstream has no volume for this kind of bar.
    var volume: Int64 = 0
    if bar.volume.isSet, bar.volume.mantissa >= 0 {
      guard let exact = instruments[index].quantity(bar.volume) else {
        return .rejected(.overflow)
      }
      volume = exact
    }
    write(
      OHLCVMessage(
        rtype: rtype, publisherID: Ib.publisherID, instrumentID: instruments[index].id,
        tsEvent: time, open: open, high: high, low: low, close: close, volume: UInt64(volume)),
      into: &lanes)
    return .decoded
  }

  /// One bar of the past or the one being formed (90).
  mutating func take(
    past bar: IbBar, _ reqID: Int, _ bytes: RawSpan, context: MessageContext,
    into lanes: inout LaneWriter
  ) -> IbOutcome {
    let index = heard(reqID, context: context, into: &lanes)
    guard index >= 0 else { return .ignored }
    // A time in a zone that is not known is no error of the message; the bar has no place in UTC.
    guard let time = time(of: bar, bytes) else { return .ignored }
    let step = barTimes[reqID].map { time > $0 ? time - $0 : 0 } ?? 0
    if barTimes.count < IbLimits.books || barTimes[reqID] != nil { barTimes[reqID] = time }
    return write(bar, index, time, Self.rtype(step), into: &lanes)
  }

  /// The rtype of bars that are so many ns apart.
  private static func rtype(_ step: UInt64) -> RType {
    switch step / 1_000_000_000 {
    case 1: .ohlcv1s
    case 60: .ohlcv1m
    case 3_600: .ohlcv1h
    case 86_400: .ohlcv1d
    default: .ohlcvDeprecated
    }
  }

  /// All bars of a message (17). Their length is what lies between the first two.
  mutating func takeAll(
    _ bars: inout IbPastBars, _ bytes: RawSpan, context: MessageContext,
    into lanes: inout LaneWriter
  ) -> IbOutcome {
    if let failure = bars.failure { return .rejected(failure) }
    let index = heard(bars.reqID, context: context, into: &lanes)
    guard index >= 0 else { return .ignored }
    var records = 0
    var first: (bar: IbBar, time: UInt64)?
    var rtype: RType?
    while let bar = bars.next() {
      guard let time = time(of: bar, bytes) else { continue }
      guard let known = rtype else {
        guard let earlier = first else {
          first = (bar, time)
          continue
        }
        let found = Self.rtype(time > earlier.time ? time - earlier.time : 0)
        rtype = found
        if write(earlier.bar, index, earlier.time, found, into: &lanes) == .decoded { records += 1 }
        if write(bar, index, time, found, into: &lanes) == .decoded { records += 1 }
        continue
      }
      if write(bar, index, time, known, into: &lanes) == .decoded { records += 1 }
    }
    if rtype == nil, let only = first,
      write(only.bar, index, only.time, .ohlcvDeprecated, into: &lanes) == .decoded
    {
      records += 1
    }
    if let failure = bars.failure { return .rejected(failure) }
    note(
      .pastBars(reqID: bars.reqID, records: records, isDone: version < Ib.historicalEnd))
    return .decoded
  }

  /// All ticks of a message (96, 97, 98). They are from before: snapshots. Midpoints have no place.
  mutating func takeAll(
    _ ticks: inout IbPastTicks, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    if let failure = ticks.failure { return .rejected(failure) }
    let index = heard(ticks.reqID, context: context, into: &lanes)
    guard index >= 0 else { return .ignored }
    var records = 0
    var last = 0
    while let tick = ticks.next() {
      guard let time = Self.nanos(seconds: tick.time) else { continue }
      last = max(last, tick.time)
      guard !isOutside(time, instruments[index].id) else { continue }
      let outcome: IbOutcome
      if tick.kind == .bidAsk {
        outcome = write(
          quote: tick, index, tsEvent: time, flags: [.last, .topOfBook, .snapshot], context,
          &lanes)
      } else if tick.kind.isTrade {
        outcome = write(
          trade: tick, index, tsEvent: time, flags: [.last, .snapshot], context, &lanes)
      } else {
        outcome = .ignored
      }
      if outcome == .decoded { records += 1 }
    }
    if let failure = ticks.failure { return .rejected(failure) }
    note(
      .pastTicks(
        reqID: ticks.reqID, records: records, lastSecond: last, isDone: ticks.isDone))
    return records > 0 ? .decoded : .ignored
  }

  /// Contract details (10): a definition. The first one of an instrument in a recording says its
  /// symbol too.
  mutating func take(
    _ details: IbContractDetails, _ reqID: Int, context: MessageContext,
    into lanes: inout LaneWriter
  ) -> IbOutcome {
    let index = heard(reqID, context: context, into: &lanes)
    guard index >= 0 else { return .ignored }
    let id = instruments[index].id
    instruments[index].volumeFactor = volumeFactor(
      securityType: details.securityType, currency: details.currency)
    if isRecording {
      let symbol = details.localSymbol.isEmpty ? details.symbol : details.localSymbol
      writeMapping(id, symbol, context: context, into: &lanes)
    }
    coldRecords &+= 1
    write(definition(details, id, index, context), into: &lanes)
    note(.details(reqID: reqID, details))
    return .decoded
  }

  private func definition(
    _ details: IbContractDetails, _ id: UInt32, _ index: Int, _ context: MessageContext
  ) -> InstrumentDefinitionMessage {
    var record = InstrumentDefinitionMessage(
      publisherID: Ib.publisherID, instrumentID: id, tsEvent: context.tsRecv)
    record.tsRecv = context.tsRecv
    record.rawInstrumentID = UInt64(clamping: details.conID)
    if details.minTick > 0 { record.minPriceIncrement = details.minTick }
    record.displayFactor = 1_000_000_000
    record.unitOfMeasureQty = IbDecimal.power10(9 - Int(min(instruments[index].sizePlaces, 9)))
    if let strike = details.row.decimal("contract.strike").nanos, strike > 0 {
      record.strikePrice = strike
    }
    if let factor = details.row.decimal("contract.multiplier").whole, factor > 0 {
      record.contractMultiplier = Int32(exactly: factor) ?? Int32.max
    }
    let date = details.lastTradeDate
    if let expiration = zones.nanos(date) { record.expiration = expiration }
    if let value = Int(date.prefix(8)), date.utf8.count >= 6 {
      let full = date.utf8.count >= 8 ? value : value * 100
      record.maturityYear = UInt16(clamping: full / 10_000)
      record.maturityMonth = UInt8(clamping: full / 100 % 100)
      if full % 100 != 0 { record.maturityDay = UInt8(clamping: full % 100) }
    }
    let symbol = details.localSymbol.isEmpty ? details.symbol : details.localSymbol
    record.rawSymbol.setText(symbol)
    record.currency.setText(details.currency)
    record.settlCurrency.setText(details.currency)
    record.exchange.setText(details.exchange)
    record.asset.setText(details.symbol)
    record.group.setText(details.row["contract.tradingClass"] ?? "")
    record.underlying.setText(details.row["underSymbol"] ?? "")
    record.securityType.setText(details.securityType)
    record.instrumentClass = Self.instrumentClass(
      details.securityType, right: details.row["contract.right"] ?? "")
    return record
  }

  private static func instrumentClass(_ type: String, right: String) -> InstrumentClass {
    switch type {
    case "STK", "FUND", "ETF": .stock
    case "FUT": .future
    case "OPT", "FOP", "WAR": right.hasPrefix("P") ? .put : .call
    case "CASH", "CRYPTO": .fxSpot
    case "BOND", "BILL": .bond
    case "BAG": .mixedSpread
    default: .undefined
    }
  }
}

internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// What instruments are (F) and the quotes of single markets (R): section 4.
extension IqfeedDecoder {
  /// F: the definition record, and what the symbol master keeps. Comes once for each watch.
  @inline(never)
  mutating func decodeFundamental(
    _ bytes: RawSpan, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    guard fields.count - 1 >= fundamentals.count else { return .rejected(.truncated) }
    // A company name with commas moves what stands behind it; nothing else may.
    let extra = fields.count - 1 - fundamentals.count
    guard extra == 0 || fundamentals.column("Company Name") != nil && extra <= 8 else {
      return .rejected(.trailingBytes)
    }
    guard let key = IqfeedInstruments.key(bytes, fields.start(1), fields.end(1)) else {
      return .rejected(.badField)
    }
    var place = instruments.find(key)
    if place < 0 {
      place = learn(bytes, fields.start(1), fields.end(1), key)
      guard place >= 0 else { return unknownSymbol(place, Iqfeed.MessageType.fundamental) }
    }
    let slot = instruments.slot(place)
    if slot.pending != [], settle(place, isSummary: true, context, into: &lanes) {
      return .ignored(Iqfeed.MessageType.fundamental)
    }
    activity.note(Int(slot.index), tsRecv: context.tsRecv)
    guard LiveInterests(rawValue: slot.interests).contains(.reference) else {
      return .ignored(Iqfeed.MessageType.fundamental)
    }
    var problem: RejectReason?
    let record = definition(bytes, slot, extra, context, &problem)
    if let problem { return .rejected(problem) }
    write(record, into: &lanes)
    events.append(.definition(masterEntry(bytes, record, extra)))
    return .decoded
  }

  /// The column of a name in the present line.
  private func column(_ name: String, _ extra: Int) -> Int? {
    guard let column = fundamentals.column(name) else { return nil }
    return column > fundamentals.column("Company Name") ?? Int.max ? column + extra : column
  }

  private func value(_ bytes: RawSpan, _ name: String, _ extra: Int) -> String {
    column(name, extra).map { fields.text(bytes, $0) } ?? ""
  }

  private func price(
    _ bytes: RawSpan, _ name: String, _ extra: Int, _ problem: inout RejectReason?
  ) -> Int64 {
    guard let column = column(name, extra), column < fields.count else { return Undefined.price }
    let price = IqfeedNumber.price(bytes, fields.start(column), fields.end(column))
    if IqfeedNumber.isWrong(price) {
      problem = price == IqfeedNumber.bad ? .badField : .overflow
    }
    return price
  }

  private mutating func definition(
    _ bytes: RawSpan, _ slot: IqfeedInstruments.Slot, _ extra: Int, _ context: IqfeedContext,
    _ problem: inout RejectReason?
  ) -> InstrumentDefinitionMessage {
    var record = InstrumentDefinitionMessage(
      publisherID: Iqfeed.publisherID, instrumentID: slot.instrument, tsEvent: context.tsRecv)
    record.tsRecv = context.tsRecv
    record.rawInstrumentID = UInt64(slot.instrument)
    record.displayFactor = 1_000_000_000
    let symbol = fields.text(bytes, 1)
    record.rawSymbol.setText(symbol)
    record.currency.setText(value(bytes, "Base Currency", extra))
    record.exchange.setText(codes.market(value(bytes, "Listed Market", extra)))
    let type = value(bytes, "Security Type", extra)
    record.securityType.setText(codes.securityType(type))
    record.instrumentClass = IqfeedCodes.instrumentClass(Int(type) ?? 0, symbol: symbol)
    record.asset.setText(value(bytes, "Exchange Root", extra))
    record.minPriceIncrement = price(bytes, "Minimum Tick Size", extra, &problem)
    record.strikePrice = price(bytes, "Strike Price", extra, &problem)
    record.unitOfMeasureQty = price(bytes, "Contract Size", extra, &problem)
    if record.unitOfMeasureQty != Undefined.price,
      let size = Int32(exactly: record.unitOfMeasureQty / 1_000_000_000)
    {
      record.contractMultiplier = size
    }
    for name in ["Expiration Date", "Maturity Date"] {
      guard let column = column(name, extra), column < fields.count,
        fields.end(column) > fields.start(column)
      else { continue }
      guard let day = clock.slashedDay(bytes, fields.start(column), fields.end(column)) else {
        problem = .badField
        continue
      }
      // The day itself is still valid: its last instant in New York.
      record.expiration = day.end - 1
      let date = CivilDate(daysSince1970: Int(day.number))
      record.maturityYear = UInt16(date.year)
      record.maturityMonth = UInt8(date.month)
      record.maturityDay = UInt8(date.day)
      break
    }
    return record
  }

  private func masterEntry(
    _ bytes: RawSpan, _ record: InstrumentDefinitionMessage, _ extra: Int
  ) -> LiveDefinition {
    var validTo = ""
    if record.maturityYear != UInt16.max {
      func two(_ number: UInt8) -> String { number < 10 ? "0\(number)" : "\(number)" }
      validTo = "\(record.maturityYear)\(two(record.maturityMonth))\(two(record.maturityDay))"
    }
    var name = ""
    if let column = fundamentals.column("Company Name") {
      name = (column...(column + extra)).map { fields.text(bytes, $0) }.joined(separator: ",")
    }
    return LiveDefinition(
      symbol: fields.text(bytes, 1), name: name,
      exchange: codes.market(value(bytes, "Listed Market", extra)),
      currency: value(bytes, "Base Currency", extra),
      securityType: codes.securityType(value(bytes, "Security Type", extra)),
      key: value(bytes, "FIGI", extra),
      tickSize: record.minPriceIncrement == Undefined.price ? 0 : record.minPriceIncrement,
      validTo: validTo)
  }

  /// R: the quote of one market, as a consolidated record whose publishers are the market center.
  @inline(never)
  mutating func decodeRegional(
    _ bytes: RawSpan, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    let letter = Iqfeed.MessageType.regional
    guard fields.count == 12 else {
      return .rejected(fields.count < 12 ? .truncated : .trailingBytes)
    }
    let bid = IqfeedNumber.price(bytes, fields.start(3), fields.end(3))
    let bidSize = IqfeedNumber.size(bytes, fields.start(4), fields.end(4))
    let ask = IqfeedNumber.price(bytes, fields.start(6), fields.end(6))
    let askSize = IqfeedNumber.size(bytes, fields.start(7), fields.end(7))
    let bidTime = IqfeedNumber.time(bytes, fields.start(5), fields.end(5))
    let askTime = IqfeedNumber.time(bytes, fields.start(8), fields.end(8))
    let center = IqfeedNumber.whole(bytes, fields.start(11), fields.end(11))
    guard bid != IqfeedNumber.bad, ask != IqfeedNumber.bad, bidSize != IqfeedNumber.bad,
      askSize != IqfeedNumber.bad, bidTime >= 0, askTime >= 0, center >= 0, center <= 0xFFFF,
      let key = IqfeedInstruments.key(bytes, fields.start(1), fields.end(1))
    else { return .rejected(.badField) }
    guard !IqfeedNumber.isWrong(bid), !IqfeedNumber.isWrong(ask), !IqfeedNumber.isWrong(bidSize),
      !IqfeedNumber.isWrong(askSize)
    else { return .rejected(.overflow) }
    var place = instruments.find(key)
    if place < 0 {
      place = learn(bytes, fields.start(1), fields.end(1), key)
      guard place >= 0 else { return unknownSymbol(place, letter) }
    }
    let slot = instruments.slot(place)
    if slot.pending != [], settle(place, isSummary: false, context, into: &lanes) {
      return .ignored(letter)
    }
    activity.note(Int(slot.index), tsRecv: context.tsRecv)
    guard LiveInterests(rawValue: slot.interests).contains(.regional) else {
      return .ignored(letter)
    }
    var latest: UInt64 = 0
    if bidTime != Undefined.quantity { latest = clock.recent(bidTime, tsRecv: context.tsRecv) }
    if askTime != Undefined.quantity {
      latest = max(latest, clock.recent(askTime, tsRecv: context.tsRecv))
    }
    let hasBid = bidSize != Undefined.quantity && bidSize > 0 && bid != Undefined.price
    let hasAsk = askSize != Undefined.quantity && askSize > 0 && ask != Undefined.price
    let venue = UInt16(truncatingIfNeeded: center)
    write(
      CMBP1Message(
        publisherID: Iqfeed.publisherID, instrumentID: slot.instrument,
        tsEvent: latest == 0 ? Undefined.timestamp : latest, size: 0, flags: .last,
        tsRecv: context.tsRecv,
        levels: [
          ConsolidatedBidAskPair(
            bidPx: hasBid ? bid : Undefined.price, askPx: hasAsk ? ask : Undefined.price,
            bidSz: hasBid ? UInt32(truncatingIfNeeded: bidSize) : 0,
            askSz: hasAsk ? UInt32(truncatingIfNeeded: askSize) : 0, bidPb: venue, askPb: venue)
        ]),
      into: &lanes)
    return .decoded
  }
}

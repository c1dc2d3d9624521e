internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

extension ItchDecoder {
  /// System, trading status, halt, circuit breaker, IPO and LULD messages.
  func decodeEvent(
    _ message: borrowing Message, type: UInt8, into lanes: inout LaneWriter,
    counters: inout DecodeCounters
  ) {
    switch type {
    case Itch.MessageType.systemEvent: write(systemEvent(message), into: &lanes)
    case Itch.MessageType.stockTradingAction: write(tradingAction(message), into: &lanes)
    case Itch.MessageType.regSHORestriction: write(regSHO(message), into: &lanes)
    case Itch.MessageType.operationalHalt: write(operationalHalt(message), into: &lanes)
    case Itch.MessageType.mwcbStatus: write(mwcbStatus(message), into: &lanes)
    case Itch.MessageType.mwcbDeclineLevel: writeDeclineLevels(message, into: &lanes)
    case Itch.MessageType.ipoQuotingPeriod: write(ipoQuotation(message), into: &lanes)
    case Itch.MessageType.luldAuctionCollar: writeCollar(message, into: &lanes)
    case Itch.MessageType.directListing: writeDirectListing(message, into: &lanes)
    default: return counters.ignore(type: type)
    }
    counters.decoded &+= 1
  }

  private func systemEvent(_ message: borrowing Message) -> SystemMessage {
    var record = SystemMessage(
      publisherID: Self.publisherID, instrumentID: 0, tsEvent: message.tsEvent)
    let code = Itch.SystemEvent.EventCode.read(message.bytes, at: message.start)
    // Literals: no text is made, and nothing allocated.
    let text: String =
      switch code {
      case UInt8(ascii: "O"): "system event O: start of messages"
      case UInt8(ascii: "S"): "system event S: start of system hours"
      case UInt8(ascii: "Q"): "system event Q: start of market hours"
      case UInt8(ascii: "M"): "system event M: end of market hours"
      case UInt8(ascii: "E"): "system event E: end of system hours"
      case UInt8(ascii: "C"): "system event C: end of messages"
      default: "system event: code unknown"
      }
    record.msg.setText(text)
    return record
  }

  private func status(_ message: borrowing Message) -> StatusMessage {
    StatusMessage(
      publisherID: Self.publisherID, instrumentID: message.locate, tsEvent: message.tsEvent,
      tsRecv: message.tsRecv)
  }

  private func tradingAction(_ message: borrowing Message) -> StatusMessage {
    var record = status(message)
    switch Itch.StockTradingAction.TradingState.read(message.bytes, at: message.start) {
    case UInt8(ascii: "H"): (record.action, record.isTrading, record.isQuoting) = (.halt, .no, .no)
    case UInt8(ascii: "P"): (record.action, record.isTrading, record.isQuoting) = (.pause, .no, .no)
    case UInt8(ascii: "Q"):
      (record.action, record.isTrading, record.isQuoting) = (.quoting, .no, .yes)
    case UInt8(ascii: "T"):
      (record.action, record.isTrading, record.isQuoting) = (.trading, .yes, .yes)
    default: record.action = .none
    }
    record.reason = ItchCodes.reason(
      Itch.StockTradingAction.Reason.read(message.bytes, at: message.start))
    return record
  }

  private func regSHO(_ message: borrowing Message) -> StatusMessage {
    var record = status(message)
    record.action = .shortSellRestrictionChange
    switch Itch.RegSHORestriction.Action.read(message.bytes, at: message.start) {
    case UInt8(ascii: "0"): record.isShortSellRestricted = .no
    case UInt8(ascii: "1"), UInt8(ascii: "2"): record.isShortSellRestricted = .yes
    default: record.isShortSellRestricted = .notAvailable
    }
    return record
  }

  private func operationalHalt(_ message: borrowing Message) -> StatusMessage {
    var record = status(message)
    record.reason = .operational
    switch Itch.OperationalHalt.HaltAction.read(message.bytes, at: message.start) {
    case UInt8(ascii: "H"): (record.action, record.isTrading) = (.halt, .no)
    case UInt8(ascii: "T"): (record.action, record.isTrading) = (.trading, .yes)
    default: record.action = .none
    }
    return record
  }

  private func mwcbStatus(_ message: borrowing Message) -> StatusMessage {
    var record = status(message)
    (record.action, record.isTrading) = (.halt, .no)
    switch Itch.MWCBStatus.BreachedLevel.read(message.bytes, at: message.start) {
    case UInt8(ascii: "1"): record.reason = .marketWideHaltLevel1
    case UInt8(ascii: "2"): record.reason = .marketWideHaltLevel2
    case UInt8(ascii: "3"): record.reason = .marketWideHaltLevel3
    default: record.reason = .none
    }
    return record
  }

  private func statistic(
    _ message: borrowing Message, _ type: StatType, price: Int64
  ) -> StatisticsMessage {
    StatisticsMessage(
      publisherID: Self.publisherID, instrumentID: message.locate, tsEvent: message.tsEvent,
      tsRecv: message.tsRecv, price: price, sequence: message.sequence, statType: type)
  }

  /// Three lower limits of the whole market; `stat_flags` gives the level, 1 to 3. Index points.
  private func writeDeclineLevels(_ message: borrowing Message, into lanes: inout LaneWriter) {
    let bytes = message.bytes
    let levels: InlineArray<3, UInt64> = [
      Itch.MWCBDeclineLevel.Level1.read(bytes, at: message.start),
      Itch.MWCBDeclineLevel.Level2.read(bytes, at: message.start),
      Itch.MWCBDeclineLevel.Level3.read(bytes, at: message.start),
    ]
    for index in levels.indices {
      let (price, overflows) = levels[index].multipliedReportingOverflow(
        by: UInt64(Itch.price8Factor))
      let isKnown = !overflows && price < UInt64(Int64.max)
      var record = statistic(
        message, .lowerPriceLimit, price: isKnown ? Int64(price) : Undefined.price)
      record.statFlags = UInt8(index + 1)
      write(record, into: &lanes)
    }
  }

  /// The IPO price, with the release time as `ts_ref`; deleted when the release is called off.
  private func ipoQuotation(_ message: borrowing Message) -> StatisticsMessage {
    let bytes = message.bytes
    var record = statistic(
      message, .indicativeOpeningPrice,
      price: Self.optionalPrice(Itch.IPOQuotingPeriod.Price.read(bytes, at: message.start)))
    if Itch.IPOQuotingPeriod.ReleaseQualifier.read(bytes, at: message.start) == UInt8(ascii: "C") {
      record.updateAction = .delete
    } else {
      let seconds = Itch.IPOQuotingPeriod.ReleaseTime.read(bytes, at: message.start)
      record.tsRef = message.midnight &+ UInt64(seconds) &* 1_000_000_000
    }
    return record
  }

  /// Upper and lower price limit; `stat_flags` counts the extensions. The reference price is their
  /// middle by rule and has no statistic of its own.
  private func writeCollar(_ message: borrowing Message, into lanes: inout LaneWriter) {
    let bytes = message.bytes
    let extensions = Itch.LULDAuctionCollar.Extension.read(bytes, at: message.start)
    var upper = statistic(
      message, .upperPriceLimit,
      price: Self.optionalPrice(Itch.LULDAuctionCollar.UpperPrice.read(bytes, at: message.start)))
    var lower = statistic(
      message, .lowerPriceLimit,
      price: Self.optionalPrice(Itch.LULDAuctionCollar.LowerPrice.read(bytes, at: message.start)))
    upper.statFlags = UInt8(clamping: extensions)
    lower.statFlags = UInt8(clamping: extensions)
    write(upper, into: &lanes)
    write(lower, into: &lanes)
  }

  private func writeDirectListing(_ message: borrowing Message, into lanes: inout LaneWriter) {
    let bytes = message.bytes
    let start = message.start
    var near = statistic(
      message, .indicativeOpeningPrice,
      price: Self.optionalPrice(Itch.DirectListing.NearPrice.read(bytes, at: start)))
    near.tsRef = message.midnight &+ Itch.DirectListing.NearTime.read(bytes, at: start)
    write(near, into: &lanes)
    write(
      statistic(
        message, .upperPriceLimit,
        price: Self.optionalPrice(Itch.DirectListing.UpperCollar.read(bytes, at: start))),
      into: &lanes)
    write(
      statistic(
        message, .lowerPriceLimit,
        price: Self.optionalPrice(Itch.DirectListing.LowerCollar.read(bytes, at: start))),
      into: &lanes)
  }
}

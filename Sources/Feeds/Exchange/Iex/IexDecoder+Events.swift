internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// System events, directory, states, official prices and auctions.
extension IexDecoder {
  /// System event (`S`), to all shards.
  mutating func decodeSystemEvent(
    _ message: borrowing Message, into lanes: inout LaneWriter
  ) -> RejectReason? {
    var record = SystemMessage(
      publisherID: publisherID, instrumentID: 0, tsEvent: message.tsEvent)
    let text: StaticString =
      switch Iex.SystemEvent.Event.read(message.bytes, at: message.start) {
      case UInt8(ascii: "O"): "system event O: start of messages"
      case UInt8(ascii: "S"): "system event S: start of system hours"
      case UInt8(ascii: "R"): "system event R: start of regular market hours"
      case UInt8(ascii: "M"): "system event M: end of regular market hours"
      case UInt8(ascii: "E"): "system event E: end of system hours"
      case UInt8(ascii: "C"): "system event C: end of messages"
      default: "system event: code unknown"
      }
    record.msg.setText(text.description.utf8)
    lanes.broadcast(record)
    return nil
  }

  /// Security directory (`D`).
  mutating func decodeDirectory(
    _ message: borrowing Message, into lanes: inout LaneWriter
  ) -> RejectReason? {
    let bytes = message.bytes
    guard let instrument = instrument(of: message, into: &lanes) else { return .instrumentLimit }
    var definition = InstrumentDefinitionMessage(
      publisherID: publisherID, instrumentID: instrument, tsEvent: message.tsEvent)
    definition.tsRecv = message.tsRecv
    definition.rawInstrumentID = UInt64(instrument)
    definition.minPriceIncrement = Iex.priceFactor
    definition.displayFactor = 1_000_000_000
    let roundLot = Iex.SecurityDirectory.RoundLotSize.read(bytes, at: message.start)
    definition.minLotSizeRoundLot = Int32(exactly: roundLot) ?? Int32.max
    definition.rawSymbol.setText(
      spacePadded: bytes, at: message.symbolAt, count: Iex.Header.symbolByteCount)
    definition.currency.setText("USD".utf8)
    definition.exchange.setText("IEXG".utf8)
    if message.flags & Iex.SecurityDirectory.etpFlag != 0 {
      definition.securityType.setText("ETP".utf8)
    }
    definition.instrumentClass = .stock
    write(definition, into: &lanes)
    return nil
  }

  /// Trading status (`H`), operational halt (`O`), short sale price test (`P`) and security event
  /// (`E`).
  mutating func decodeStatus(
    _ message: borrowing Message, type: UInt8, into lanes: inout LaneWriter
  ) -> RejectReason? {
    guard let instrument = instrument(of: message, into: &lanes) else { return .instrumentLimit }
    var record = StatusMessage(
      publisherID: publisherID, instrumentID: instrument, tsEvent: message.tsEvent,
      tsRecv: message.tsRecv)
    switch type {
    case Iex.MessageType.tradingStatus: setTradingStatus(message, &record)
    case Iex.MessageType.operationalHaltStatus: setOperationalHalt(message, &record)
    case Iex.MessageType.shortSalePriceTestStatus: setPriceTest(message, &record)
    default:
      // Security event: its opening or closing process is over.
      record.action = .none
      record.reason = .scheduled
      record.tradingEvent = .changeTradingSession
    }
    write(record, into: &lanes)
    return nil
  }

  private func setTradingStatus(_ message: borrowing Message, _ record: inout StatusMessage) {
    switch Iex.TradingStatus.Status.read(message.bytes, at: message.start) {
    case UInt8(ascii: "H"): (record.action, record.isTrading, record.isQuoting) = (.halt, .no, .no)
    case UInt8(ascii: "P"):
      (record.action, record.isTrading, record.isQuoting) = (.pause, .no, .yes)
    case UInt8(ascii: "O"):
      (record.action, record.isTrading, record.isQuoting) = (.quoting, .no, .yes)
    case UInt8(ascii: "T"):
      (record.action, record.isTrading, record.isQuoting) = (.trading, .yes, .yes)
    default: record.action = .notAvailable
    }
    record.reason = IexCodes.reason(Iex.TradingStatus.Reason.read(message.bytes, at: message.start))
  }

  /// That IEX itself is not halted does not mean that the security trades, so `N` is no action:
  /// what the last trading status said holds again.
  private func setOperationalHalt(_ message: borrowing Message, _ record: inout StatusMessage) {
    record.reason = .operational
    switch Iex.OperationalHaltStatus.Status.read(message.bytes, at: message.start) {
    case UInt8(ascii: "O"): (record.action, record.isTrading, record.isQuoting) = (.halt, .no, .no)
    case UInt8(ascii: "N"): record.action = .none
    default: record.action = .notAvailable
    }
  }

  private func setPriceTest(_ message: borrowing Message, _ record: inout StatusMessage) {
    record.action = .shortSellRestrictionChange
    switch Iex.ShortSalePriceTestStatus.Status.read(message.bytes, at: message.start) {
    case 0: record.isShortSellRestricted = .no
    case 1: record.isShortSellRestricted = .yes
    default: record.isShortSellRestricted = .notAvailable
    }
    if Iex.ShortSalePriceTestStatus.Detail.read(message.bytes, at: message.start)
      == UInt8(ascii: "A")
    {
      record.reason = .activation
    }
  }

  /// Official price (`X`): opening or closing.
  mutating func decodeOfficialPrice(
    _ message: borrowing Message, into lanes: inout LaneWriter
  ) -> RejectReason? {
    let type: StatType
    switch Iex.OfficialPrice.PriceType.read(message.bytes, at: message.start) {
    case UInt8(ascii: "Q"): type = .openingPrice
    case UInt8(ascii: "M"): type = .closePrice
    default: return .badField
    }
    var prices = IexPrices()
    let price = prices.optional(Iex.OfficialPrice.Price.read(message.bytes, at: message.start))
    guard !prices.overflows else { return .overflow }
    guard let instrument = instrument(of: message, into: &lanes) else { return .instrumentLimit }
    write(
      StatisticsMessage(
        publisherID: publisherID, instrumentID: instrument, tsEvent: message.tsEvent,
        tsRecv: message.tsRecv, price: price, sequence: message.sequence, statType: type),
      into: &lanes)
    return nil
  }

  /// Auction information (`A`).
  mutating func decodeAuction(
    _ message: borrowing Message, into lanes: inout LaneWriter
  ) -> RejectReason? {
    let bytes = message.bytes
    let start = message.start
    typealias Auction = Iex.AuctionInformation
    var prices = IexPrices()
    var record = ImbalanceMessage(publisherID: publisherID, tsEvent: message.tsEvent)
    record.tsRecv = message.tsRecv
    record.refPrice = prices.optional(Auction.ReferencePrice.read(bytes, at: start))
    record.indMatchPrice = prices.optional(
      Auction.IndicativeClearingPrice.read(bytes, at: start))
    record.auctInterestClrPrice = prices.optional(
      Auction.AuctionBookClearingPrice.read(bytes, at: start))
    record.lowerCollar = prices.optional(Auction.LowerAuctionCollar.read(bytes, at: start))
    record.upperCollar = prices.optional(Auction.UpperAuctionCollar.read(bytes, at: start))
    guard !prices.overflows else { return .overflow }
    let seconds = UInt64(Auction.ScheduledAuctionTime.read(bytes, at: start))
    record.auctionTime = seconds == 0 ? Undefined.timestamp : seconds * 1_000_000_000
    record.pairedQty = Auction.PairedShares.read(bytes, at: start)
    record.totalImbalanceQty = Auction.ImbalanceShares.read(bytes, at: start)
    record.auctionType = Auction.AuctionType.read(bytes, at: start)
    record.numExtensions = Auction.ExtensionNumber.read(bytes, at: start)
    switch Auction.ImbalanceSide.read(bytes, at: start) {
    case UInt8(ascii: "B"): record.side = .bid
    case UInt8(ascii: "S"): record.side = .ask
    default: record.side = .none
    }
    guard let instrument = instrument(of: message, into: &lanes) else { return .instrumentLimit }
    record.header.instrumentID = instrument
    write(record, into: &lanes)
    return nil
  }
}

/// Codes of the venue that stand for a DBN code.
enum IexCodes {
  /// Four letters as the little-endian integer that they are on the wire.
  private static func code(_ text: StaticString) -> UInt32 {
    var value: UInt32 = 0
    for byte in text.description.utf8.reversed() { value = value << 8 | UInt32(byte) }
    return value
  }

  /// Reason of a trading status (`H`). Unknown ones, spaces and `NA` are none.
  static func reason(_ raw: UInt32) -> StatusReason { reasons[raw] ?? .none }

  private static let reasons: [UInt32: StatusReason] = [
    code("T1  "): .newsPending, code("IPO1"): .newIssue, code("IPOD"): .newIssue,
    code("MCB1"): .marketWideHaltLevel1, code("MCB2"): .marketWideHaltLevel2,
    code("MCB3"): .marketWideHaltLevel3, code("LUDP"): .luldPause,
  ]
}

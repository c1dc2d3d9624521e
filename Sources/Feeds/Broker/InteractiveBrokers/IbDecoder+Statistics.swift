internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// Auction state of one instrument: an imbalance record has all of it.
struct IbAuction {
  var price = Undefined.price
  var paired: UInt32 = Undefined.orderSize
  var imbalance: UInt32 = Undefined.orderSize
  var regulatory: UInt32 = Undefined.orderSize
  var side = Side.none
}

/// Ticks that are no quotes or trades: statistics, halts, auctions, greeks. A statistic's
/// `channel_id` is the tick's type, so that what DBN calls alike stays apart.
extension IbDecoder {
  /// Prices without a size: high, low, close, open, settlement-like marks.
  mutating func take(
    statistic tick: IbTick, _ index: Int, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    let type: StatType
    switch tick.type {
    case IbTickType.high, IbTickType.delayedHigh: type = .tradingSessionHighPrice
    case IbTickType.low, IbTickType.delayedLow: type = .tradingSessionLowPrice
    case IbTickType.open, IbTickType.delayedOpen: type = .openingPrice
    case IbTickType.close, IbTickType.delayedClose: type = .closePrice
    case IbTickType.auctionPrice:
      guard let price = optionalPrice(tick.value) else { return .rejected(.overflow) }
      return takeAuction(index, context: context, into: &lanes) { $0.price = price }
    default: return .ignored
    }
    guard let price = optionalPrice(tick.value) else { return .rejected(.overflow) }
    writeStatistic(type, index, tick.type, price: price, context: context, into: &lanes)
    return .decoded
  }

  /// Undefined for -1 and what is not set; nil where it does not fit.
  private func optionalPrice(_ value: IbDecimal) -> Int64? {
    guard value.kind == .number else { return value.kind == .tooLong ? nil : Undefined.price }
    guard let price = value.nanos else { return nil }
    return price == -1_000_000_000 ? Undefined.price : price
  }

  /// Sizes that are no quote's: volume, open interest, auctions.
  mutating func take(
    quantity tick: IbTick, _ index: Int, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    let type: StatType
    switch tick.type {
    case IbTickType.volume, IbTickType.delayedVolume: type = .venueSpecificVolume
    case IbTickType.openInterest, IbTickType.futuresOpenInterest: type = .openInterest
    case IbTickType.auctionVolume, IbTickType.auctionImbalance, IbTickType.regulatoryImbalance:
      return take(auction: tick, index, context: context, into: &lanes)
    default: return .ignored
    }
    guard tick.value.isSet, let quantity = instruments[index].quantity(tick.value) else {
      return tick.value.kind == .unset ? .ignored : .rejected(.overflow)
    }
    let factor = type == .venueSpecificVolume ? Int64(instruments[index].volumeFactor) : 1
    let (product, overflow) = quantity.multipliedReportingOverflow(by: factor)
    guard !overflow, product >= 0 else { return .rejected(.overflow) }
    writeStatistic(type, index, tick.type, quantity: product, context: context, into: &lanes)
    return .decoded
  }

  private mutating func take(
    auction tick: IbTick, _ index: Int, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    guard tick.value.isSet else { return .ignored }
    var magnitude = tick.value
    let isNegative = magnitude.mantissa < 0
    if isNegative { magnitude.mantissa = 0 &- magnitude.mantissa }
    guard let size = instruments[index].size(magnitude) else { return .rejected(.overflow) }
    return takeAuction(index, context: context, into: &lanes) { auction in
      switch tick.type {
      case IbTickType.auctionVolume: auction.paired = size
      case IbTickType.regulatoryImbalance: auction.regulatory = size
      default:
        auction.imbalance = size
        auction.side = size == 0 ? .none : isNegative ? .ask : .bid
      }
    }
  }

  private mutating func takeAuction(
    _ index: Int, context: MessageContext, into lanes: inout LaneWriter,
    _ change: (inout IbAuction) -> Void
  ) -> IbOutcome {
    let id = instruments[index].id
    var auction = auctions[id] ?? IbAuction()
    change(&auction)
    auctions[id] = auction
    var record = ImbalanceMessage(publisherID: Ib.publisherID, instrumentID: id)
    record.tsRecv = context.tsRecv
    record.refPrice = auction.price
    record.pairedQty = auction.paired
    record.totalImbalanceQty = auction.imbalance
    record.marketImbalanceQty = auction.regulatory
    record.side = auction.side
    write(record, into: &lanes)
    return .decoded
  }

  /// Tick generic (45): a halt, or a volatility.
  mutating func take(
    generic tick: IbTick, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    let index = heard(tick.reqID, context: context, into: &lanes)
    guard index >= 0 else { return .ignored }
    switch tick.type {
    case IbTickType.halted, IbTickType.delayedHalted:
      // -1 unknown, 0 not halted, 1 general, 2 for volatility.
      guard let state = tick.value.whole, (-1...2).contains(state) else { return .ignored }
      writeStatus(index, halt: Int(state), context: context, into: &lanes)
      return .decoded
    case IbTickType.historicalVolatility, IbTickType.impliedVolatility:
      guard let value = tick.value.rounded else { return .ignored }
      writeStatistic(.volatility, index, tick.type, price: value, context: context, into: &lanes)
      return .decoded
    default: return .ignored
    }
  }

  /// Whether an instrument trades: `halt` as tick 49 has it.
  func writeStatus(
    _ index: Int, halt: Int, tsEvent: UInt64 = Undefined.timestamp, context: MessageContext,
    into lanes: inout LaneWriter
  ) {
    var record = StatusMessage(
      publisherID: Ib.publisherID, instrumentID: instruments[index].id, tsEvent: tsEvent,
      tsRecv: context.tsRecv)
    switch halt {
    case 0: (record.action, record.isTrading) = (.trading, .yes)
    case 1: (record.action, record.isTrading) = (.halt, .no)
    case 2: (record.action, record.isTrading, record.reason) = (.pause, .no, .luldPause)
    default: record.action = .notAvailable
    }
    write(record, into: &lanes)
  }

  /// Tick option computation (21): delta and implied volatility are DBN statistics; the other
  /// greeks have no place there. They are results of a model: rounded to 1e-9.
  mutating func take(
    option tick: IbOptionTick, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    let index = heard(tick.reqID, context: context, into: &lanes)
    guard index >= 0 else { return .ignored }
    var isWritten = false
    if let value = tick.impliedVolatility.rounded {
      writeStatistic(.volatility, index, tick.type, price: value, context: context, into: &lanes)
      isWritten = true
    }
    if let value = tick.delta.rounded {
      writeStatistic(.delta, index, tick.type, price: value, context: context, into: &lanes)
      isWritten = true
    }
    return isWritten ? .decoded : .ignored
  }

  private func writeStatistic(
    _ type: StatType, _ index: Int, _ tickType: Int, price: Int64 = Undefined.price,
    quantity: Int64 = Undefined.quantity, context: MessageContext, into lanes: inout LaneWriter
  ) {
    write(
      StatisticsMessage(
        publisherID: Ib.publisherID, instrumentID: instruments[index].id,
        tsRecv: context.tsRecv, price: price, quantity: quantity,
        sequence: UInt32(truncatingIfNeeded: context.sequence), statType: type,
        channelID: UInt16(truncatingIfNeeded: tickType)),
      into: &lanes)
  }
}

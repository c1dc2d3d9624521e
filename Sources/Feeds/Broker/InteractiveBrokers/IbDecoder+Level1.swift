internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// Level 1: single ticks are put together into quotes and trades (section 6).
extension IbDecoder {
  /// Tick price (1): a bid, an ask or a last price with the size of its partner tick, or a price
  /// without one.
  @inline(__always)
  mutating func take(
    price tick: IbTick, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    let index = heard(tick.reqID, context: context, into: &lanes)
    guard index >= 0 else { return .ignored }
    switch tick.type {
    case IbTickType.bid, IbTickType.delayedBid:
      guard let level = level(tick, index) else { return .rejected(.overflow) }
      instruments[index].bidPrice = level.price
      instruments[index].bidSize = level.size
      return writeQuote(index, context: context, into: &lanes)
    case IbTickType.ask, IbTickType.delayedAsk:
      guard let level = level(tick, index) else { return .rejected(.overflow) }
      instruments[index].askPrice = level.price
      instruments[index].askSize = level.size
      return writeQuote(index, context: context, into: &lanes)
    case IbTickType.last, IbTickType.delayedLast:
      guard let level = level(tick, index) else { return .rejected(.overflow) }
      instruments[index].lastPrice = level.price
      instruments[index].lastSize = level.size
      instruments[index].expectsLastSize = true
      return writeLast(
        index, isDelayed: tick.type == IbTickType.delayedLast, context: context, into: &lanes)
    default:
      return take(statistic: tick, index, context: context, into: &lanes)
    }
  }

  /// Price and size of a tick. Price -1 or 0 with size 0 says that there is none now; a negative
  /// price with a size is one (spreads). Nil where they do not fit a record.
  @inline(__always)
  private func level(_ tick: IbTick, _ index: Int) -> IbBookRow? {
    let size: UInt32
    if tick.size.isSet {
      guard let exact = instruments[index].size(tick.size) else { return nil }
      size = exact
    } else {
      guard tick.size.kind == .unset else { return nil }
      size = 0
    }
    guard tick.value.kind != .unset else { return IbBookRow() }
    guard let price = tick.value.nanos else { return nil }
    if size == 0, price == 0 || price == -1_000_000_000 { return IbBookRow() }
    return IbBookRow(price: price, size: size)
  }

  /// Tick size (2). The size that came with the price just before is no second event.
  @inline(__always)
  mutating func take(
    size tick: IbTick, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    let index = heard(tick.reqID, context: context, into: &lanes)
    guard index >= 0 else { return .ignored }
    switch tick.type {
    case IbTickType.bidSize, IbTickType.delayedBidSize:
      guard let size = instruments[index].size(tick.value) else { return .rejected(.overflow) }
      guard instruments[index].bidSize != size else { return .ignored }
      instruments[index].bidSize = size
      return writeQuote(index, context: context, into: &lanes)
    case IbTickType.askSize, IbTickType.delayedAskSize:
      guard let size = instruments[index].size(tick.value) else { return .rejected(.overflow) }
      guard instruments[index].askSize != size else { return .ignored }
      instruments[index].askSize = size
      return writeQuote(index, context: context, into: &lanes)
    case IbTickType.lastSize, IbTickType.delayedLastSize:
      guard let size = instruments[index].size(tick.value) else { return .rejected(.overflow) }
      let isRepeat = instruments[index].expectsLastSize && instruments[index].lastSize == size
      instruments[index].expectsLastSize = false
      guard !isRepeat else { return .ignored }
      instruments[index].lastSize = size
      return writeLast(
        index, isDelayed: tick.type == IbTickType.delayedLastSize, context: context, into: &lanes)
    default:
      return take(quantity: tick, index, context: context, into: &lanes)
    }
  }

  /// What is not live (frozen or delayed) is marked.
  @inline(__always)
  private func flags(_ index: Int, _ flags: Flags) -> Flags {
    instruments[index].dataType > Ib.live ? flags.union(.publisherSpecific) : flags
  }

  @inline(__always)
  private mutating func writeQuote(
    _ index: Int, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    let instrument = instruments[index]
    guard !instrument.quotesByTick else { return .ignored }
    writeQuote(
      instrument, tsEvent: Undefined.timestamp, flags: flags(index, [.last, .topOfBook]),
      context: context, into: &lanes)
    return .decoded
  }

  /// The best level of both sides, by no single order's event, so action N. A record is put
  /// together as words: fields stored one by one and loaded as words again would make the processor
  /// wait for its own stores.
  @inline(__always)
  func writeQuote(
    _ instrument: IbInstrument, tsEvent: UInt64, flags: Flags, context: MessageContext,
    into lanes: inout LaneWriter
  ) {
    let first: InlineArray<7, UInt64> = [
      Self.header(length: MBP1Message.lengthWords, rtype: .mbp1, instrument: instrument.id),
      tsEvent, UInt64(bitPattern: Undefined.price),
      UInt64(Action.none.rawValue) << 32 | UInt64(Side.none.rawValue) << 40
        | UInt64(flags.rawValue) << 48,
      context.tsRecv, context.sequence << 32, UInt64(bitPattern: instrument.bidPrice),
    ]
    let second: InlineArray<7, UInt64> = [
      UInt64(bitPattern: instrument.askPrice),
      UInt64(instrument.bidSize) | UInt64(instrument.askSize) << 32, 0, 0, 0, 0, 0,
    ]
    lanes.push(
      words: first, then: second,
      shard: ShardMap.shard(instrument: instrument.id, shards: shards))
  }

  /// A trade. The aggressor is never told.
  @inline(__always)
  func writeTrade(
    _ id: UInt32, price: Int64, size: UInt32, tsEvent: UInt64, flags: Flags,
    context: MessageContext, into lanes: inout LaneWriter
  ) {
    let words: InlineArray<7, UInt64> = [
      Self.header(length: TradeMessage.lengthWords, rtype: .trade, instrument: id), tsEvent,
      UInt64(bitPattern: price),
      UInt64(size) | UInt64(Action.trade.rawValue) << 32 | UInt64(Side.none.rawValue) << 40
        | UInt64(flags.rawValue) << 48,
      context.tsRecv, context.sequence << 32, 0,
    ]
    lanes.push(words: words, shard: ShardMap.shard(instrument: id, shards: shards))
  }

  @inline(__always)
  private static func header(length: UInt8, rtype: RType, instrument: UInt32) -> UInt64 {
    UInt64(length) | UInt64(rtype.rawValue) << 8 | UInt64(Ib.publisherID) << 16
      | UInt64(instrument) << 32
  }

  /// The last trade of level 1, where nothing better flows. The first one of a connection was
  /// before it, so it is a snapshot.
  @inline(__always)
  private mutating func writeLast(
    _ index: Int, isDelayed: Bool, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    let instrument = instruments[index]
    // Delayed data has no RT volume: its last ticks are all there is.
    guard instrument.tradeSource == .level1 || isDelayed else { return .ignored }
    guard instrument.lastPrice != Undefined.price, instrument.lastSize > 0 else { return .ignored }
    var flags = flags(index, .last)
    if isDelayed { flags.insert(.publisherSpecific) }
    if !instrument.hasLast {
      flags.insert(.snapshot)
      instruments[index].hasLast = true
    }
    writeTrade(
      instrument.id, price: instrument.lastPrice, size: instrument.lastSize,
      tsEvent: Undefined.timestamp, flags: flags, context: context, into: &lanes)
    return .decoded
  }

  /// Tick string (46): RT volume is trades; what else it says has no place.
  @inline(__always)
  mutating func take(
    string tick: IbTickString, _ bytes: RawSpan, context: MessageContext,
    into lanes: inout LaneWriter
  ) -> IbOutcome {
    let index = heard(tick.reqID, context: context, into: &lanes)
    guard index >= 0,
      tick.type == IbTickType.rtVolume || tick.type == IbTickType.rtTradeVolume
    else { return .ignored }
    return take(
      rtVolume: tick, index, bytes,
      source: tick.type == IbTickType.rtVolume ? .rtVolume : .rtTradeVolume, context: context,
      into: &lanes)
  }

  private mutating func take(
    rtVolume tick: IbTickString, _ index: Int, _ bytes: RawSpan,
    source: IbInstrument.TradeSource, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    guard let trade = IbRTVolume(bytes, tick.value) else { return .rejected(.badField) }
    // A better way of trades than the one known so far: from now on it is the one.
    if instruments[index].tradeSource < source { instruments[index].tradeSource = source }
    guard instruments[index].tradeSource == source else { return .ignored }
    guard trade.price.isSet, !trade.size.isZero, trade.size.isSet else { return .ignored }
    guard let price = trade.price.nanos, let size = instruments[index].size(trade.size) else {
      return .rejected(.overflow)
    }
    writeTrade(
      instruments[index].id, price: price, size: size,
      tsEvent: UInt64(trade.millis) &* 1_000_000, flags: flags(index, .last), context: context,
      into: &lanes)
    return .decoded
  }
}

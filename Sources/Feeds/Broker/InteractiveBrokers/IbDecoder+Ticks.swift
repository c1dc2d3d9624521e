internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// Tick-by-tick, depth and bars (sections 7 to 9).
extension IbDecoder {
  /// Whole seconds to ns; nil for what is no time.
  static func nanos(seconds: Int) -> UInt64? {
    seconds >= 0 && seconds < 1 << 34 ? UInt64(seconds) * 1_000_000_000 : nil
  }

  /// Tick-by-tick (99). The order of arrival is the only one.
  @inline(__always)
  mutating func take(
    _ message: IbTickByTick, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    let index = heard(message.reqID, context: context, into: &lanes)
    guard index >= 0 else { return .ignored }
    let tick = message.tick
    guard let time = Self.nanos(seconds: tick.time) else { return .rejected(.badField) }
    if tick.kind.isTrade {
      if instruments[index].tradeSource != .tickByTick {
        instruments[index].tradeSource = .tickByTick
      }
      return write(trade: tick, index, tsEvent: time, flags: .last, context, &lanes)
    }
    guard tick.kind == .bidAsk else { return .ignored }
    instruments[index].quotesByTick = true
    return write(quote: tick, index, tsEvent: time, flags: [.last, .topOfBook], context, &lanes)
  }

  /// A trade, or a halt: price and size 0, beyond the limit while it lasts. An unreported trade is
  /// not part of the tape's volume, and marked.
  @inline(__always)
  func write(
    trade tick: IbTimedTick, _ index: Int, tsEvent: UInt64, flags: Flags,
    _ context: MessageContext, _ lanes: inout LaneWriter
  ) -> IbOutcome {
    if tick.price.isZero, tick.size.isZero {
      writeStatus(
        index, halt: tick.isPastLimit ? 1 : 0, tsEvent: tsEvent, context: context, into: &lanes)
      return .decoded
    }
    guard let price = tick.price.nanos, let size = instruments[index].size(tick.size) else {
      return .rejected(.overflow)
    }
    writeTrade(
      instruments[index].id, price: price, size: size, tsEvent: tsEvent,
      flags: tick.isUnreported || tick.isPastLimit ? flags.union(.publisherSpecific) : flags,
      context: context, into: &lanes)
    return .decoded
  }

  /// A quote; a side without price and size is empty.
  @inline(__always)
  mutating func write(
    quote tick: IbTimedTick, _ index: Int, tsEvent: UInt64, flags: Flags,
    _ context: MessageContext, _ lanes: inout LaneWriter
  ) -> IbOutcome {
    var instrument = instruments[index]
    guard let bidSize = instrument.size(tick.size), let askSize = instrument.size(tick.askSize),
      let bid = tick.price.nanos, let ask = tick.askPrice.nanos
    else { return .rejected(.overflow) }
    let noBid = bidSize == 0 && (bid == 0 || bid == -1_000_000_000)
    let noAsk = askSize == 0 && (ask == 0 || ask == -1_000_000_000)
    (instrument.bidPrice, instrument.bidSize) = (noBid ? Undefined.price : bid, bidSize)
    (instrument.askPrice, instrument.askSize) = (noAsk ? Undefined.price : ask, askSize)
    if !flags.contains(.snapshot) { instruments[index] = instrument }
    writeQuote(
      instrument, tsEvent: tsEvent,
      flags: tick.isBidPastLow || tick.isAskPastHigh ? flags.union(.publisherSpecific) : flags,
      context: context, into: &lanes)
    return .decoded
  }

  /// Depth (12, 13): rows by position become sizes at prices.
  @inline(__always)
  mutating func take(
    _ change: IbDepthChange, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    let index = heard(change.reqID, context: context, into: &lanes)
    guard index >= 0 else { return .ignored }
    guard change.side == 0 || change.side == 1, (0...2).contains(change.operation) else {
      return .rejected(.badField)
    }
    let book = book(of: index)
    guard book >= 0 else { return .rejected(.instrumentLimit) }
    var row = IbBookRow()
    if change.operation != 2 {
      guard let price = change.price.nanos, let size = instruments[index].size(change.size) else {
        return .rejected(.overflow)
      }
      row = IbBookRow(price: price, size: size)
    }
    guard
      let effect = books.apply(
        book, side: change.side, position: change.position, operation: change.operation, row: row)
    else {
      oddChanges &+= 1
      return change.operation == 2 ? .ignored : .rejected(.badField)
    }
    if effect.isOdd { oddChanges &+= 1 }
    return write(effect, book, index, side: change.side, context: context, into: &lanes)
  }

  /// The instrument's book, made where it has none; -1 without room.
  @inline(__always)
  private mutating func book(of index: Int) -> Int {
    let book = bookOf[index]
    if book >= 0 { return Int(book) }
    guard let added = books.add(rows: bookRows) else { return -1 }
    bookOf[index] = Int32(added)
    return added
  }

  /// One record a price whose whole size has changed; LAST on the last.
  @inline(__always)
  private func write(
    _ effect: IbBookEffect, _ book: Int, _ index: Int, side: Int, context: MessageContext,
    into lanes: inout LaneWriter
  ) -> IbOutcome {
    let id = instruments[index].id
    for number in 0..<effect.count {
      let price = effect.prices[number]
      let size = books.size(book, side: side, at: price)
      var flags: Flags = number == effect.count &- 1 ? [.mbp, .last] : .mbp
      if effect.isOdd { flags.insert(.maybeBadBook) }
      write(
        MBOMessage(
          publisherID: Ib.publisherID, instrumentID: id, price: price,
          size: size ?? Undefined.orderSize, flags: flags, action: size == 0 ? .cancel : .modify,
          side: side == 1 ? .bid : .ask, tsRecv: context.tsRecv,
          sequence: UInt32(truncatingIfNeeded: context.sequence)),
        into: &lanes)
    }
    return effect.count > 0 ? .decoded : .ignored
  }

  /// Empties an instrument's book, here and downstream.
  mutating func clearBook(
    _ index: Int, context: MessageContext, into lanes: inout LaneWriter
  ) {
    guard bookOf[index] >= 0 else { return }
    books.clear(Int(bookOf[index]))
    write(
      MBOMessage(
        publisherID: Ib.publisherID, instrumentID: instruments[index].id, size: 0,
        flags: [.mbp, .last], action: .clear, side: .none, tsRecv: context.tsRecv,
        sequence: UInt32(truncatingIfNeeded: context.sequence)),
      into: &lanes)
  }
}

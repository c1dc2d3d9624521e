internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// P and Q lines (section 4). A line becomes records as a whole or is rejected as a whole.
///
/// A Q repeats all fields with the last known values; Message Contents tells which of them are new,
/// and only those are read. A P is the state at the time of asking: a quote of it is a snapshot,
/// and its trade is none.
extension IqfeedDecoder {
  @inline(__always)
  mutating func decodeUpdate(
    _ bytes: RawSpan, isSummary: Bool, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    let expected = set.count
    guard fields.count &- 1 == expected, set.symbol > 0 else {
      return decodeOddUpdate(bytes, isSummary: isSummary, context, into: &lanes)
    }
    return decodeWholeUpdate(bytes, isSummary: isSummary, context, into: &lanes)
  }

  /// A line with another count of fields than the set. Where the set was only assumed, another
  /// known
  /// one may be meant; all others are refused, since an absent value would be another column's.
  @inline(never)
  private mutating func decodeOddUpdate(
    _ bytes: RawSpan, isSummary: Bool, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    guard set.symbol > 0 else { return .rejected(.badHeader) }
    guard isSetAssumed, assumeSet(of: fields.count - 1) else {
      return .rejected(fields.count &- 1 < set.count ? .truncated : .trailingBytes)
    }
    return decodeWholeUpdate(bytes, isSummary: isSummary, context, into: &lanes)
  }

  /// Whether there is a known set of so many fields, which is then the one.
  private mutating func assumeSet(of count: Int) -> Bool {
    for list in [Iqfeed.sampleFields, Iqfeed.goodFields, Iqfeed.defaultFields] {
      let set = IqfeedFieldSet(list: list)
      guard set.count == count else { continue }
      self.set = set
      return true
    }
    return false
  }

  @inline(__always)
  private mutating func decodeWholeUpdate(
    _ bytes: RawSpan, isSummary: Bool, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    let letter = isSummary ? Iqfeed.MessageType.summary : Iqfeed.MessageType.update
    let contents = contents(bytes)
    guard contents != IqfeedContents.wrong else { return .rejected(.badField) }
    let start = fields.start(set.symbol)
    guard let key = IqfeedInstruments.key(bytes, start, fields.end(set.symbol)) else {
      return .rejected(.badField)
    }
    var place = instruments.find(key)
    if place < 0 {
      place = learn(bytes, start, fields.end(set.symbol), key)
      guard place >= 0 else { return unknownSymbol(place, letter) }
    }
    let slot = instruments.slot(place)
    if slot.pending != [], settle(place, isSummary: isSummary, context, into: &lanes) {
      return .ignored(letter)
    }
    activity.note(Int(slot.index), tsRecv: context.tsRecv)
    // A line becomes records as a whole: everything is read before anything is written.
    let wanted = LiveInterests(rawValue: slot.interests)
    let isTrade =
      !isSummary && contents & set.trade.letters != 0 && wanted.contains(.trades)
    var trade = IqfeedTrade()
    if isTrade {
      trade = readTrade(bytes, contents, context)
      if let problem = trade.problem { return .rejected(problem) }
    }
    let wantsQuote = isSummary || contents & IqfeedContents.quote != 0 || set.contents < 0
    let isQuote = wantsQuote && set.bid > 0 && set.ask > 0 && wanted.contains(.quotes)
    var quote = IqfeedQuote()
    if isQuote {
      quote = readQuote(bytes, context)
      if let problem = quote.problem { return .rejected(problem) }
    }
    let wantsStatistics =
      (isSummary || contents & IqfeedContents.statistics != 0) && wanted.contains(.reference)
    var statistics = Statistics()
    if wantsStatistics {
      statistics = readStatistics(bytes, contents, isSummary: isSummary)
      if let problem = statistics.problem { return .rejected(problem) }
    }
    if isSummary { noteSummary(bytes, slot, context, into: &lanes) }
    let shard = ShardMap.shard(instrument: slot.instrument, shards: shards)
    if isTrade {
      noteTick(bytes, slot, day: trade.day, isSummary: false, context, into: &lanes)
      write(
        trade, instrument: slot.instrument, flags: isQuote ? [] : .last, context, shard: shard,
        into: &lanes)
      noteLag(trade.tsEvent)
    }
    if isQuote {
      write(
        quote, instrument: slot.instrument,
        flags: isSummary ? [.last, .topOfBook, .snapshot] : [.last, .topOfBook], context,
        shard: shard, into: &lanes)
    }
    let hasStatistics =
      wantsStatistics
      && write(
        statistics, instrument: slot.instrument, tsEvent: trade.tsEvent, context, into: &lanes)
    return isTrade || isQuote || hasStatistics ? .decoded : .ignored(letter)
  }

  /// What a P says beside its quote: where the tick ids stand, and how late the data is.
  @inline(never)
  private mutating func noteSummary(
    _ bytes: RawSpan, _ slot: IqfeedInstruments.Slot, _ context: IqfeedContext,
    into lanes: inout LaneWriter
  ) {
    if set.trade.date > 0,
      let day = clock.slashedDay(
        bytes, fields.start(set.trade.date), fields.end(set.trade.date))
    {
      noteTick(bytes, slot, day: day.number, isSummary: true, context, into: &lanes)
    }
    guard set.delay > 0 else { return }
    let minutes = IqfeedNumber.whole(bytes, fields.start(set.delay), fields.end(set.delay))
    // A day is more than any delay.
    if minutes > 0, minutes <= 1_440 { noteDelay(minutes: Int(minutes)) }
  }

  /// How far the trade is behind the server's clock: late data looks live otherwise (section 2).
  @inline(__always)
  private mutating func noteLag(_ tsEvent: UInt64) {
    guard serverTime != 0, tsEvent < serverTime else { return }
    leastLag = min(leastLag, serverTime &- tsEvent)
    lagTrades &+= 1
  }

  /// The letters of Message Contents as bits.
  @inline(__always)
  private func contents(_ bytes: RawSpan) -> UInt64 {
    guard set.contents > 0 else { return 0 }
    let start = fields.start(set.contents)
    let end = fields.end(set.contents)
    guard end &- start <= IqfeedLimits.contentsBytes else { return IqfeedContents.wrong }
    var bits: UInt64 = 0
    var at = start
    while at < end {
      let letter = bytes.uncheckedByte(at: at) &- 0x41
      guard letter < 58 else { return IqfeedContents.wrong }
      bits |= 1 &<< UInt64(truncatingIfNeeded: letter)
      at &+= 1
    }
    // At most one of C, E and O.
    let trades = bits & IqfeedContents.anyTrade
    return trades & (trades &- 1) == 0 ? bits : IqfeedContents.wrong
  }

  @inline(__always)
  private mutating func readTrade(
    _ bytes: RawSpan, _ contents: UInt64, _ context: IqfeedContext
  ) -> IqfeedTrade {
    var trade = IqfeedTrade()
    let columns = set.trade
    trade.price = IqfeedNumber.price(bytes, fields.start(columns.price), fields.end(columns.price))
    trade.size = IqfeedNumber.size(bytes, fields.start(columns.size), fields.end(columns.size))
    if trade.price == IqfeedNumber.tooLarge || trade.size == IqfeedNumber.tooLarge {
      trade.problem = .overflow
      return trade
    }
    guard trade.price != IqfeedNumber.bad, trade.price != Undefined.price, trade.size >= 0,
      trade.size != Undefined.quantity, hasGoodConditions(bytes)
    else {
      trade.problem = .badField
      return trade
    }
    if set.aggressor > 0 {
      let start = fields.start(set.aggressor)
      let code = bytes.uncheckedByte(at: start)
      let count = fields.end(set.aggressor) &- start
      guard count == 0 || count == 1 && code >= 0x30 && code <= 0x33 else {
        trade.problem = .badField
        return trade
      }
      if count == 1 { trade.side = code == 0x31 ? .bid : code == 0x32 ? .ask : .none }
    }
    trade.isOther = contents & IqfeedContents.other != 0
    guard columns.time > 0 else { return trade }
    let nanos = IqfeedNumber.time(bytes, fields.start(columns.time), fields.end(columns.time))
    guard nanos != IqfeedNumber.bad else {
      trade.problem = .badField
      return trade
    }
    guard nanos != Undefined.quantity else { return trade }
    if columns.date > 0, fields.end(columns.date) != fields.start(columns.date) {
      guard
        let day = clock.slashedDay(bytes, fields.start(columns.date), fields.end(columns.date))
      else {
        trade.problem = .badField
        return trade
      }
      trade.tsEvent = day.time(nanos, near: context.tsRecv)
      trade.day = day.number
    } else {
      trade.tsEvent = clock.recent(nanos, tsRecv: context.tsRecv)
      trade.day = clock.day(of: trade.tsEvent, tsRecv: context.tsRecv)
    }
    return trade
  }

  /// Whether the conditions are pairs of hexadecimal digits.
  @inline(__always)
  private func hasGoodConditions(_ bytes: RawSpan) -> Bool {
    guard set.conditions > 0 else { return true }
    let start = fields.start(set.conditions)
    let end = fields.end(set.conditions)
    guard (end &- start) & 1 == 0, end &- start <= IqfeedLimits.conditionBytes else {
      return false
    }
    var at = start
    while at < end {
      let byte = bytes.uncheckedByte(at: at)
      let isDigit = byte &- 0x30 < 10 || byte | 0x20 &- 0x61 < 6
      guard isDigit else { return false }
      at &+= 1
    }
    return true
  }

  @inline(__always)
  private mutating func readQuote(_ bytes: RawSpan, _ context: IqfeedContext) -> IqfeedQuote {
    var quote = IqfeedQuote()
    quote.bid = IqfeedNumber.price(bytes, fields.start(set.bid), fields.end(set.bid))
    quote.ask = IqfeedNumber.price(bytes, fields.start(set.ask), fields.end(set.ask))
    if set.bidSize > 0 {
      quote.bidSize = IqfeedNumber.size(bytes, fields.start(set.bidSize), fields.end(set.bidSize))
    }
    if set.askSize > 0 {
      quote.askSize = IqfeedNumber.size(bytes, fields.start(set.askSize), fields.end(set.askSize))
    }
    if quote.bid == IqfeedNumber.bad || quote.ask == IqfeedNumber.bad
      || quote.bidSize == IqfeedNumber.bad || quote.askSize == IqfeedNumber.bad
    {
      quote.problem = .badField
    } else if quote.bid == IqfeedNumber.tooLarge || quote.ask == IqfeedNumber.tooLarge
      || quote.bidSize == IqfeedNumber.tooLarge || quote.askSize == IqfeedNumber.tooLarge
    {
      quote.problem = .overflow
    }
    // A side without a size is no quote; where sizes are not selected, the price alone decides.
    if quote.bidSize == Undefined.quantity || set.bidSize > 0 && quote.bidSize == 0 {
      (quote.bid, quote.bidSize) = (Undefined.price, 0)
    }
    if quote.askSize == Undefined.quantity || set.askSize > 0 && quote.askSize == 0 {
      (quote.ask, quote.askSize) = (Undefined.price, 0)
    }
    if quote.bid == Undefined.price { quote.bidSize = 0 }
    if quote.ask == Undefined.price { quote.askSize = 0 }
    readQuoteTime(bytes, context, &quote)
    return quote
  }

  /// The later one of the times of bid and ask; none where neither is selected or given.
  @inline(__always)
  private mutating func readQuoteTime(
    _ bytes: RawSpan, _ context: IqfeedContext, _ quote: inout IqfeedQuote
  ) {
    guard set.bidTime > 0 || set.askTime > 0 else { return }
    let bid = quoteTime(bytes, set.bidTime, context)
    let ask = quoteTime(bytes, set.askTime, context)
    guard bid != 1, ask != 1 else {
      quote.problem = .badField
      return
    }
    let latest = max(bid, ask)
    if latest > 0 { quote.tsEvent = latest }
  }

  /// The instant of a time without a date; 0 for none, 1 for what is no time.
  @inline(__always)
  private mutating func quoteTime(
    _ bytes: RawSpan, _ column: Int, _ context: IqfeedContext
  ) -> UInt64 {
    guard column > 0 else { return 0 }
    let nanos = IqfeedNumber.time(bytes, fields.start(column), fields.end(column))
    if nanos == Undefined.quantity { return 0 }
    return nanos < 0 ? 1 : clock.recent(nanos, tsRecv: context.tsRecv)
  }
}

/// A trade as a line states it.
struct IqfeedTrade {
  var price: Int64 = 0
  var size: Int64 = 0
  var tsEvent = Undefined.timestamp
  /// New York's day of it, as days since 1970-01-01; tick ids begin anew with it.
  var day: Int32 = 0
  /// Side of the aggressor.
  var side = Side.none
  /// Whether it counts for volume only, and not for last, high, low and bars.
  var isOther = false
  var problem: RejectReason?
}

/// The best bid and ask as a line states them.
struct IqfeedQuote {
  var bid = Undefined.price
  var ask = Undefined.price
  var bidSize: Int64 = 0
  var askSize: Int64 = 0
  var tsEvent = Undefined.timestamp
  var problem: RejectReason?
}

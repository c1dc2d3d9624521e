internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// Records of trades, quotes and new instruments.
///
/// Trades and quotes are put together as words: fields stored one by one and loaded as words again
/// would make the processor wait for its own stores.
extension IqfeedDecoder {
  /// The first word of a record's header.
  @inline(__always)
  private static func header(length: UInt8, rtype: RType, instrument: UInt32) -> UInt64 {
    UInt64(length) | UInt64(rtype.rawValue) << 8 | UInt64(Iqfeed.publisherID) << 16
      | UInt64(instrument) << 32
  }

  /// Size, action, side and flags of a trade or quote; depth 0.
  @inline(__always)
  private static func event(_ size: UInt64, action: Action, side: Side, flags: Flags) -> UInt64 {
    size | UInt64(action.rawValue) << 32 | UInt64(side.rawValue) << 40
      | UInt64(flags.rawValue) << 48
  }

  @inline(__always)
  func write(
    _ trade: IqfeedTrade, instrument: UInt32, flags: Flags, _ context: IqfeedContext, shard: Int,
    into lanes: inout LaneWriter
  ) {
    let words: InlineArray<7, UInt64> = [
      Self.header(length: TradeMessage.lengthWords, rtype: .trade, instrument: instrument),
      trade.tsEvent, UInt64(bitPattern: trade.price),
      Self.event(
        UInt64(bitPattern: trade.size), action: .trade, side: trade.side,
        flags: trade.isOther ? flags.union(.publisherSpecific) : flags),
      context.tsRecv, UInt64(context.sequence) << 32, 0,
    ]
    lanes.push(words: words, shard: shard)
  }

  @inline(__always)
  func write(
    _ quote: IqfeedQuote, instrument: UInt32, flags: Flags, _ context: IqfeedContext, shard: Int,
    into lanes: inout LaneWriter
  ) {
    let first: InlineArray<7, UInt64> = [
      Self.header(length: MBP1Message.lengthWords, rtype: .mbp1, instrument: instrument),
      quote.tsEvent, UInt64(bitPattern: Undefined.price),
      Self.event(0, action: .none, side: .none, flags: flags), context.tsRecv,
      UInt64(context.sequence) << 32, UInt64(bitPattern: quote.bid),
    ]
    let second: InlineArray<7, UInt64> = [
      UInt64(bitPattern: quote.ask),
      UInt64(bitPattern: quote.bidSize) | UInt64(bitPattern: quote.askSize) << 32, 0, 0, 0, 0, 0,
    ]
    lanes.push(words: first, then: second, shard: shard)
  }

  /// Writes a record to the shard of its instrument.
  @inline(__always)
  func write<R: Record>(_ record: R, into lanes: inout LaneWriter) {
    lanes.push(
      record, shard: ShardMap.shard(instrument: record.header.instrumentID, shards: shards))
  }

  /// Gives a symbol of a recorded line an instrument; gives its slot, -1 where there is no room, -2
  /// where it is no symbol, -3 where symbols are given.
  @inline(never)
  mutating func learn(
    _ bytes: RawSpan, _ start: Int, _ end: Int, _ key: IqfeedInstruments.Key
  ) -> Int {
    guard learns else { return -3 }
    for at in start..<end where !IqfeedSymbol.isAllowed(bytes.uncheckedByte(at: at)) { return -2 }
    return instruments.add(key, instrument: UInt32(instruments.count + 1), interests: ~0)
  }

  /// What becomes of a line whose symbol `learn` has not taken.
  func unknownSymbol(_ answer: Int, _ letter: UInt8) -> IqfeedVerdict {
    switch answer {
    case -1: .rejected(.instrumentLimit)
    case -2: .rejected(.badField)
    default: .ignored(letter)
    }
  }

  /// Does what is due before a line of the instrument counts; whether the line is not wanted.
  @inline(never)
  mutating func settle(
    _ place: Int, isSummary: Bool, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> Bool {
    var pending = instruments.slot(place).pending
    if pending.contains(.muted) { return true }
    if pending.contains(.announcement) { announce(place, context, into: &lanes) }
    pending.remove(.announcement)
    if isSummary, pending.contains(.confirmation) {
      events.append(.confirmed(index: Int(instruments.slot(place).index)))
      pending.remove(.confirmation)
    }
    instruments.setPending(place, pending)
    return false
  }

  private func announce(
    _ place: Int, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) {
    let slot = instruments.slot(place)
    var mapping = SymbolMappingMessage(
      publisherID: Iqfeed.publisherID, instrumentID: slot.instrument, tsEvent: context.tsRecv,
      stypeIn: .rawSymbol, stypeOut: .instrumentID, startTs: context.tsRecv)
    mapping.stypeOutSymbol.setText(instruments.symbol(place))
    let canonical = Int(slot.index) < canonicals.count ? canonicals[Int(slot.index)] : ""
    if canonical.isEmpty {
      mapping.stypeInSymbol = mapping.stypeOutSymbol
    } else {
      mapping.stypeInSymbol.setText(canonical)
    }
    write(mapping, into: &lanes)
  }
}

internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// Messages whose keys stand in the venue's order, without spaces, of symbols that are known and
/// with sizes that fit: trade, aggTrade and bookTicker of spot, alone or in a combined stream.
///
/// Each gives where the message ends, or 0, and then has done nothing: the general path takes it.
extension BinanceDecoder {
  /// The message at `start` must end at `end`; with `end` -1 a line feed must follow it.
  /// `BinanceLimits.readAhead` bytes must lie behind `start`.
  @inline(__always)
  mutating func decodeFast(
    _ bytes: RawSpan, at start: Int, end: Int, context: MessageContext,
    into lanes: inout LaneWriter
  ) -> Int {
    var scan = BinanceScan(bytes, at: start)
    var head = bytes.uncheckedLE(UInt64.self, at: start)
    let isWrapped = head == BinanceText.streamHead
    if isWrapped {
      scan.at &+= 8
      scan.expect(BinanceText.streamColon, 3)
      scan.skipName()
      scan.expect(BinanceText.dataHead, 8)
      scan.expect(UInt64(UInt8(ascii: ":")), 1)
      guard scan.bad == 0 else { return 0 }
      head = bytes.uncheckedLE(UInt64.self, at: scan.at)
    }
    if head & 0xFF_FFFF_FFFF == BinanceText.tickerHead {
      return decodeTicker(
        bytes, at: scan.at, isWrapped: isWrapped, end: end, context: context, into: &lanes)
    }
    let isAggregate = head == BinanceText.aggregateHead
    guard isAggregate || head == BinanceText.tradeHead else { return 0 }
    return decodeTrade(
      bytes, at: scan.at, isAggregate: isAggregate, isWrapped: isWrapped, end: end,
      context: context, into: &lanes)
  }

  /// Whether the message was as expected and ends where it must.
  @inline(__always)
  private func isWhole(_ scan: inout BinanceScan, isWrapped: Bool, end: Int) -> Bool {
    if isWrapped { scan.expect(UInt64(UInt8(ascii: "}")), 1) }
    let isAtEnd =
      end < 0
      ? scan.bytes.uncheckedByte(at: scan.at) == UInt8(ascii: "\n") : scan.at == end
    return scan.bad == 0 && isAtEnd
  }

  @inline(__always)
  private mutating func decodeTrade(
    _ bytes: RawSpan, at start: Int, isAggregate: Bool, isWrapped: Bool, end: Int,
    context: MessageContext, into lanes: inout LaneWriter
  ) -> Int {
    var scan = BinanceScan(bytes, at: start)
    scan.at &+= 8
    if isAggregate {
      scan.expect(BinanceText.aggregateRest, 8)
      scan.expect(BinanceText.eventTime, 4)
    } else {
      scan.expect(BinanceText.tradeRest, 8)
      scan.expect(UInt64(UInt8(ascii: ":")), 1)
    }
    _ = scan.time()
    scan.expect(BinanceText.symbol, 6)
    let (w0, w1) = scan.name()
    scan.expect(isAggregate ? BinanceText.aggregateID : BinanceText.tradeID, 6)
    scan.skipNumber()
    scan.expect(BinanceText.price, 6)
    let price = scan.fixedDecimal()
    scan.expect(BinanceText.quantity, 7)
    let quantity = scan.fixedDecimal()
    if isAggregate {
      scan.expect(BinanceText.firstID, 6)
      scan.skipNumber()
      scan.expect(BinanceText.lastID, 5)
      scan.skipNumber()
      scan.expect(BinanceText.timeAfterNumber, 5)
    } else {
      scan.expect(BinanceText.timeAfterText, 6)
    }
    let time = scan.time()
    scan.expect(BinanceText.maker, 5)
    let isBuyerMaker = scan.truth()
    scan.expect(BinanceText.ignored, 5)
    scan.expect(BinanceText.trueEnd, 5)
    guard isWhole(&scan, isWrapped: isWrapped, end: end) else { return 0 }
    let slot = instruments.find(w0, w1)
    guard slot >= 0 else { return 0 }
    let size = instruments.lot(slot).size(quantity)
    guard size <= Lot.largest else { return 0 }
    let instrument = instruments.instrument(slot)
    let side = isBuyerMaker ? Side.ask : Side.bid
    let flags: Flags = isAggregate ? [.last, .publisherSpecific] : .last
    let words: InlineArray<7, UInt64> = [
      Self.header(length: TradeMessage.lengthWords, rtype: .trade, instrument: instrument),
      time &* 1_000_000, price &* 10,
      Self.event(size, action: .trade, side: side, flags: flags), context.tsRecv,
      context.sequence << 32, 0,
    ]
    lanes.push(words: words, shard: ShardMap.shard(instrument: instrument, shards: shards))
    return scan.at
  }

  @inline(__always)
  private mutating func decodeTicker(
    _ bytes: RawSpan, at start: Int, isWrapped: Bool, end: Int, context: MessageContext,
    into lanes: inout LaneWriter
  ) -> Int {
    var scan = BinanceScan(bytes, at: start)
    scan.at &+= 5
    scan.skipNumber()
    scan.expect(BinanceText.symbol, 6)
    let (w0, w1) = scan.name()
    scan.expect(BinanceText.bidPrice, 7)
    let bid = scan.fixedDecimal()
    scan.expect(BinanceText.bidSize, 7)
    let bidQuantity = scan.fixedDecimal()
    scan.expect(BinanceText.askPrice, 7)
    let ask = scan.fixedDecimal()
    scan.expect(BinanceText.askSize, 7)
    let askQuantity = scan.fixedDecimal()
    scan.expect(0x7D22, 2)
    guard isWhole(&scan, isWrapped: isWrapped, end: end) else { return 0 }
    let slot = instruments.find(w0, w1)
    guard slot >= 0 else { return 0 }
    let lot = instruments.lot(slot)
    let bidSize = lot.size(bidQuantity)
    let askSize = lot.size(askQuantity)
    guard bidSize <= Lot.largest, askSize <= Lot.largest else { return 0 }
    let instrument = instruments.instrument(slot)
    let none = UInt64(bitPattern: Undefined.price)
    let first: InlineArray<7, UInt64> = [
      Self.header(length: MBP1Message.lengthWords, rtype: .mbp1, instrument: instrument),
      Undefined.timestamp, none,
      Self.event(0, action: .none, side: .none, flags: [.last, .topOfBook]), context.tsRecv,
      context.sequence << 32, bidSize == 0 ? none : bid &* 10,
    ]
    let second: InlineArray<7, UInt64> = [
      askSize == 0 ? none : ask &* 10, bidSize | askSize << 32, 0, 0, 0, 0, 0,
    ]
    lanes.push(
      words: first, then: second,
      shard: ShardMap.shard(instrument: instrument, shards: shards))
    return scan.at
  }

  // Records are put together as words: fields stored one by one and loaded as words again would
  // make the processor wait for its own stores. The general path makes the same records of structs,
  // and the tests compare.

  /// The first word of a record's header.
  @inline(__always)
  private static func header(length: UInt8, rtype: RType, instrument: UInt32) -> UInt64 {
    UInt64(length) | UInt64(rtype.rawValue) << 8 | UInt64(Binance.publisherID) << 16
      | UInt64(instrument) << 32
  }

  /// Size, action, side and flags of a trade or quote; depth 0.
  @inline(__always)
  private static func event(_ size: UInt64, action: Action, side: Side, flags: Flags) -> UInt64 {
    size | UInt64(action.rawValue) << 32 | UInt64(side.rawValue) << 40
      | UInt64(flags.rawValue) << 48
  }
}

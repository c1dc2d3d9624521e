internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

extension ItchDecoder {
  /// Order messages that the fast path has left: at the end of a buffer, longer than known, with a
  /// side that is no side, or with ids that are far apart; and all executions with a price.
  func decodeOrder(
    _ message: borrowing Message, type: UInt8, into lanes: inout LaneWriter,
    counters: inout DecodeCounters
  ) {
    let bytes = message.bytes
    let start = message.start
    var record = MBOMessage(
      publisherID: Self.publisherID, instrumentID: message.locate, tsEvent: message.tsEvent,
      flags: .last, tsRecv: message.tsRecv, sequence: message.sequence)
    switch type {
    case Itch.MessageType.addOrder, Itch.MessageType.addOrderAttributed:
      switch Itch.AddOrder.Side.read(bytes, at: start) {
      case UInt8(ascii: "B"): record.side = .bid
      case UInt8(ascii: "S"): record.side = .ask
      default: return counters.reject(.badField)
      }
      record.action = .add
      record.orderID = Itch.AddOrder.Reference.read(bytes, at: start)
      record.price = Self.price(Itch.AddOrder.Price.read(bytes, at: start))
      record.size = Itch.AddOrder.Shares.read(bytes, at: start)
    case Itch.MessageType.orderExecuted:
      record.action = .fill
      record.orderID = Itch.OrderExecuted.Reference.read(bytes, at: start)
      record.size = Itch.OrderExecuted.Shares.read(bytes, at: start)
    case Itch.MessageType.orderExecutedWithPrice:
      record.action = .fill
      record.orderID = Itch.OrderExecutedWithPrice.Reference.read(bytes, at: start)
      record.size = Itch.OrderExecutedWithPrice.Shares.read(bytes, at: start)
      record.price = Self.price(Itch.OrderExecutedWithPrice.ExecutionPrice.read(bytes, at: start))
      if Itch.OrderExecutedWithPrice.Printable.read(bytes, at: start) == UInt8(ascii: "N") {
        record.flags.insert(.publisherSpecific)
      }
    case Itch.MessageType.orderCancel:
      record.action = .cancel
      record.orderID = Itch.OrderCancel.Reference.read(bytes, at: start)
      record.size = Itch.OrderCancel.Shares.read(bytes, at: start)
    case Itch.MessageType.orderDelete:
      record.action = .cancel
      record.orderID = Itch.OrderDelete.Reference.read(bytes, at: start)
    default:
      return decodeReplace(message, record, into: &lanes, counters: &counters)
    }
    lanes.push(record, shard: ShardMap.shard(instrument: message.locate, shards: shards))
    counters.decoded &+= 1
  }

  private func decodeReplace(
    _ message: borrowing Message, _ common: MBOMessage, into lanes: inout LaneWriter,
    counters: inout DecodeCounters
  ) {
    let bytes = message.bytes
    let older = Itch.OrderReplace.OriginalReference.read(bytes, at: message.start)
    var record = common
    record.action = .modify
    record.orderID = Itch.OrderReplace.NewReference.read(bytes, at: message.start)
    record.price = Self.price(Itch.OrderReplace.Price.read(bytes, at: message.start))
    record.size = Itch.OrderReplace.Shares.read(bytes, at: message.start)
    let shard = ShardMap.shard(instrument: message.locate, shards: shards)
    if (record.orderID ^ older) >> 32 == 0 {
      record.tsInDelta = Int32(truncatingIfNeeded: older)
      lanes.push(record, shard: shard)
    } else {
      lanes.push(ReplaceRecord(record, olderID: older), shard: shard)
    }
    counters.decoded &+= 1
  }

  /// Trade (`P`): a hidden order was hit. Its side says nothing since 2014.
  func decodeTrade(
    _ message: borrowing Message, into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) {
    let record = TradeMessage(
      publisherID: Self.publisherID, instrumentID: message.locate, tsEvent: message.tsEvent,
      price: Self.price(Itch.Trade.Price.read(message.bytes, at: message.start)),
      size: Itch.Trade.Shares.read(message.bytes, at: message.start), action: .trade, side: .none,
      flags: .last, tsRecv: message.tsRecv, sequence: message.sequence)
    lanes.push(record, shard: ShardMap.shard(instrument: message.locate, shards: shards))
    counters.decoded &+= 1
  }

  /// Cross trade (`Q`), 64-bit shares: several records where 32 bits do not hold them; LAST on the
  /// final one. An empty cross (0 shares) is a record of size 0.
  func decodeCross(
    _ message: borrowing Message, into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) {
    var left = Itch.CrossTrade.Shares.read(message.bytes, at: message.start)
    let most = UInt64(Undefined.orderSize - 1)
    guard left <= most * 16 else { return counters.reject(.overflow) }
    var record = TradeMessage(
      publisherID: Self.publisherID, instrumentID: message.locate, tsEvent: message.tsEvent,
      price: Self.price(Itch.CrossTrade.CrossPrice.read(message.bytes, at: message.start)),
      action: .trade, side: .none, tsRecv: message.tsRecv, sequence: message.sequence)
    let shard = ShardMap.shard(instrument: message.locate, shards: shards)
    repeat {
      record.size = UInt32(min(left, most))
      left -= UInt64(record.size)
      record.flags = left == 0 ? .last : []
      lanes.push(record, shard: shard)
    } while left > 0
    counters.decoded &+= 1
  }

  /// Net order imbalance (`I`), DBN imbalance. Sizes beyond 32 bits are given as undefined, which
  /// readers know, and never cut.
  func decodeImbalance(
    _ message: borrowing Message, into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) {
    let bytes = message.bytes
    let start = message.start
    func size(_ raw: UInt64) -> UInt32 { UInt32(exactly: raw) ?? Undefined.orderSize }
    var record = ImbalanceMessage(
      publisherID: Self.publisherID, instrumentID: message.locate, tsEvent: message.tsEvent,
      tsRecv: message.tsRecv,
      refPrice: Self.optionalPrice(Itch.NetOrderImbalance.ReferencePrice.read(bytes, at: start)),
      contBookClrPrice: Self.optionalPrice(
        Itch.NetOrderImbalance.NearPrice.read(bytes, at: start)),
      auctInterestClrPrice: Self.optionalPrice(
        Itch.NetOrderImbalance.FarPrice.read(bytes, at: start)),
      pairedQty: size(Itch.NetOrderImbalance.PairedShares.read(bytes, at: start)),
      totalImbalanceQty: size(Itch.NetOrderImbalance.ImbalanceShares.read(bytes, at: start)),
      auctionType: Itch.NetOrderImbalance.CrossType.read(bytes, at: start))
    switch Itch.NetOrderImbalance.Direction.read(bytes, at: start) {
    case UInt8(ascii: "B"): record.side = .bid
    case UInt8(ascii: "S"): record.side = .ask
    default: record.side = .none
    }
    record.significantImbalance = Itch.NetOrderImbalance.PriceVariation.read(bytes, at: start)
    lanes.push(record, shard: ShardMap.shard(instrument: message.locate, shards: shards))
    counters.decoded &+= 1
  }
}

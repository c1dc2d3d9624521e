internal import FeedKit
internal import Records
internal import Wire

/// Orders and trades: the inverse of `ShardWorker+Orders` over `LaneConvention`.
extension ItchEncoder {
  mutating func encodeOrder(_ bytes: RawSpan, lane: Int, into frames: inout ByteBuffer) {
    guard let record = MBOMessage(copying: bytes), !record.flags.contains(.mbp) else {
      return lose(.mbo)
    }
    if !lanes[lane].statistics.isEmpty || lanes[lane].cross != nil { release(lane, into: &frames) }
    switch record.action {
    case .add: encodeAdd(record, lane: lane, into: &frames)
    case .trade:
      release(lane, into: &frames)
      lanes[lane].trade = record
    case .fill: encodeFill(record, lane: lane, into: &frames)
    case .cancel: encodeCancel(record, lane: lane, into: &frames)
    case .modify:
      release(lane, into: &frames)
      // A journal without books has records as they stand in a lane (`ReplaceRecord`).
      let older = bytes.loadLE(UInt64.self, at: 56) ?? LaneConvention.olderID(of: record)
      writeReplace(record, older: older, lane: lane, into: &frames)
    default:
      release(lane, into: &frames)
      lose(.mbo)
    }
  }

  private mutating func encodeAdd(
    _ record: MBOMessage, lane: Int, into frames: inout ByteBuffer
  ) {
    if let retired = lanes[lane].retired, retired.sequence == record.sequence,
      retired.header.instrumentID == record.header.instrumentID
    {
      lanes[lane].retired = nil
      counts.implied &+= 1
      return writeReplace(record, older: retired.orderID, lane: lane, into: &frames)
    }
    release(lane, into: &frames)
    guard let price = Self.price4(record.price), record.side == .bid || record.side == .ask else {
      return lose(.mbo)
    }
    let locate = UInt16(truncatingIfNeeded: record.header.instrumentID)
    begin(
      Itch.MessageType.addOrder, byteCount: Itch.AddOrder.byteCount, locate: locate,
      tsEvent: record.header.tsEvent, into: &frames)
    frames.appendBE(record.orderID)
    frames.append(value: record.side == .bid ? UInt8(ascii: "B") : UInt8(ascii: "S"))
    frames.appendBE(record.size)
    frames.appendBE(stock(locate))
    frames.appendBE(price)
    lanes[lane].open[record.orderID] = record.size
  }

  private mutating func encodeFill(
    _ record: MBOMessage, lane: Int, into frames: inout ByteBuffer
  ) {
    guard record.side != .none else {
      // As in a lane: no trade before it, no cancel behind it.
      release(lane, into: &frames)
      let isPrintable = !record.flags.contains(.publisherSpecific)
      let price = record.price == Undefined.price && isPrintable ? nil : record.price
      return writeExecution(
        record, price: price, isPrintable: isPrintable, lane: lane, into: &frames)
    }
    if let trade = lanes[lane].trade, !trade.isPart(of: record) { release(lane, into: &frames) }
    if lanes[lane].fill != nil || lanes[lane].retired != nil { release(lane, into: &frames) }
    lanes[lane].fill = record
  }

  private mutating func encodeCancel(
    _ record: MBOMessage, lane: Int, into frames: inout ByteBuffer
  ) {
    if let fill = lanes[lane].fill, fill.isPart(of: record) {
      let isPrintable = lanes[lane].trade != nil
      counts.implied &+= isPrintable ? 2 : 1
      lanes[lane].trade = nil
      lanes[lane].fill = nil
      // The reduction stands at the order's own price, the fill at that of the execution.
      let price = isPrintable && fill.price == record.price ? nil : fill.price
      return writeExecution(
        fill, price: price, isPrintable: isPrintable, lane: lane, into: &frames)
    }
    release(lane, into: &frames)
    if !record.flags.contains(.last), record.side != .none {
      lanes[lane].retired = record
    } else {
      writeCancel(record, lane: lane, into: &frames)
    }
  }

  /// Sends what waits as what it is alone: the record that would complete it does not come.
  mutating func release(_ lane: Int, into frames: inout ByteBuffer) {
    if let fill = lanes[lane].fill {
      if lanes[lane].trade != nil { counts.implied &+= 1 }
      writeExecution(
        fill, price: fill.price, isPrintable: lanes[lane].trade != nil, lane: lane, into: &frames)
    } else if lanes[lane].trade != nil {
      lose(.mbo)
    }
    lanes[lane].trade = nil
    lanes[lane].fill = nil
    if let retired = lanes[lane].retired {
      writeCancel(retired, lane: lane, into: &frames)
      lanes[lane].retired = nil
    }
    if let cross = lanes[lane].cross {
      writeCross(cross, shares: lanes[lane].crossShares, into: &frames)
      lanes[lane].cross = nil
    }
    releaseStatistics(lane, into: &frames)
  }

  /// `E`, or `C` where there is a price.
  private mutating func writeExecution(
    _ record: MBOMessage, price: Int64?, isPrintable: Bool, lane: Int,
    into frames: inout ByteBuffer
  ) {
    let raw = price.map { Self.price4($0) }
    if case .some(.none) = raw { return lose(.mbo) }
    let locate = UInt16(truncatingIfNeeded: record.header.instrumentID)
    let type =
      raw == nil ? Itch.MessageType.orderExecuted : Itch.MessageType.orderExecutedWithPrice
    begin(
      type, byteCount: Itch.byteCount(of: type), locate: locate, tsEvent: record.header.tsEvent,
      into: &frames)
    frames.appendBE(record.orderID)
    frames.appendBE(record.size)
    frames.appendBE(takeMatchNumber())
    if case .some(.some(let raw)) = raw {
      frames.append(value: isPrintable ? UInt8(ascii: "Y") : UInt8(ascii: "N"))
      frames.appendBE(raw)
    }
    reduce(record.orderID, by: record.size, lane: lane)
  }

  private mutating func writeCancel(
    _ record: MBOMessage, lane: Int, into frames: inout ByteBuffer
  ) {
    let left = lanes[lane].open[record.orderID]
    let isWhole = record.size == Undefined.orderSize || left == record.size
    let locate = UInt16(truncatingIfNeeded: record.header.instrumentID)
    let type = isWhole ? Itch.MessageType.orderDelete : Itch.MessageType.orderCancel
    begin(
      type, byteCount: Itch.byteCount(of: type), locate: locate, tsEvent: record.header.tsEvent,
      into: &frames)
    frames.appendBE(record.orderID)
    if !isWhole { frames.appendBE(record.size) }
    reduce(record.orderID, by: record.size, lane: lane)
  }

  private mutating func writeReplace(
    _ record: MBOMessage, older: UInt64, lane: Int, into frames: inout ByteBuffer
  ) {
    lanes[lane].open[older] = nil
    guard let price = Self.price4(record.price) else { return lose(.mbo) }
    begin(
      Itch.MessageType.orderReplace, byteCount: Itch.OrderReplace.byteCount,
      locate: UInt16(truncatingIfNeeded: record.header.instrumentID),
      tsEvent: record.header.tsEvent, into: &frames)
    frames.appendBE(older)
    frames.appendBE(record.orderID)
    frames.appendBE(record.size)
    frames.appendBE(price)
    lanes[lane].open[record.orderID] = record.size
  }

  private mutating func reduce(_ order: UInt64, by size: UInt32, lane: Int) {
    guard let left = lanes[lane].open[order] else { return }
    lanes[lane].open[order] = left > size ? left - size : nil
  }

  /// `P`; a cross (`Q`) where the size is 0, or is in several records with LAST on the final one.
  mutating func encodeTrade(_ bytes: RawSpan, lane: Int, into frames: inout ByteBuffer) {
    guard let record = TradeMessage(copying: bytes) else { return lose(.trade) }
    if let cross = lanes[lane].cross {
      if cross.sequence == record.sequence,
        cross.header.instrumentID == record.header.instrumentID
      {
        counts.implied &+= 1
        lanes[lane].crossShares &+= UInt64(record.size)
        if record.flags.contains(.last) { release(lane, into: &frames) }
        return
      }
    }
    release(lane, into: &frames)
    if record.size == 0 { return writeCross(record, shares: 0, into: &frames) }
    guard record.flags.contains(.last) else {
      lanes[lane].cross = record
      lanes[lane].crossShares = UInt64(record.size)
      return
    }
    guard let price = Self.price4(record.price) else { return lose(.trade) }
    let locate = UInt16(truncatingIfNeeded: record.header.instrumentID)
    begin(
      Itch.MessageType.trade, byteCount: Itch.Trade.byteCount, locate: locate,
      tsEvent: record.header.tsEvent, into: &frames)
    frames.appendBE(UInt64(0))
    frames.append(value: UInt8(ascii: "B"))
    frames.appendBE(record.size)
    frames.appendBE(stock(locate))
    frames.appendBE(price)
    frames.appendBE(takeMatchNumber())
  }

  private mutating func writeCross(
    _ record: TradeMessage, shares: UInt64, into frames: inout ByteBuffer
  ) {
    guard let price = Self.price4(record.price) else { return lose(.trade) }
    let locate = UInt16(truncatingIfNeeded: record.header.instrumentID)
    begin(
      Itch.MessageType.crossTrade, byteCount: Itch.CrossTrade.byteCount, locate: locate,
      tsEvent: record.header.tsEvent, into: &frames)
    frames.appendBE(shares)
    frames.appendBE(stock(locate))
    frames.appendBE(price)
    frames.appendBE(takeMatchNumber())
    // The journal does not say which cross: an intraday one.
    frames.append(value: UInt8(ascii: "I"))
  }
}

extension MBOMessage {
  /// Whether both come from one message about one order.
  fileprivate func isPart(of other: MBOMessage) -> Bool {
    sequence == other.sequence && orderID == other.orderID
  }
}

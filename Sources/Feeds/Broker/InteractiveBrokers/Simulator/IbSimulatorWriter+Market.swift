/// Market data (fact sheet, sections 6 to 9).
extension IbSimulatorWriter {
  mutating func tickPrice(
    _ id: Int, _ type: Int, price: Int64, size: Int64, mask: Int
  ) {
    begin(.tickPrice, "tickPrice")
    textOnly(6)
    integer("reqId", 1, id)
    integer("tickType", 2, type)
    self.price("price", 3, price)
    self.size("size", 4, size)
    integer("attrMask", 5, mask)
    end()
  }

  mutating func tickSize(_ id: Int, _ type: Int, _ value: Int64) {
    begin(.tickSize, "tickSize")
    textOnly(6)
    integer("reqId", 1, id)
    integer("tickType", 2, type)
    size("size", 3, value)
    end()
  }

  mutating func tickGeneric(_ id: Int, _ type: Int, _ value: Int64) {
    begin(.tickGeneric, "tickGeneric")
    textOnly(6)
    integer("reqId", 1, id)
    integer("tickType", 2, type)
    price("value", 3, value)
    end()
  }

  mutating func tickString(_ id: Int, _ type: Int, _ value: String) {
    begin(.tickString, "tickString")
    textOnly(6)
    integer("reqId", 1, id)
    integer("tickType", 2, type)
    text("value", 3, value)
    end()
  }

  mutating func tickReqParams(
    _ id: Int, minTick: Int64, bboExchange: String, permissions: Int
  ) {
    begin(.tickReqParams, "tickReqParams")
    integer("tickerId", 1, id)
    size("minTick", 2, minTick)
    text("bboExchange", 3, bboExchange)
    integer("snapshotPermissions", 4, permissions)
    end()
  }

  mutating func marketDataType(_ id: Int, _ type: Int) {
    begin(.marketDataType, "marketDataType")
    textOnly(1)
    integer("reqId", 1, id)
    integer("marketDataType", 2, type)
    end()
  }

  mutating func tickSnapshotEnd(_ id: Int) {
    begin(.tickSnapshotEnd, "tickSnapshotEnd")
    textOnly(1)
    integer("reqId", 1, id)
    end()
  }

  /// Rows of a book: 13 with the exchange's name, 12 without.
  mutating func depth(_ id: Int, _ row: IbSimulatorDepthRow, isL2: Bool, isSmart: Bool) {
    begin(isL2 ? .depthL2 : .depth, isL2 ? "updateMktDepthL2" : "updateMktDepth")
    textOnly(1)
    integer("reqId", 1, id)
    nest(2) { writer in
      writer.integer("position", 1, row.position)
      if isL2 { writer.text("marketMaker", 6, row.venue) }
      writer.integer("operation", 2, row.operation.rawValue)
      writer.integer("side", 3, row.isBid ? 1 : 0)
      writer.price("price", 4, row.price)
      writer.size("size", 5, row.size)
      if isL2 { writer.flag("isSmartDepth", 7, isSmart) }
    }
    end()
  }

  mutating func realTimeBar(_ id: Int, seconds: Int, _ bar: IbSimulatorBar) {
    begin(.realTimeBar, "realtimeBar")
    textOnly(3)
    integer("reqId", 1, id)
    integer("time", 2, seconds)
    price("open", 3, bar.open)
    price("high", 4, bar.high)
    price("low", 5, bar.low)
    price("close", 6, bar.close)
    size("volume", 7, bar.volume)
    size("wap", 8, bar.weightedPrice)
    integer("count", 9, bar.count)
    end()
  }
}

// MARK: - Ticks

extension IbSimulatorWriter {
  /// A trade: kind 1 for `Last`, 2 for `AllLast`.
  mutating func tickByTickLast(_ id: Int, kind: Int, _ trade: IbSimulatorTrade) {
    begin(.tickByTick, "tickByTickAllLast")
    integer("reqId", 1, id)
    integer("tickType", 2, kind)
    nest(3) { $0.content(trade) }
    end()
  }

  /// A quote; the bits of `mask` are bid past low, ask past high.
  mutating func tickByTickQuote(_ id: Int, _ quote: IbSimulatorQuote) {
    begin(.tickByTick, "tickByTickBidAsk")
    integer("reqId", 1, id)
    textOnly(3)
    if isProtobuf { protobufOnly(2, integer: 3) }
    nest(4) { writer in
      writer.integer("time", 1, quote.seconds)
      writer.price("bidPrice", 3, quote.bid)
      writer.price("askPrice", 4, quote.ask)
      writer.size("bidSize", 5, quote.bidSize)
      writer.size("askSize", 6, quote.askSize)
      writer.attributes(
        2, mask: (quote.isBidPastLow ? 1 : 0) | (quote.isAskPastHigh ? 2 : 0),
        ("bidPastLow", quote.isBidPastLow), ("askPastHigh", quote.isAskPastHigh))
    }
    end()
  }

  mutating func tickByTickMidPoint(_ id: Int, seconds: Int, _ price: Int64) {
    begin(.tickByTick, "tickByTickMidPoint")
    integer("reqId", 1, id)
    textOnly(4)
    if isProtobuf { protobufOnly(2, integer: 4) }
    nest(5) { writer in
      writer.integer("time", 1, seconds)
      writer.price("midPoint", 2, price)
    }
    end()
  }

  private mutating func content(_ trade: IbSimulatorTrade) {
    integer("time", 1, trade.seconds)
    price("price", 3, trade.price)
    size("size", 4, trade.size)
    attributes(
      2, mask: (trade.isPastLimit ? 1 : 0) | (trade.isUnreported ? 2 : 0),
      ("pastLimit", trade.isPastLimit), ("unreported", trade.isUnreported))
    text("exchange", 5, trade.venue)
    text("specialConditions", 6, trade.conditions)
  }

  mutating func historicalTrades(_ id: Int, _ trades: [IbSimulatorTrade], isDone: Bool) {
    begin(.historicalTicksLast, "historicalTicksLast")
    integer("reqId", 1, id)
    list("ticks", 2, trades) { writer, trade in
      writer.integer("time", 1, trade.seconds)
      writer.attributes(
        2, mask: (trade.isPastLimit ? 1 : 0) | (trade.isUnreported ? 2 : 0),
        ("pastLimit", trade.isPastLimit), ("unreported", trade.isUnreported))
      writer.price("price", 3, trade.price)
      writer.size("size", 4, trade.size)
      writer.text("exchange", 5, trade.venue)
      writer.text("specialConditions", 6, trade.conditions)
    }
    flag("done", 3, isDone)
    end()
  }

  /// Here the mask's bits are ask past high, bid past low: the reverse of the live form.
  mutating func historicalQuotes(_ id: Int, _ quotes: [IbSimulatorQuote], isDone: Bool) {
    begin(.historicalTicksBidAsk, "historicalTicksBidAsk")
    integer("reqId", 1, id)
    list("ticks", 2, quotes) { writer, quote in
      writer.integer("time", 1, quote.seconds)
      writer.attributes(
        2, mask: (quote.isAskPastHigh ? 1 : 0) | (quote.isBidPastLow ? 2 : 0),
        ("bidPastLow", quote.isBidPastLow), ("askPastHigh", quote.isAskPastHigh))
      writer.price("priceBid", 3, quote.bid)
      writer.price("priceAsk", 4, quote.ask)
      writer.size("sizeBid", 5, quote.bidSize)
      writer.size("sizeAsk", 6, quote.askSize)
    }
    flag("done", 3, isDone)
    end()
  }

  mutating func historicalMidPoints(
    _ id: Int, _ ticks: [(seconds: Int, price: Int64)], isDone: Bool
  ) {
    begin(.historicalTicks, "historicalTicks")
    integer("reqId", 1, id)
    list("ticks", 2, ticks) { writer, tick in
      writer.integer("time", 1, tick.seconds)
      writer.textOnly(0)
      writer.price("price", 2, tick.price)
      writer.size("size", 3, 0)
    }
    flag("done", 3, isDone)
    end()
  }
}

// MARK: - Bars of the past

extension IbSimulatorWriter {
  /// Bars; start and end stand in the same message below 196, and in one of their own from then on.
  mutating func historicalData(
    _ id: Int, _ bars: [(date: String, bar: IbSimulatorBar)], start: String, end last: String
  ) {
    begin(.historicalData, "historicalData")
    integer("reqId", 1, id)
    if version < 196 {
      textOnly(start)
      textOnly(last)
    }
    list("bars", 2, bars) { writer, item in
      writer.text("date", 1, item.date)
      writer.price("open", 2, item.bar.open)
      writer.price("high", 3, item.bar.high)
      writer.price("low", 4, item.bar.low)
      writer.price("close", 5, item.bar.close)
      writer.size("volume", 6, item.bar.volume)
      writer.size("wap", 7, item.bar.weightedPrice)
      writer.integer("barCount", 8, item.bar.count)
    }
    end()
  }

  /// From 196 on only.
  mutating func historicalDataEnd(_ id: Int, start: String, end last: String) {
    begin(.historicalDataEnd, "historicalDataEnd")
    integer("reqId", 1, id)
    text("start", 2, start)
    text("end", 3, last)
    end()
  }

  /// The bar that is still open; its fields have an order of their own in text.
  mutating func historicalDataUpdate(_ id: Int, date: String, _ bar: IbSimulatorBar) {
    begin(.historicalDataUpdate, "historicalDataUpdate")
    integer("reqId", 1, id)
    nest(2) { writer in
      writer.integer("barCount", 8, bar.count)
      writer.text("date", 1, date)
      writer.price("open", 2, bar.open)
      writer.price("close", 5, bar.close)
      writer.price("high", 3, bar.high)
      writer.price("low", 4, bar.low)
      writer.size("wap", 7, bar.weightedPrice)
      writer.size("volume", 6, bar.volume)
    }
    end()
  }

  mutating func headTimestamp(_ id: Int, _ text: String) {
    begin(.headTimestamp, "headTimestamp")
    integer("reqId", 1, id)
    self.text("headTimestamp", 2, text)
    end()
  }

  mutating func historicalSchedule(
    _ id: Int, start: String, end last: String, zone: String,
    _ sessions: [(start: String, end: String, day: String)]
  ) {
    begin(.historicalSchedule, "historicalSchedule")
    integer("reqId", 1, id)
    text("startDateTime", 2, start)
    text("endDateTime", 3, last)
    text("timeZone", 4, zone)
    list("sessions", 5, sessions) { writer, session in
      writer.text("startDateTime", 1, session.start)
      writer.text("endDateTime", 2, session.end)
      writer.text("refDate", 3, session.day)
    }
    end()
  }
}

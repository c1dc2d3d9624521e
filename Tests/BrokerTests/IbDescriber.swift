import Wire

@testable import BrokerFeeds

private func flag(_ value: Bool) -> String { value ? "1" : "0" }

/// Frames to calls.
struct IbDescriber {
  let bytes: RawBytesBox
  let version: Int

  /// The calls of a payload; nil where it is refused.
  func calls(from start: Int, to end: Int) -> [IbCall]? {
    let span = bytes.span
    if version < IbMessageID.binaryIDVersion {
      var fields = IbFields(span, from: start, to: end)
      let id = fields.int(unset: 0)
      guard fields.failure == nil else { return nil }
      return text(id, from: fields.at, to: end)
    }
    let id = Int(span.uncheckedBE(UInt32.self, at: start))
    return id > 200
      ? protobuf(id - 200, from: start + 4, to: end) : text(id, from: start + 4, to: end)
  }

  private func text(_ id: Int, from start: Int, to end: Int) -> [IbCall]? {
    var fields = IbFields(bytes.span, from: start, to: end)
    let calls: [IbCall]
    switch id {
    case 1: calls = Self.price(IbTick(price: &fields))
    case 2: calls = [Self.size(IbTick(value: &fields))]
    case 45: calls = [Self.generic(IbTick(value: &fields))]
    case 46:
      let tick = IbTickString(&fields)
      calls = [string(tick)]
    case 21: calls = [Self.option(IbOptionTick(&fields, version: version))]
    case 99: calls = [tickByTick(IbTickByTick(&fields))]
    case 12, 13:
      calls = [
        depth(IbDepthChange(&fields, hasMarketMaker: id == 13, version: version), id)
      ]
    case 4: calls = [Self.error(IbError(&fields, version: version))]
    case 50: calls = [bar(IbRealTimeBar(&fields))]
    case 90:
      var bar = IbBar()
      let reqID = fields.int()
      bar.readUpdate(&fields)
      calls = [
        IbCall("historicalDataUpdate", [("reqId", "\(reqID)")] + values(bar))
      ]
    case 17:
      var bars = IbPastBars(text: bytes.span, from: start, to: end, version: version)
      return history(&bars)
    case 96, 97, 98:
      var ticks = IbPastTicks(
        text: bytes.span, from: start, to: end, kind: IbDecoder.pastKind(id))
      return past(&ticks, id)
    case 9, 15, 49, 57, 58, 109: calls = [Self.session(id, &fields)]
    default:
      guard let schema = IbSchemas.table[id] else { return nil }
      calls = [Self.call(schema, schema.read(&fields, version: version))]
    }
    return fields.failure == nil ? calls : nil
  }

  private func protobuf(_ id: Int, from start: Int, to end: Int) -> [IbCall]? {
    var message = IbProtobuf(bytes.span, from: start, to: end)
    let calls: [IbCall]
    switch id {
    case 1: calls = Self.price(IbTick(price: &message))
    case 2: calls = [Self.size(IbTick(size: &message))]
    case 45: calls = [Self.generic(IbTick(generic: &message))]
    case 46:
      let tick = IbTickString(&message)
      calls = [string(tick)]
    case 21: calls = [Self.option(IbOptionTick(&message))]
    case 99: calls = [tickByTick(IbTickByTick(&message))]
    case 12, 13: calls = [depth(IbDepthChange(&message), id)]
    case 4: calls = [Self.error(IbError(&message))]
    case 50: calls = [bar(IbRealTimeBar(&message))]
    case 17:
      var bars = IbPastBars(protobuf: bytes.span, from: start, to: end)
      return history(&bars)
    case 96, 97, 98:
      var ticks = IbPastTicks(
        protobuf: bytes.span, from: start, to: end, kind: IbDecoder.pastKind(id))
      return past(&ticks, id)
    case 9, 15, 49, 57, 58, 109:
      let names = Self.sessionNames(id)
      let schema = IbSchema(
        names.event, "", id == 15 ? "1s:\(names.first)" : "1i:\(names.first) 2i:\(names.second)")
      calls = [Self.call(schema, schema.read(&message))]
    default:
      guard let schema = IbSchemas.table[id] else { return nil }
      calls = [Self.call(schema, schema.read(&message))]
    }
    return message.failure == nil ? calls : nil
  }
}

/// One kind of message each.
extension IbDescriber {
  private static func call(_ schema: IbSchema, _ row: IbRow) -> IbCall {
    guard schema.name == "contractDetails" else {
      let prefixed = ["commissionAndFeesReport"].contains(schema.name)
      var call = IbCall(schema.name, row: row)
      if prefixed {
        call.values = Dictionary(
          uniqueKeysWithValues: call.values.map { ("\(schema.name).\($0.key)", $0.value) })
      }
      return call
    }
    var call = IbCall(schema.name, row: IbContractDetails(row).row)
    call.values = Dictionary(
      uniqueKeysWithValues: call.values.map {
        ($0.key == "reqId" ? $0.key : "contractDetails.\($0.key)", $0.value)
      })
    return call
  }

  private static func price(_ tick: IbTick) -> [IbCall] {
    let partners = [1: 0, 2: 3, 4: 5, 66: 69, 67: 70, 68: 71]
    var calls = [
      IbCall(
        "tickPrice",
        [
          ("reqId", "\(tick.reqID)"), ("tickType", "\(tick.type)"),
          ("price", tick.value.testText),
          ("attrib.canAutoExecute", flag(tick.mask & 1 != 0)),
          ("attrib.pastLimit", flag(tick.mask & 2 != 0)),
          ("attrib.preOpen", flag(tick.mask & 4 != 0)),
        ])
    ]
    if let partner = partners[tick.type] {
      var second = tick
      second.type = partner
      second.value = tick.size
      calls.append(size(second))
    }
    return calls
  }

  private static func size(_ tick: IbTick) -> IbCall {
    IbCall(
      "tickSize",
      [
        ("reqId", "\(tick.reqID)"), ("tickType", "\(tick.type)"), ("size", tick.value.testText),
      ])
  }

  private static func generic(_ tick: IbTick) -> IbCall {
    var call = size(tick)
    call.event = "tickGeneric"
    call.values["value"] = call.values.removeValue(forKey: "size")
    return call
  }

  private func string(_ tick: IbTickString) -> IbCall {
    IbCall(
      "tickString",
      [
        ("reqId", "\(tick.reqID)"), ("tickType", "\(tick.type)"), ("value", text(tick.value)),
      ])
  }

  private func text(_ range: Range<Int>) -> String { IbText.string(bytes.span, range) }

  private static func option(_ tick: IbOptionTick) -> IbCall {
    IbCall(
      "tickOptionComputation",
      [
        ("reqId", "\(tick.reqID)"), ("tickType", "\(tick.type)"),
        ("tickAttrib", "\(tick.attribute)"), ("impliedVol", tick.impliedVolatility.testText),
        ("delta", tick.delta.testText), ("optPrice", tick.price.testText),
        ("pvDividend", tick.dividends.testText), ("gamma", tick.gamma.testText),
        ("vega", tick.vega.testText), ("theta", tick.theta.testText),
        ("undPrice", tick.underlying.testText),
      ])
  }

  private func tickByTick(_ message: IbTickByTick) -> IbCall {
    let tick = message.tick
    var values = [("reqId", "\(message.reqID)"), ("time", "\(tick.time)")]
    if tick.kind == .midPoint {
      return IbCall("tickByTickMidPoint", values + [("midPoint", tick.price.testText)])
    }
    guard tick.kind.isTrade else {
      values += [
        ("bidPrice", tick.price.testText), ("askPrice", tick.askPrice.testText),
        ("bidSize", tick.size.testText), ("askSize", tick.askSize.testText),
        ("tickAttribBidAsk.bidPastLow", flag(tick.isBidPastLow)),
        ("tickAttribBidAsk.askPastHigh", flag(tick.isAskPastHigh)),
      ]
      return IbCall("tickByTickBidAsk", values)
    }
    values += [("tickType", "\(tick.kind.rawValue)")]
    return IbCall("tickByTickAllLast", values + trade(tick))
  }

  private func trade(_ tick: IbTimedTick) -> [(String, String)] {
    [
      ("price", tick.price.testText), ("size", tick.size.testText),
      ("tickAttribLast.pastLimit", flag(tick.isPastLimit)),
      ("tickAttribLast.unreported", flag(tick.isUnreported)),
      ("exchange", text(tick.exchange)), ("specialConditions", text(tick.conditions)),
    ]
  }

  private func depth(_ change: IbDepthChange, _ id: Int) -> IbCall {
    var values = [
      ("reqId", "\(change.reqID)"), ("position", "\(change.position)"),
      ("operation", "\(change.operation)"), ("side", "\(change.side)"),
      ("price", change.price.testText), ("size", change.size.testText),
    ]
    guard id == 13 else { return IbCall("updateMktDepth", values) }
    values += [
      ("marketMaker", text(change.marketMaker)), ("isSmartDepth", flag(change.isSmart)),
    ]
    return IbCall("updateMktDepthL2", values)
  }

  private static func error(_ error: IbError) -> IbCall {
    IbCall(
      "error",
      [
        ("reqId", "\(error.reqID)"), ("errorTime", "\(error.millis)"),
        ("errorCode", "\(error.code)"), ("errorString", error.text),
        ("advancedOrderRejectJson", error.advancedReject),
      ])
  }

  private func bar(_ message: IbRealTimeBar) -> IbCall {
    let bar = message.bar
    return IbCall(
      "realtimeBar",
      [
        ("reqId", "\(message.reqID)"), ("time", bar.seconds.map { "\($0)" } ?? text(bar.date)),
        ("open_", bar.open.testText), ("high", bar.high.testText), ("low", bar.low.testText),
        ("close", bar.close.testText), ("volume", bar.volume.testText),
        ("wap", bar.average.testText), ("count", "\(bar.count)"),
      ])
  }

  private func values(_ bar: IbBar) -> [(String, String)] {
    [
      ("bar.date", text(bar.date)), ("bar.open", bar.open.testText),
      ("bar.high", bar.high.testText), ("bar.low", bar.low.testText),
      ("bar.close", bar.close.testText), ("bar.volume", bar.volume.testText),
      ("bar.wap", bar.average.testText), ("bar.barCount", "\(bar.count)"),
    ]
  }

  private func history(_ bars: inout IbPastBars) -> [IbCall]? {
    var calls: [IbCall] = []
    while let bar = bars.next() {
      calls.append(IbCall("historicalData", [("reqId", "\(bars.reqID)")] + values(bar)))
    }
    let (failure, reqID, start, end) = (bars.failure, bars.reqID, bars.start, bars.end)
    if version < Ib.historicalEnd {
      calls.append(
        IbCall(
          "historicalDataEnd",
          [("reqId", "\(reqID)"), ("start", text(start)), ("end", text(end))]))
    }
    return failure == nil ? calls : nil
  }

  private func past(_ ticks: inout IbPastTicks, _ id: Int) -> [IbCall]? {
    let name = [96: "historicalTicks", 97: "historicalTicksBidAsk", 98: "historicalTicksLast"][id]
    var call = IbCall(name ?? "", [("reqId", "\(ticks.reqID)")])
    var index = 0
    while let tick = ticks.next() {
      var values = [("time", "\(tick.time)")]
      switch id {
      case 96: values += [("price", tick.price.testText), ("size", tick.size.testText)]
      case 97:
        values += [
          ("tickAttribBidAsk.bidPastLow", flag(tick.isBidPastLow)),
          ("tickAttribBidAsk.askPastHigh", flag(tick.isAskPastHigh)),
          ("priceBid", tick.price.testText), ("priceAsk", tick.askPrice.testText),
          ("sizeBid", tick.size.testText), ("sizeAsk", tick.askSize.testText),
        ]
      default: values += trade(tick)
      }
      for (name, value) in values { call.values["ticks.\(index).\(name)"] = value }
      index += 1
    }
    call.values["done"] = flag(ticks.isDone)
    let failure = ticks.failure
    return failure == nil ? [call] : nil
  }

  private static func sessionNames(
    _ id: Int
  ) -> (event: String, first: String, second: String) {
    switch id {
    case 9: ("nextValidId", "orderId", "_")
    case 15: ("managedAccounts", "accountsList", "_")
    case 49: ("currentTime", "time", "_")
    case 57: ("tickSnapshotEnd", "reqId", "_")
    case 58: ("marketDataType", "reqId", "marketDataType")
    default: ("currentTimeInMillis", "timeInMillis", "_")
    }
  }

  private static func session(_ id: Int, _ fields: inout IbFields) -> IbCall {
    let names = sessionNames(id)
    if id != 109 { fields.skip() }
    var call = IbCall(names.event)
    call.values[names.first] = id == 15 ? fields.string() : "\(fields.int())"
    if id == 58 { call.values[names.second] = "\(fields.int())" }
    return call
  }
}

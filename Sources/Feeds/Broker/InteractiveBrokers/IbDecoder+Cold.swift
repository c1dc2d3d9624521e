internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// Messages that are rare: handled with care for what they say, not for time.
extension IbDecoder {
  mutating func decodeColdText(
    _ id: Int, _ bytes: RawSpan, from start: Int, to end: Int, context: MessageContext,
    into lanes: inout LaneWriter
  ) -> IbOutcome {
    var fields = IbFields(bytes, from: start, to: end)
    let outcome: IbOutcome
    switch id {
    case 21:
      let tick = IbOptionTick(&fields, version: version)
      outcome =
        fields.failure == nil ? take(option: tick, context: context, into: &lanes) : .decoded
    case 4:
      let error = IbError(&fields, version: version)
      outcome = fields.failure == nil ? take(error, context: context, into: &lanes) : .decoded
    case 50:
      let bar = IbRealTimeBar(&fields)
      outcome =
        fields.failure == nil ? take(bar, bytes, context: context, into: &lanes) : .decoded
    case 90:
      var bar = IbBar()
      let reqID = fields.int()
      bar.readUpdate(&fields)
      outcome =
        fields.failure == nil
        ? take(past: bar, reqID, bytes, context: context, into: &lanes) : .decoded
    case 96, 97, 98:
      var ticks = IbPastTicks(text: bytes, from: start, to: end, kind: Self.pastKind(id))
      return takeAll(&ticks, context: context, into: &lanes)
    case 17:
      var bars = IbPastBars(text: bytes, from: start, to: end, version: version)
      return takeAll(&bars, bytes, context: context, into: &lanes)
    case 9, 15, 49, 58, 57, 109:
      outcome = takeSession(id, &fields, context: context, into: &lanes)
    default:
      guard let schema = IbSchemas.table[id] else { return unknown(id) }
      let row = schema.read(&fields, version: version)
      outcome = fields.failure == nil ? take(id, row, context: context, into: &lanes) : .decoded
    }
    return fields.failure.map { .rejected($0) } ?? outcome
  }

  static func pastKind(_ id: Int) -> IbTimedTick.Kind {
    id == 96 ? .midPoint : id == 97 ? .bidAsk : .last
  }

  /// Numbers that the protocol has but this feed does nothing with are ignored; others are not
  /// known to anybody.
  private func unknown(_ id: Int) -> IbOutcome {
    switch id {
    case 14, 16, 18, 19, 20, 47, 51, 56, 65...70, 75...78, 83, 85...87, 100...105, 107, 110, 111:
      .ignored
    default: .rejected(.unknownType)
    }
  }

  /// 9, 15, 49, 57, 58 and 109 as text.
  private mutating func takeSession(
    _ id: Int, _ fields: inout IbFields, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    if id != 109 { fields.skip() }
    if id == 15 {
      let list = fields.string()
      if fields.failure == nil { note(.managedAccounts(IbText.list(list))) }
      return .decoded
    }
    let value = fields.int()
    let type = id == 58 ? fields.int() : 0
    guard fields.failure == nil else { return .decoded }
    return takeSession(id, value, type, context: context, into: &lanes)
  }

  private mutating func takeSession(
    _ id: Int, _ value: Int, _ type: Int, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    switch id {
    case 9: note(.nextValidID(value))
    case 49:
      guard let nanos = Self.nanos(seconds: value) else { return .rejected(.badField) }
      note(.currentTime(nanos: nanos, isExact: false))
    case 109:
      guard value >= 0, value < 1 << 43 else { return .rejected(.badField) }
      note(.currentTime(nanos: UInt64(value) * 1_000_000, isExact: true))
    case 58:
      let index = heard(value, context: context, into: &lanes)
      guard index >= 0 else { return .ignored }
      guard (1...4).contains(type) else { return .rejected(.badField) }
      if instruments[index].dataType != UInt8(type) {
        instruments[index].dataType = UInt8(type)
        note(.granted(index: index, type: type))
      }
    default:
      guard heard(value, context: context, into: &lanes) >= 0 else { return .ignored }
    }
    return .decoded
  }

  mutating func decodeColdProtobuf(
    _ id: Int, _ bytes: RawSpan, from start: Int, to end: Int, context: MessageContext,
    into lanes: inout LaneWriter
  ) -> IbOutcome {
    var message = IbProtobuf(bytes, from: start, to: end)
    let outcome: IbOutcome
    switch id {
    case 21:
      let tick = IbOptionTick(&message)
      outcome =
        message.failure == nil ? take(option: tick, context: context, into: &lanes) : .decoded
    case 4:
      let error = IbError(&message)
      outcome = message.failure == nil ? take(error, context: context, into: &lanes) : .decoded
    case 50:
      let bar = IbRealTimeBar(&message)
      outcome =
        message.failure == nil ? take(bar, bytes, context: context, into: &lanes) : .decoded
    case 90:
      let (reqID, bar) = Self.update(&message)
      outcome =
        message.failure == nil
        ? take(past: bar, reqID, bytes, context: context, into: &lanes) : .decoded
    case 96, 97, 98:
      var ticks = IbPastTicks(protobuf: bytes, from: start, to: end, kind: Self.pastKind(id))
      return takeAll(&ticks, context: context, into: &lanes)
    case 17:
      var bars = IbPastBars(protobuf: bytes, from: start, to: end)
      return takeAll(&bars, bytes, context: context, into: &lanes)
    case 15:
      var list = ""
      while message.next() {
        if message.number == 1 { list = message.string() } else { message.skip() }
      }
      if message.failure == nil { note(.managedAccounts(IbText.list(list))) }
      outcome = .decoded
    case 9, 49, 57, 58, 109:
      let (value, type) = Self.pair(&message)
      outcome =
        message.failure == nil
        ? takeSession(id, value, type, context: context, into: &lanes) : .decoded
    default:
      guard let schema = IbSchemas.table[id] else { return unknown(id) }
      let row = schema.read(&message)
      outcome = message.failure == nil ? take(id, row, context: context, into: &lanes) : .decoded
    }
    return message.failure.map { .rejected($0) } ?? outcome
  }

  /// The integers 1 and 2 of a message.
  private static func pair(_ message: inout IbProtobuf) -> (Int, Int) {
    var values = (0, 0)
    while message.next() {
      switch message.number {
      case 1: values.0 = message.int()
      case 2: values.1 = message.int()
      default: message.skip()
      }
    }
    return values
  }

  /// `HistoricalDataUpdate`: 1 reqId, 2 the bar, in the order of all other bars.
  private static func update(_ message: inout IbProtobuf) -> (Int, IbBar) {
    var reqID = 0
    var bar = IbBar()
    while message.next() {
      switch message.number {
      case 1: reqID = message.int()
      case 2:
        let range = message.range()
        var part = IbProtobuf(message.bytes, from: range.lowerBound, to: range.upperBound)
        bar.read(&part)
        if let failure = part.failure { message.fail(failure) }
      default: message.skip()
      }
    }
    return (reqID, bar)
  }

  /// A cold message by its columns.
  private mutating func take(
    _ id: Int, _ row: IbRow, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    if IbSchemas.isAccount(id) {
      guard writesAccounts else { return .ignored }
      writeText("account \(IbSchemas.table[id]?.name ?? "")\(row.text)", 0, context, &lanes)
      return .decoded
    }
    let reqID = row.int("reqId") ?? row.int("tickerId") ?? -1
    switch id {
    case 10: return take(IbContractDetails(row), reqID, context: context, into: &lanes)
    case 52: note(.detailsEnd(reqID: reqID))
    case 81:
      let index = heard(reqID, context: context, into: &lanes)
      guard index >= 0 else { return .ignored }
      note(
        .tickParameters(
          index: index, minTick: row.decimal("minTick").nanos ?? 0,
          bboExchange: row["bboExchange"] ?? "", permissions: row.int("snapshotPermissions") ?? 0))
    case 84:
      let index = heard(reqID, context: context, into: &lanes)
      let id = index >= 0 ? instruments[index].id : 0
      writeText("news\(row.text)", id, context, &lanes)
    case 88: note(.headTimestamp(reqID: reqID, text: row["headTimestamp"] ?? ""))
    case 91, 92:
      note(
        .reroute(
          reqID: reqID, conID: row.int("conId") ?? 0, exchange: row["exchange"] ?? "",
          isDepth: id == 92))
    case 108: note(.pastBars(reqID: reqID, records: 0, isDone: true))
    default: return .ignored
    }
    return .decoded
  }

  /// A system record with text; what is longer than the record is cut.
  mutating func writeText(
    _ text: String, _ instrument: UInt32, _ context: MessageContext, _ lanes: inout LaneWriter
  ) {
    var record = SystemMessage(
      publisherID: Ib.publisherID, instrumentID: instrument, tsEvent: context.tsRecv)
    record.msg.setText(text)
    coldRecords &+= 1
    write(record, into: &lanes)
  }

  /// An error or a message about the connection: the session decides. A depth that is reset is
  /// emptied at once, before its new rows.
  private mutating func take(
    _ error: IbError, context: MessageContext, into lanes: inout LaneWriter
  ) -> IbOutcome {
    if error.code == 316 || error.code == 317 {
      let index = instruments.find(IbRequestKind.instrument(max(error.reqID, 0)))
      if index >= 0 { clearBook(index, context: context, into: &lanes) }
    }
    note(.error(error))
    return .decoded
  }
}

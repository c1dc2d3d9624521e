internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// Rows of the lookup port (section 6): `[name,][LH|LS,]values`, then `[name,]!ENDMSG!,`.
extension IqfeedDecoder {
  /// Lines that do not begin with one letter: rows, and bars of the derivatives port.
  @inline(never)
  mutating func decodeUnlettered(
    _ bytes: RawSpan, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    if fields.isEmpty { return .empty }
    if isBar(bytes, 1) { return decodeBar(bytes, context, into: &lanes) }
    guard !learns else {
      // Recorded rows name no symbol.
      return looksLikeRow(bytes) ? .ignored(Iqfeed.MessageType.history) : .rejected(.unknownType)
    }
    guard context.channel == .lookup else { return .rejected(.unknownType) }
    guard let place = requests.place(fields.text(bytes, 0)) else {
      // Rows of a request that has ended, or the end behind an error.
      return .ignored(Iqfeed.MessageType.lookup)
    }
    let first = fields.matches(bytes, 1, "LH") || fields.matches(bytes, 1, "LS") ? 2 : 1
    if fields.matches(bytes, first, "!ENDMSG!") {
      end(place, error: nil)
      return .decoded
    }
    if fields.matches(bytes, first, "E") {
      end(place, error: fields.text(bytes, first + 1))
      return .decoded
    }
    requests.noteRow(place)
    let request = requests.active[place]
    let verdict: IqfeedVerdict
    switch request.kind {
    case .ticks: verdict = decodeTick(bytes, first, request, context, into: &lanes)
    case .bars(let seconds):
      verdict = decodeInterval(bytes, first, request, seconds, context, into: &lanes)
    case .markets, .securityTypes: return decodeCode(bytes, first, request.kind)
    case .symbols: return decodeSymbol(bytes, first)
    }
    if verdict == .decoded { requests.noteRecord(place) }
    return verdict
  }

  /// `E,text,` without a name.
  mutating func decodeError(_ bytes: RawSpan, _ context: IqfeedContext) -> IqfeedVerdict {
    let text = fields.text(bytes, 1)
    guard context.channel == .lookup else {
      events.append(.notice(code: 0, text: "IQFeed says: \(text)"))
      return .decoded
    }
    guard let place = requests.unanswered else {
      events.append(.notice(code: 0, text: "IQFeed says: \(text)"))
      return .decoded
    }
    if fields.matches(bytes, 1, "Too many simultaneous history requests"),
      requests.active.count > 1
    {
      requests.again(place)
    } else {
      end(place, error: text)
    }
    return .decoded
  }

  private mutating func end(_ place: Int, error: String?) {
    let request = requests.end(place)
    // No data is an answer.
    let error = error == "!NO_DATA!" ? nil : error
    if let fill = request.fill {
      events.append(.backfilled(request: fill.id, records: request.records, error: error))
    } else if let error {
      events.append(.notice(code: 0, text: "\(request.line): IQFeed says: \(error)"))
    }
  }

  /// A date, perhaps behind a name and a tag.
  func looksLikeRow(_ bytes: RawSpan) -> Bool {
    for column in 0..<min(fields.count, 3) {
      let start = fields.start(column)
      let count = fields.end(column) - start
      if count >= 10, bytes.uncheckedByte(at: start + 4) == UInt8(ascii: "-"),
        IqfeedNumber.digits(bytes, start, count: 4) != nil
      {
        return true
      }
      if fields.matches(bytes, column, "!ENDMSG!") || fields.matches(bytes, column, "LH")
        || fields.matches(bytes, column, "LS")
      {
        return true
      }
    }
    return false
  }

  /// `YYYY-MM-DD HH:MM:SS[.ffffff]`; nil where it is none.
  private mutating func rowTime(_ bytes: RawSpan, _ column: Int, near: UInt64) -> UInt64? {
    let start = fields.start(column)
    let end = fields.end(column)
    guard end - start >= 19, bytes.uncheckedByte(at: start + 10) == UInt8(ascii: " "),
      let day = clock.dashedDay(bytes, start, end)
    else { return nil }
    let nanos = IqfeedNumber.time(bytes, start + 11, end)
    guard nanos >= 0, nanos != Undefined.quantity else { return nil }
    return day.time(nanos, near: near)
  }

  /// A tick: time, last, size, total volume, bid, ask, tick id, basis, market center, conditions,
  /// aggressor, day code; without the last two up to 6.0.
  private mutating func decodeTick(
    _ bytes: RawSpan, _ first: Int, _ request: IqfeedRequests.Request, _ context: IqfeedContext,
    into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    let count = fields.count - first
    guard count == 12 || count == 10 else {
      return .rejected(count < 12 ? .truncated : .trailingBytes)
    }
    guard let fill = request.fill else { return .ignored(Iqfeed.MessageType.history) }
    var trade = IqfeedTrade()
    trade.price = IqfeedNumber.price(bytes, fields.start(first + 1), fields.end(first + 1))
    trade.size = IqfeedNumber.size(bytes, fields.start(first + 2), fields.end(first + 2))
    if trade.price == IqfeedNumber.tooLarge || trade.size == IqfeedNumber.tooLarge {
      return .rejected(.overflow)
    }
    let basis = fields.start(first + 7)
    guard let time = rowTime(bytes, first, near: fill.to), trade.price != IqfeedNumber.bad,
      trade.price != Undefined.price, trade.size >= 0, trade.size != Undefined.quantity,
      fields.end(first + 7) - basis == 1
    else { return .rejected(.badField) }
    let letter = bytes.uncheckedByte(at: basis)
    guard "CEOS".utf8.contains(letter) else { return .rejected(.badField) }
    // S is a settlement and no trade; whole seconds were asked for, the hole has nanoseconds.
    guard letter != UInt8(ascii: "S"), time >= fill.from, time < fill.to else {
      return .ignored(Iqfeed.MessageType.history)
    }
    trade.tsEvent = time
    trade.isOther = letter == UInt8(ascii: "O")
    if count == 12 {
      if fields.matches(bytes, first + 10, "1") { trade.side = .bid }
      if fields.matches(bytes, first + 10, "2") { trade.side = .ask }
    }
    guard let instrument = announced(fill.index, context, into: &lanes) else {
      return .ignored(Iqfeed.MessageType.history)
    }
    write(
      trade, instrument: instrument, flags: [.last, .snapshot], context,
      shard: ShardMap.shard(instrument: instrument, shards: shards), into: &lanes)
    return .decoded
  }

  /// The instrument at an index, its mapping written if that is due.
  private mutating func announced(
    _ index: Int, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> UInt32? {
    guard index >= 0, index < instruments.count else { return nil }
    let place = instruments.slot(index: index)
    guard place >= 0 else { return nil }
    if instruments.slot(place).pending.contains(.announcement) {
      _ = settle(place, isSummary: false, context, into: &lanes)
    }
    return instruments.slot(place).instrument
  }

  /// An interval, labelled by its beginning: time, **high, low, open, close**, total volume,
  /// volume, number of trades.
  private mutating func decodeInterval(
    _ bytes: RawSpan, _ first: Int, _ request: IqfeedRequests.Request, _ seconds: Int,
    _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    let count = fields.count - first
    guard count == 8 || count == 7 else {
      return .rejected(count < 7 ? .truncated : .trailingBytes)
    }
    guard let fill = request.fill else { return .ignored(Iqfeed.MessageType.history) }
    guard let time = rowTime(bytes, first, near: fill.to) else { return .rejected(.badField) }
    var bar = OHLCVMessage(rtype: Self.barType(seconds), publisherID: Iqfeed.publisherID)
    if let problem = readBar(bytes, &bar, [first + 3, first + 1, first + 2, first + 4], first + 6) {
      return .rejected(problem)
    }
    guard time >= fill.from, time < fill.to,
      let instrument = announced(fill.index, context, into: &lanes)
    else { return .ignored(Iqfeed.MessageType.history) }
    bar.header.instrumentID = instrument
    bar.header.tsEvent = time
    write(bar, into: &lanes)
    return .decoded
  }

  static func barType(_ seconds: Int) -> RType {
    switch seconds {
    case 1: .ohlcv1s
    case 3_600: .ohlcv1h
    default: .ohlcv1m
    }
  }

  /// Open, high, low and close from these columns, and the volume.
  private func readBar(
    _ bytes: RawSpan, _ bar: inout OHLCVMessage, _ columns: InlineArray<4, Int>, _ volume: Int
  ) -> RejectReason? {
    for index in 0..<4 {
      let price = IqfeedNumber.price(
        bytes, fields.start(columns[index]), fields.end(columns[index]))
      if price == IqfeedNumber.tooLarge { return .overflow }
      guard price != IqfeedNumber.bad, price != Undefined.price else { return .badField }
      switch index {
      case 0: bar.open = price
      case 1: bar.high = price
      case 2: bar.low = price
      default: bar.close = price
      }
    }
    let count = IqfeedNumber.whole(bytes, fields.start(volume), fields.end(volume))
    if count == IqfeedNumber.tooLarge { return .overflow }
    guard count >= 0, count != Undefined.quantity else { return .badField }
    bar.volume = UInt64(count)
    return nil
  }

  /// Whether the column says that this is a streaming bar.
  func isBar(_ bytes: RawSpan, _ column: Int) -> Bool {
    fields.matches(bytes, column, "BC") || fields.matches(bytes, column, "BH")
      || fields.matches(bytes, column, "BU")
  }

  /// Section 8: `[name,]BH|BU|BC,sym,time,open,high,low,close,cumulative volume,volume,trades`; the
  /// time is the bar's end. BU is the open bar, which is not over.
  @inline(never)
  mutating func decodeBar(
    _ bytes: RawSpan, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    let first = isBar(bytes, 0) ? 1 : 2
    guard fields.count == first + 9 else {
      return .rejected(fields.count < first + 9 ? .truncated : .trailingBytes)
    }
    guard let key = IqfeedInstruments.key(bytes, fields.start(first), fields.end(first)),
      let time = rowTime(bytes, first + 1, near: context.tsRecv)
    else { return .rejected(.badField) }
    var bar = OHLCVMessage(publisherID: Iqfeed.publisherID)
    if let problem = readBar(
      bytes, &bar, [first + 2, first + 3, first + 4, first + 5], first + 7)
    {
      return .rejected(problem)
    }
    let place = instruments.find(key)
    // Recorded bars do not say how long they are.
    guard place >= 0, !learns, !fields.matches(bytes, first - 1, "BU") else {
      return .ignored(Iqfeed.MessageType.bar)
    }
    let slot = instruments.slot(place)
    guard LiveInterests(rawValue: slot.interests).contains(.bars),
      Int(slot.index) < barSeconds.count,
      let instrument = announced(Int(slot.index), context, into: &lanes)
    else { return .ignored(Iqfeed.MessageType.bar) }
    activity.note(Int(slot.index), tsRecv: context.tsRecv)
    let seconds = barSeconds[Int(slot.index)]
    bar.header.rtype = Self.barType(seconds)
    bar.header.instrumentID = instrument
    bar.header.tsEvent = time &- UInt64(seconds) * 1_000_000_000
    write(bar, into: &lanes)
    return .decoded
  }

  /// `id, short name, text` of SLM and SST.
  private mutating func decodeCode(
    _ bytes: RawSpan, _ first: Int, _ kind: IqfeedRequests.Kind
  ) -> IqfeedVerdict {
    guard fields.count - first >= 2, let code = Int(fields.text(bytes, first)) else {
      return .rejected(.badField)
    }
    if kind == .markets {
      codes.setMarket(code, fields.text(bytes, first + 1))
    } else {
      codes.setSecurityType(code, fields.text(bytes, first + 1))
    }
    return .decoded
  }

  /// `symbol, listed market id, security type id, description` of SBF; the description is the rest.
  private mutating func decodeSymbol(_ bytes: RawSpan, _ first: Int) -> IqfeedVerdict {
    guard fields.count - first >= 3 else { return .rejected(.truncated) }
    let symbol = fields.text(bytes, first)
    guard IqfeedSymbol.isValid(symbol) else { return .rejected(.badField) }
    events.append(
      .definition(
        LiveDefinition(
          symbol: symbol, name: fields.rest(bytes, first + 3),
          exchange: codes.market(fields.text(bytes, first + 1)),
          securityType: codes.securityType(fields.text(bytes, first + 2)))))
    return .decoded
  }
}

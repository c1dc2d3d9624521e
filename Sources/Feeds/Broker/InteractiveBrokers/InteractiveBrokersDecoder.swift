internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// What became of a message: a record or changed state, nothing, or a rejection.
struct IbOutcome: RawRepresentable, Equatable {
  var rawValue: UInt8
  static var decoded: Self { Self(rawValue: 0) }
  static var ignored: Self { Self(rawValue: 1) }
  @inline(__always)
  static func rejected(_ reason: RejectReason) -> Self { Self(rawValue: reason.rawValue &+ 2) }
  var reason: RejectReason? { rawValue < 2 ? nil : RejectReason(rawValue: rawValue &- 2) }
}

/// IB's messages to DBN: frames in, records and now and then an event out. Keeps the last quote of
/// each instrument and the rows of its book. The mapping stands in `InteractiveBrokers.docc`.
///
/// The same for a session and for recorded frames. It reads no clock and does no I/O.
struct IbDecoder: ~Copyable {
  let shards: Int
  /// Negotiated server version: which layouts hold.
  var version = Ib.textVersion
  /// Whether instruments are added as their ids come, and announced: recorded frames.
  let isRecording: Bool
  /// Whether account messages become records.
  var writesAccounts = true
  var instruments: IbInstruments
  var activity: LiveActivity
  var books: IbBooks
  /// The book of each instrument; -1 for none.
  var bookOf: FixedTable<Int32>
  /// Rows that a new book is asked for.
  var bookRows = 10
  /// Auction state of instruments that have any; cold.
  var auctions: [UInt32: IbAuction] = [:]
  /// Times of the last bar by request, for recordings: the step between bars is their length.
  var barTimes: [Int: UInt64] = [:]
  let zones = IbZones.shared
  /// Holes being filled, Unix ns by instrument: ticks of the past outside of them are not taken.
  var holes: [UInt32: Range<UInt64>] = [:]
  /// What volume ticks of US stocks count below version 220.
  var stockVolumeFactor: UInt8 = 100
  var events: [IbEvent] = []
  /// Events that found no room.
  var droppedEvents = 0
  /// Records that are no data of a market: mappings, definitions, texts.
  var coldRecords: UInt64 = 0
  /// Changes of rows that did not fit the book that was there.
  var oddChanges: UInt64 = 0

  init(shards: Int, instruments capacity: Int, books: Int, isRecording: Bool) {
    self.shards = shards
    self.isRecording = isRecording
    instruments = IbInstruments(capacity: capacity)
    activity = LiveActivity(count: capacity)
    self.books = IbBooks(capacity: books)
    bookOf = FixedTable(repeating: -1, count: max(capacity, 1))
  }

  /// Decodes the payload `bytes[start ..< end]` of one frame, counts it, and gives why it was
  /// rejected.
  @inline(__always)
  mutating func decodeFrame(
    _ bytes: RawSpan, from start: Int, to end: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) -> RejectReason? {
    var id = 0
    var body = start
    var isText = true
    if version < IbMessageID.binaryIDVersion {
      var fields = IbFields(bytes, from: start, to: end)
      id = fields.int(unset: 0)
      body = fields.at
      guard fields.failure == nil, id > 0 else {
        return reject(start == end ? nil : .badHeader, &counters)
      }
    } else {
      guard end &- start >= 4 else {
        return reject(start == end ? nil : .badHeader, &counters)
      }
      id = Int(bytes.uncheckedBE(UInt32.self, at: start))
      body = start &+ 4
      if id > IbMessageID.protobufOffset {
        id &-= IbMessageID.protobufOffset
        isText = false
      }
    }
    let outcome =
      isText
      ? decodeText(id, bytes, from: body, to: end, context: context, into: &lanes)
      : decodeProtobuf(id, bytes, from: body, to: end, context: context, into: &lanes)
    if outcome == .decoded {
      counters.decoded &+= 1
      return nil
    }
    if outcome == .ignored {
      counters.ignore(type: UInt8(truncatingIfNeeded: id))
      return nil
    }
    return reject(outcome.reason, &counters)
  }

  /// An empty frame says nothing; anything else that is no message is rejected.
  private func reject(
    _ reason: RejectReason?, _ counters: inout DecodeCounters
  ) -> RejectReason? {
    guard let reason else {
      counters.ignore(type: 0)
      return nil
    }
    counters.reject(reason)
    return reason
  }

  @inline(__always)
  private mutating func decodeText(
    _ id: Int, _ bytes: RawSpan, from start: Int, to end: Int, context: MessageContext,
    into lanes: inout LaneWriter
  ) -> IbOutcome {
    var fields = IbFields(bytes, from: start, to: end)
    switch id {
    case 1:
      let tick = IbTick(price: &fields)
      return fields.failure.map { .rejected($0) }
        ?? take(price: tick, context: context, into: &lanes)
    case 2:
      let tick = IbTick(value: &fields)
      return fields.failure.map { .rejected($0) }
        ?? take(size: tick, context: context, into: &lanes)
    case 46:
      let tick = IbTickString(&fields)
      return fields.failure.map { .rejected($0) }
        ?? take(string: tick, bytes, context: context, into: &lanes)
    case 45:
      let tick = IbTick(value: &fields)
      return fields.failure.map { .rejected($0) }
        ?? take(generic: tick, context: context, into: &lanes)
    case 99:
      let tick = IbTickByTick(&fields)
      return fields.failure.map { .rejected($0) }
        ?? take(tick, context: context, into: &lanes)
    case 12, 13:
      let change = IbDepthChange(&fields, hasMarketMaker: id == 13, version: version)
      return fields.failure.map { .rejected($0) }
        ?? take(change, context: context, into: &lanes)
    default:
      return decodeColdText(id, bytes, from: start, to: end, context: context, into: &lanes)
    }
  }

  @inline(__always)
  private mutating func decodeProtobuf(
    _ id: Int, _ bytes: RawSpan, from start: Int, to end: Int, context: MessageContext,
    into lanes: inout LaneWriter
  ) -> IbOutcome {
    var message = IbProtobuf(bytes, from: start, to: end)
    switch id {
    case 1:
      let tick = IbTick(price: &message)
      return message.failure.map { .rejected($0) }
        ?? take(price: tick, context: context, into: &lanes)
    case 2:
      let tick = IbTick(size: &message)
      return message.failure.map { .rejected($0) }
        ?? take(size: tick, context: context, into: &lanes)
    case 46:
      let tick = IbTickString(&message)
      return message.failure.map { .rejected($0) }
        ?? take(string: tick, bytes, context: context, into: &lanes)
    case 45:
      let tick = IbTick(generic: &message)
      return message.failure.map { .rejected($0) }
        ?? take(generic: tick, context: context, into: &lanes)
    case 99:
      let tick = IbTickByTick(&message)
      return message.failure.map { .rejected($0) }
        ?? take(tick, context: context, into: &lanes)
    case 12, 13:
      let change = IbDepthChange(&message)
      return message.failure.map { .rejected($0) }
        ?? take(change, context: context, into: &lanes)
    default:
      return decodeColdProtobuf(id, bytes, from: start, to: end, context: context, into: &lanes)
    }
  }

  /// Notes an event for the session.
  mutating func note(_ event: IbEvent) {
    guard !isRecording else { return }
    if events.count < IbLimits.events { events.append(event) } else { droppedEvents += 1 }
  }

  /// Writes a record to the shard of its instrument.
  @inline(__always)
  func write<R: Record>(_ record: R, into lanes: inout LaneWriter) {
    lanes.push(
      record, shard: ShardMap.shard(instrument: record.header.instrumentID, shards: shards))
  }

  /// Whether a tick of the past lies outside of the hole that is being filled.
  func isOutside(_ time: UInt64, _ id: UInt32) -> Bool {
    holes[id].map { !$0.contains(time) } ?? false
  }

  /// What volume ticks of an instrument are multiplied by.
  func volumeFactor(securityType: String, currency: String) -> UInt8 {
    version < Ib.sharesInVolume && securityType == "STK" && currency == "USD"
      ? stockVolumeFactor : 1
  }

  /// A connection begins: nothing of the one before holds.
  mutating func reset() {
    for index in 0..<instruments.count { instruments[index].reset() }
    books.clearAll()
    auctions.removeAll(keepingCapacity: true)
    barTimes.removeAll(keepingCapacity: true)
    holes.removeAll(keepingCapacity: true)
    events.removeAll(keepingCapacity: true)
  }
}

/// Instruments by request id.
extension IbDecoder {
  /// The index of the request's instrument, noted as heard; -1 where there is none.
  @inline(__always)
  mutating func heard(
    _ reqID: Int, context: MessageContext, into lanes: inout LaneWriter
  ) -> Int {
    guard reqID >= 0, reqID <= 0x7FFF_FFFF else { return -1 }
    var index = instruments.find(IbRequestKind.instrument(reqID))
    if index < 0 || !instruments[index].isConfirmed {
      index = firstHeard(reqID, index, context: context, into: &lanes)
      guard index >= 0 else { return -1 }
    }
    activity.note(index, tsRecv: context.tsRecv)
    return index
  }

  /// The first word of an instrument on this connection.
  private mutating func firstHeard(
    _ reqID: Int, _ found: Int, context: MessageContext, into lanes: inout LaneWriter
  ) -> Int {
    var index = found
    if index < 0 {
      let id = IbRequestKind.instrument(reqID)
      guard isRecording, id > 0 else { return -1 }
      index = instruments.add(id)
      guard index >= 0 else { return -1 }
      writeMapping(id, "request-\(reqID)", context: context, into: &lanes)
    }
    // History and details come before the subscription, or without one.
    let kind = IbRequestKind.kind(reqID)
    guard kind <= IbRequestKind.bars else { return index }
    instruments[index].isConfirmed = true
    note(.confirmed(index: index))
    return index
  }

  /// Says which symbol an instrument of a recording is.
  mutating func writeMapping(
    _ id: UInt32, _ symbol: String, context: MessageContext, into lanes: inout LaneWriter
  ) {
    let text = InlineArray<71, UInt8>(text: symbol)
    coldRecords &+= 1
    write(
      SymbolMappingMessage(
        publisherID: Ib.publisherID, instrumentID: id, tsEvent: context.tsRecv,
        stypeIn: .rawSymbol, stypeInSymbol: text, stypeOut: .instrumentID,
        stypeOutSymbol: text, startTs: context.tsRecv),
      into: &lanes)
  }
}

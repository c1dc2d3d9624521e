internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// Lines without a DBN record of their own: headlines (N) and corrections of trades (C), as system
/// records whose text is the line's (section 4). What is longer than the record is cut.
extension IqfeedDecoder {
  /// N: `news DISTRIBUTOR STORY :SYM: YYYYMMDD HHMMSS headline`. Of the first instrument that we
  /// know, else of the whole market.
  @inline(never)
  mutating func decodeNews(
    _ bytes: RawSpan, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    guard fields.count >= 6 else { return .rejected(.truncated) }
    guard
      let time = IqfeedClock.compactTime(
        bytes, fields.start(4), fields.end(4), near: context.tsRecv)
    else { return .rejected(.badField) }
    var record = SystemMessage(
      publisherID: Iqfeed.publisherID, instrumentID: newsInstrument(bytes), tsEvent: time)
    var text = IqfeedRecordText()
    text.append("news ")
    for column in 1...4 {
      text.append(bytes, fields.start(column), fields.end(column))
      text.append(" ")
    }
    text.append(bytes, fields.start(5), fields.lineEnd)
    record.msg = text.bytes
    write(record, into: &lanes)
    return .decoded
  }

  private func newsInstrument(_ bytes: RawSpan) -> UInt32 {
    var start = fields.start(3)
    let end = fields.end(3)
    for at in fields.start(3)...end
    where at == end || bytes.uncheckedByte(at: at) == UInt8(ascii: ":") {
      if let key = IqfeedInstruments.key(bytes, start, at) {
        let place = instruments.find(key)
        if place >= 0 { return instruments.slot(place).instrument }
      }
      start = at + 1
    }
    return 0
  }

  /// C: `correction insert|delete MM/DD/YYYY TIME PRICE SIZE TICKID CONDITIONS CENTER`.
  @inline(never)
  mutating func decodeCorrection(
    _ bytes: RawSpan, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    let letter = Iqfeed.MessageType.correction
    guard fields.count == 10 else {
      return .rejected(fields.count < 10 ? .truncated : .trailingBytes)
    }
    let isInsert = fields.matches(bytes, 2, "I")
    let price = IqfeedNumber.price(bytes, fields.start(5), fields.end(5))
    let size = IqfeedNumber.whole(bytes, fields.start(6), fields.end(6))
    let nanos = IqfeedNumber.time(bytes, fields.start(4), fields.end(4))
    guard isInsert || fields.matches(bytes, 2, "X"), !IqfeedNumber.isWrong(price),
      !IqfeedNumber.isWrong(size), nanos >= 0,
      let day = clock.slashedDay(bytes, fields.start(3), fields.end(3)),
      let key = IqfeedInstruments.key(bytes, fields.start(1), fields.end(1))
    else { return .rejected(.badField) }
    var place = instruments.find(key)
    if place < 0 {
      place = learn(bytes, fields.start(1), fields.end(1), key)
      guard place >= 0 else { return unknownSymbol(place, letter) }
    }
    let slot = instruments.slot(place)
    if slot.pending != [], settle(place, isSummary: false, context, into: &lanes) {
      return .ignored(letter)
    }
    activity.note(Int(slot.index), tsRecv: context.tsRecv)
    var record = SystemMessage(
      publisherID: Iqfeed.publisherID, instrumentID: slot.instrument,
      tsEvent: nanos == Undefined.quantity
        ? Undefined.timestamp : day.time(nanos, near: context.tsRecv))
    var text = IqfeedRecordText()
    text.append(isInsert ? "correction insert" : "correction delete")
    for column in 3...9 {
      text.append(" ")
      text.append(bytes, fields.start(column), fields.end(column))
    }
    record.msg = text.bytes
    write(record, into: &lanes)
    return .decoded
  }
}

/// Text of a system record, put together without a String. Bytes outside printable ASCII become
/// `?`: the wire is Latin-1, records are ASCII.
struct IqfeedRecordText {
  private(set) var bytes = InlineArray<303, UInt8>(repeating: 0)
  private var count = 0

  private mutating func append(_ byte: UInt8) {
    // A NUL must remain at the end.
    guard count < bytes.count - 1 else { return }
    bytes[count] = byte >= 0x20 && byte < 0x7F ? byte : UInt8(ascii: "?")
    count += 1
  }

  mutating func append(_ text: String) {
    for byte in text.utf8 { append(byte) }
  }

  mutating func append(_ source: RawSpan, _ start: Int, _ end: Int) {
    for at in start..<max(start, end) { append(source.uncheckedByte(at: at)) }
  }
}

internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// Depth (section 5): orders and market makers' quotes as MBO orders, price levels as MBO with
/// `Flags.mbp`.
///
/// An order without an id is a market maker's one quote of a side: its id in the records is made of
/// the instrument, the side and the four letters, with the top bit set.
extension IqfeedDecoder {
  /// One line's change, read and checked.
  struct DepthChange {
    var place = 0
    var isAsk = false
    var price = Undefined.price
    var size: Int64 = 0
    var tsEvent = Undefined.timestamp
    var flags: Flags = .last
  }

  @inline(never)
  mutating func decodeDepth(
    _ bytes: RawSpan, _ letter: UInt8, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    switch letter {
    case Iqfeed.MessageType.oldDepthImage, Iqfeed.MessageType.oldDepthUpdate:
      return decodeOldDepth(bytes, letter, fieldCount: 14, context, into: &lanes)
    case Iqfeed.MessageType.oldestDepth:
      return decodeOldDepth(bytes, letter, fieldCount: 15, context, into: &lanes)
    case Iqfeed.MessageType.levelSummary, Iqfeed.MessageType.levelUpdate,
      Iqfeed.MessageType.levelDelete:
      return decodeLevel(bytes, letter, context, into: &lanes)
    default: return decodeOrder(bytes, letter, context, into: &lanes)
    }
  }

  private func countProblem(_ wanted: Int) -> RejectReason? {
    fields.count == wanted ? nil : fields.count < wanted ? .truncated : .trailingBytes
  }

  /// The instrument of a depth line; nil where the line is not to be decoded, with the verdict.
  private mutating func depthPlace(
    _ bytes: RawSpan, _ letter: UInt8, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> (place: Int, verdict: IqfeedVerdict) {
    guard let key = IqfeedInstruments.key(bytes, fields.start(1), fields.end(1)) else {
      return (-1, .rejected(.badField))
    }
    var place = instruments.find(key)
    if place < 0 {
      place = learn(bytes, fields.start(1), fields.end(1), key)
      guard place >= 0 else { return (-1, unknownSymbol(place, letter)) }
    }
    let slot = instruments.slot(place)
    let interests = LiveInterests(rawValue: slot.interests)
    guard interests.contains(.depth) else { return (-1, .ignored(letter)) }
    if slot.pending != [] {
      let isOnlyDepth = interests.isDisjoint(with: [.trades, .quotes, .reference, .regional])
      guard !settle(place, isSummary: isOnlyDepth, context, into: &lanes) else {
        return (-1, .ignored(letter))
      }
    }
    activity.note(Int(slot.index), tsRecv: context.tsRecv)
    return (place, .decoded)
  }

  /// A for the ask, B for the bid.
  private func side(_ bytes: RawSpan, _ column: Int) -> Bool? {
    if fields.matches(bytes, column, "A") { return true }
    return fields.matches(bytes, column, "B") ? false : nil
  }

  /// Date and time; undefined where the time is empty, nil where one of them is none.
  private mutating func depthTime(
    _ bytes: RawSpan, time: Int, date: Int, _ context: IqfeedContext
  ) -> UInt64? {
    let nanos = IqfeedNumber.time(bytes, fields.start(time), fields.end(time))
    guard nanos != IqfeedNumber.bad,
      let day = clock.dashedDay(bytes, fields.start(date), fields.end(date)),
      fields.end(date) - fields.start(date) == 10
    else { return nil }
    return nanos == Undefined.quantity
      ? Undefined.timestamp : day.time(nanos, near: context.tsRecv)
  }

  private func depthPrice(
    _ bytes: RawSpan, price: Int, size: Int, _ change: inout DepthChange
  ) -> RejectReason? {
    change.price = IqfeedNumber.price(bytes, fields.start(price), fields.end(price))
    change.size =
      size > 0 ? IqfeedNumber.size(bytes, fields.start(size), fields.end(size)) : 0
    guard change.price != IqfeedNumber.bad, change.size != IqfeedNumber.bad,
      change.price != Undefined.price, change.size != Undefined.quantity
    else { return .badField }
    return change.price == IqfeedNumber.tooLarge || change.size == IqfeedNumber.tooLarge
      ? .overflow : nil
  }

  /// Types 0, 3, 4, 5 and 6.
  private mutating func decodeOrder(
    _ bytes: RawSpan, _ letter: UInt8, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    let isDelete = letter == Iqfeed.MessageType.orderDelete
    if let problem = countProblem(isDelete ? 7 : 11) { return .rejected(problem) }
    var change = DepthChange()
    guard let isAsk = side(bytes, 4),
      let time = depthTime(bytes, time: isDelete ? 5 : 9, date: isDelete ? 6 : 10, context)
    else { return .rejected(.badField) }
    (change.isAsk, change.tsEvent) = (isAsk, time)
    if !isDelete, let problem = depthPrice(bytes, price: 5, size: 6, &change) {
      return .rejected(problem)
    }
    var kind = IqfeedBooks.Kind.order
    var key = IqfeedNumber.identifier(bytes, fields.start(2), fields.end(2))
    if fields.end(2) == fields.start(2) {
      kind = .maker
      key = makerKey(bytes, 3)
    }
    guard let key else { return .rejected(.badField) }
    let (place, verdict) = depthPlace(bytes, letter, context, into: &lanes)
    guard place >= 0 else { return verdict }
    change.place = place
    if letter == Iqfeed.MessageType.orderSummary { change.flags.insert(.snapshot) }
    return setOrder(kind, key, change, context, letter, into: &lanes)
  }

  /// Up to four letters as a number; nil for none or more.
  private func makerKey(_ bytes: RawSpan, _ column: Int) -> UInt64? {
    let count = fields.end(column) - fields.start(column)
    guard count > 0, count <= 4 else { return nil }
    var key: UInt64 = 0
    for at in fields.start(column)..<fields.end(column) {
      key = key << 8 | UInt64(bytes.uncheckedByte(at: at))
    }
    return key
  }

  /// Adds, changes or, without price or size, removes an order or a market maker's quote.
  private mutating func setOrder(
    _ kind: IqfeedBooks.Kind, _ key: UInt64, _ change: DepthChange, _ context: IqfeedContext,
    _ letter: UInt8, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    let slot = instruments.slot(change.place)
    let owner = IqfeedBooks.owner(slot.index, kind, isAsk: change.isAsk)
    let isOpen = books.find(owner, key)
    let orderID = Self.orderID(kind, key, slot.instrument, isAsk: change.isAsk)
    let isGone = change.size == 0 || change.price == 0 || change.price == Undefined.price
    if isGone {
      guard books.remove(owner, key) else { return .ignored(letter) }
      writeOrder(.cancel, orderID, slot.instrument, change, context, into: &lanes)
      return .decoded
    }
    let side: UInt64 = change.isAsk ? 1 : 0
    guard books.set(IqfeedBooks.Entry(owner: owner, key: key, isAsk: side)) else {
      return .rejected(.oversized)
    }
    if let isOpen, isOpen.isAsk == side {
      writeOrder(.modify, orderID, slot.instrument, change, context, into: &lanes)
      return .decoded
    }
    if isOpen != nil {
      writeOrder(.cancel, orderID, slot.instrument, change, context, into: &lanes)
    }
    writeOrder(.add, orderID, slot.instrument, change, context, into: &lanes)
    return .decoded
  }

  static func orderID(
    _ kind: IqfeedBooks.Kind, _ key: UInt64, _ instrument: UInt32, isAsk: Bool
  ) -> UInt64 {
    guard kind == .maker else { return key }
    return 1 << 63 | UInt64(instrument) << 33 | (isAsk ? 1 << 32 : 0) | key
  }

  /// In the lane's convention (`LaneConvention`): a change is a replacement whose ids are the same,
  /// a cancellation names the order alone.
  private func writeOrder(
    _ action: Action, _ orderID: UInt64, _ instrument: UInt32, _ change: DepthChange,
    _ context: IqfeedContext, into lanes: inout LaneWriter
  ) {
    let isCancel = action == .cancel
    write(
      MBOMessage(
        publisherID: Iqfeed.publisherID, instrumentID: instrument, tsEvent: change.tsEvent,
        orderID: orderID, price: isCancel ? Undefined.price : change.price,
        size: isCancel ? Undefined.orderSize : UInt32(truncatingIfNeeded: change.size),
        flags: change.flags, action: action,
        side: action == .add ? (change.isAsk ? .ask : .bid) : .none, tsRecv: context.tsRecv,
        tsInDelta: action == .modify ? Int32(truncatingIfNeeded: orderID) : 0,
        sequence: context.sequence),
      into: &lanes)
  }

  /// Types 7, 8 and 9.
  private mutating func decodeLevel(
    _ bytes: RawSpan, _ letter: UInt8, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    let isDelete = letter == Iqfeed.MessageType.levelDelete
    if let problem = countProblem(isDelete ? 6 : 9) { return .rejected(problem) }
    var change = DepthChange()
    guard let isAsk = side(bytes, 2),
      let time = depthTime(bytes, time: isDelete ? 4 : 7, date: isDelete ? 5 : 8, context)
    else { return .rejected(.badField) }
    (change.isAsk, change.tsEvent) = (isAsk, time)
    if let problem = depthPrice(bytes, price: 3, size: isDelete ? 0 : 4, &change) {
      return .rejected(problem)
    }
    let (place, verdict) = depthPlace(bytes, letter, context, into: &lanes)
    guard place >= 0 else { return verdict }
    change.place = place
    change.flags =
      letter == Iqfeed.MessageType.levelSummary ? [.last, .mbp, .snapshot] : [.last, .mbp]
    let slot = instruments.slot(place)
    let key = UInt64(bitPattern: change.price)
    let owner = IqfeedBooks.owner(slot.index, .level, isAsk: isAsk)
    if change.size == 0 {
      guard books.remove(owner, key) else { return .ignored(letter) }
    } else if !books.set(IqfeedBooks.Entry(owner: owner, key: key, isAsk: isAsk ? 1 : 0)) {
      return .rejected(.oversized)
    }
    writeLevel(slot.instrument, change, context, into: &lanes)
    return .decoded
  }

  private func writeLevel(
    _ instrument: UInt32, _ change: DepthChange, _ context: IqfeedContext,
    into lanes: inout LaneWriter
  ) {
    write(
      MBOMessage(
        publisherID: Iqfeed.publisherID, instrumentID: instrument, tsEvent: change.tsEvent,
        price: change.price, size: UInt32(truncatingIfNeeded: change.size), flags: change.flags,
        action: change.size == 0 ? .cancel : .modify, side: change.isAsk ? .ask : .bid,
        tsRecv: context.tsRecv, sequence: context.sequence),
      into: &lanes)
  }

  /// Both sides of a market maker in a line, protocol 6.1 and before; a side that is not valid is
  /// no quote.
  private mutating func decodeOldDepth(
    _ bytes: RawSpan, _ letter: UInt8, fieldCount: Int, _ context: IqfeedContext,
    into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    if let problem = countProblem(fieldCount) { return .rejected(problem) }
    let isOldest = fieldCount == 15
    let validity = isOldest ? 13 : 11
    var bid = DepthChange()
    var ask = DepthChange()
    guard let key = makerKey(bytes, 2), let isBid = truth(bytes, validity),
      let isAsk = truth(bytes, validity + 1),
      let bidTime = depthTime(bytes, time: 7, date: 8, context),
      let askTime = depthTime(bytes, time: isOldest ? 12 : 10, date: 8, context)
    else { return .rejected(.badField) }
    if let problem = depthPrice(bytes, price: 3, size: 5, &bid) { return .rejected(problem) }
    if let problem = depthPrice(bytes, price: 4, size: 6, &ask) { return .rejected(problem) }
    let (place, verdict) = depthPlace(bytes, letter, context, into: &lanes)
    guard place >= 0 else { return verdict }
    (bid.place, bid.isAsk, bid.tsEvent) = (place, false, bidTime)
    (ask.place, ask.isAsk, ask.tsEvent) = (place, true, askTime)
    if letter == Iqfeed.MessageType.oldDepthImage {
      bid.flags.insert(.snapshot)
      ask.flags.insert(.snapshot)
    }
    if !isBid { bid.size = 0 }
    if !isAsk { ask.size = 0 }
    let first = setOrder(.maker, key, bid, context, letter, into: &lanes)
    let second = setOrder(.maker, key, ask, context, letter, into: &lanes)
    return first == .ignored(letter) ? second : first
  }

  private func truth(_ bytes: RawSpan, _ column: Int) -> Bool? {
    if fields.matches(bytes, column, "T") { return true }
    return fields.matches(bytes, column, "F") ? false : nil
  }

  /// `S,CLEAR DEPTH,SYM,A|B`: one side is empty.
  mutating func clearSide(
    _ bytes: RawSpan, _ context: IqfeedContext, into lanes: inout LaneWriter
  ) -> IqfeedVerdict {
    if let problem = countProblem(4) { return .rejected(problem) }
    guard let isAsk = side(bytes, 3),
      let key = IqfeedInstruments.key(bytes, fields.start(2), fields.end(2))
    else { return .rejected(.badField) }
    let place = instruments.find(key)
    guard place >= 0 else { return .ignored(Iqfeed.MessageType.system) }
    let slot = instruments.slot(place)
    var start = 0
    while let (entry, found) = books.next(of: slot.index, isAsk: isAsk, from: start) {
      start = found
      _ = books.remove(entry.owner, entry.key)
      var change = DepthChange()
      change.isAsk = isAsk
      let kind = IqfeedBooks.kind(of: entry.owner)
      if kind == .level {
        change.price = Int64(bitPattern: entry.key)
        change.flags = [.last, .mbp]
        writeLevel(slot.instrument, change, context, into: &lanes)
      } else {
        writeOrder(
          .cancel, Self.orderID(kind, entry.key, slot.instrument, isAsk: isAsk), slot.instrument,
          change, context, into: &lanes)
      }
    }
    return .decoded
  }

  /// Section 5: "After S,SERVER DISCONNECTED empty all books."
  mutating func clearBooks(_ context: IqfeedContext, into lanes: inout LaneWriter) {
    guard books.count > 0 else { return }
    for index in 0..<instruments.count {
      let place = instruments.slot(index: index)
      guard place >= 0 else { continue }
      let slot = instruments.slot(place)
      guard LiveInterests(rawValue: slot.interests).contains(.depth) else { continue }
      for flags in [Flags.last, [.last, .mbp]] {
        write(
          MBOMessage(
            publisherID: Iqfeed.publisherID, instrumentID: slot.instrument,
            tsEvent: context.tsRecv, size: 0, flags: flags, action: .clear,
            tsRecv: context.tsRecv, sequence: context.sequence),
          into: &lanes)
      }
    }
    books.removeAll()
  }
}

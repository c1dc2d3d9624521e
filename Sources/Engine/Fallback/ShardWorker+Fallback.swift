internal import Books
internal import FeedKit
internal import Lanes
internal import Ledger
internal import Records
internal import Sessions

/// Instruments with several sources: what comes from a source that is not in use is filtered, after
/// its book has learnt it, so that the book is whole when the source takes over.
extension ShardWorker {
  /// A batch of the source at `index`, where instruments of this shard have several sources.
  @inline(never)
  mutating func processChosen(_ index: Int, _ source: inout SourceState) {
    takeSwitches()
    for place in 0..<batch.count {
      // Safety: every record of a batch has its header.
      let record = unsafe batch[place]
      let type = unsafe record.load(fromByteOffset: 1, as: RType.self)
      let instrument = unsafe record.load(fromByteOffset: 4, as: UInt32.self)
      let slot = Self.isChosen(type) ? fallback.slot(instrument) : -1
      guard slot >= 0, let rank = fallback.place(of: index, slot: slot) else {
        unsafe applyOrPass(record, &source)
        continue
      }
      unsafe compare(record, type, slot: slot, rank: rank)
      if fallback.slots[slot].active == rank || !fallback.slots[slot].chooses {
        unsafe applyOrPass(record, &source)
      } else {
        unsafe absorb(record, type, &source)
      }
    }
  }

  /// What a strategy would otherwise get twice. Symbols, definitions, errors and system records say
  /// something of their source and pass.
  private static func isChosen(_ type: RType) -> Bool {
    switch type {
    case .symbolMapping, .instrumentDefinition, .error, .system: false
    default: true
    }
  }

  @inline(__always)
  private mutating func applyOrPass(_ record: UnsafeRawPointer, _ source: inout SourceState) {
    // Safety: a whole record of the batch.
    if outputs.needsBooks {
      unsafe apply(record, &source)
    } else {
      unsafe pass(record, &source)
    }
  }

  /// Takes a record into the book of its source without giving anything out.
  private mutating func absorb(
    _ record: UnsafeRawPointer, _ type: RType, _ source: inout SourceState
  ) {
    // Safety: a whole record of this type lies there.
    if type == .status {
      let status = unsafe record.load(as: StatusMessage.self)
      if status.isTrading != .notAvailable {
        source.trading.set(status.header.instrumentID, isTrading: status.isTrading == .yes)
      }
    } else if type == .mbo, outputs.needsBooks {
      let order = unsafe OrderWords(at: record)
      guard isInSequence(order.sequence, &source) else {
        counters.counters.duplicate &+= 1
        return
      }
      if order.flags.contains(.mbp) {
        absorbLevel(order, &source)
      } else {
        absorbOrder(order, &source)
      }
    }
    filter()
  }

  private func absorbLevel(_ order: OrderWords, _ source: inout SourceState) {
    if order.action == .clear {
      source.levels.clear(instrument: order.instrument)
    } else {
      _ = source.levels.set(
        instrument: order.instrument, side: order.bookSide, price: order.price,
        size: order.action == .cancel ? 0 : UInt64(order.size))
    }
  }

  private func absorbOrder(_ order: OrderWords, _ source: inout SourceState) {
    let instrument = order.instrument
    switch order.action {
    case .add:
      _ = source.orders.add(
        instrument: instrument, orderID: order.orderID, side: order.bookSide,
        price: order.price, size: order.size, priority: order.orderID)
    case .cancel:
      _ = source.orders.cancel(orderID: order.orderID, size: order.size, instrument: instrument)
    case .fill:
      _ = source.orders.execute(orderID: order.orderID, size: order.size, instrument: instrument)
    case .modify:
      let gone = source.orders.delete(orderID: order.olderID, instrument: instrument)
      guard gone.isApplied else { return }
      _ = source.orders.add(
        instrument: instrument, orderID: order.orderID, side: gone.side, price: order.price,
        size: order.size, priority: order.orderID)
    case .clear: _ = source.orders.clear(instrument: instrument)
    default: break
    }
  }

  // MARK: Changes and alarms

  /// Does what the desk wants: the record of a change stands in the stream before the first record
  /// of the new source.
  mutating func takeSwitches() {
    guard let box = fallback.box else { return }
    for change in box.take() {
      let slot = fallback.slot(change.event.instrument)
      guard slot >= 0 else { continue }
      fallback.slots[slot].active = change.place
      tell(change.event)
      // Where no record comes, the account of this one is not forgotten.
      unsettled &+= 1
    }
  }

  /// An event as a system record.
  private mutating func tell(_ event: FallbackEvent) {
    derive(
      SystemMessage(
        publisherID: fallbackPublisher, instrumentID: event.instrument, tsEvent: event.time,
        msg: InlineArray(text: event.text)))
  }

  /// Compares the record's price with those of the other sources.
  @inline(__always)
  private mutating func compare(
    _ record: UnsafeRawPointer, _ type: RType, slot: Int, rank: Int
  ) {
    guard fallback.slots[slot].watch != nil else { return }
    // Safety: a whole record of this type lies there; any bits are valid in its fields.
    if type == .trade {
      let trade = unsafe record.load(as: TradeMessage.self)
      guard !trade.flags.contains(.snapshot), trade.price != Undefined.price else { return }
      note(trade.price, time: trade.tsRecv, slot: slot, rank: rank)
    } else if type == .mbp1 {
      let quote = unsafe record.load(as: MBP1Message.self)
      let best = quote.levels[0]
      guard best.bidPx != Undefined.price, best.askPx != Undefined.price else { return }
      // Halved before they are added: the sum of two prices may not fit.
      let middle = best.bidPx / 2 + best.askPx / 2 + (best.bidPx % 2 + best.askPx % 2) / 2
      note(middle, time: quote.tsRecv, slot: slot, rank: rank)
    }
  }

  private mutating func note(_ price: Int64, time: UInt64, slot: Int, rank: Int) {
    guard let found = fallback.slots[slot].watch?.note(rank, price: price, time: time) else {
      return
    }
    let names = fallback.slots[slot].names
    let content: FallbackEvent.Content
    switch found {
    case .apart(let first, let second, let ticks):
      content = .apart(first: names[first], second: names[second], ticks: ticks)
    case .lagging(let source, let other, let nanos):
      content = .lagging(source: names[source], other: names[other], nanos: nanos)
    case .together(let first, let second):
      content = .together(first: names[first], second: names[second])
    }
    let event = FallbackEvent(
      instrument: fallback.slots[slot].instrument, time: time, content: content)
    tell(event)
    fallback.box?.addAlarm(event)
  }
}

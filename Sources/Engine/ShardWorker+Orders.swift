internal import Books
internal import FeedKit
internal import Ledger
internal import Records

/// Order records: the book completes what the wire left out (`LaneConvention`).
extension ShardWorker {
  /// One record of a lane, with books.
  @inline(__always)
  mutating func apply(_ record: UnsafeRawPointer, _ source: inout SourceState) {
    // Safety: a whole record lies at `record`, 8-byte aligned; any bits are valid in its fields.
    if unsafe record.load(fromByteOffset: 1, as: RType.self) == .mbo {
      unsafe applyOrder(OrderWords(at: record), &source)
    } else {
      unsafe applyOther(record, &source)
    }
  }

  /// One record of a lane, without books: only what bars and statistics want is looked at.
  @inline(__always)
  mutating func pass(_ record: UnsafeRawPointer, _ source: inout SourceState) {
    if unsafe record.load(fromByteOffset: 1, as: RType.self) == .mbo {
      unsafe deliver(record)
    } else {
      unsafe applyOther(record, &source)
    }
  }

  /// False for a record that has come before: sequences of a source never run backwards within a
  /// session. Distances are taken modulo 2^32, as the field is.
  @inline(__always)
  func isInSequence(_ sequence: UInt32, _ source: inout SourceState) -> Bool {
    let isForward = Int32(bitPattern: sequence &- source.lastSequence) >= 0
    guard isForward || !source.hasSequence else { return false }
    source.lastSequence = sequence
    source.hasSequence = true
    return true
  }

  @inline(__always)
  private mutating func applyOrder(
    _ wire: OrderWords, _ source: inout SourceState
  ) {
    guard isInSequence(wire.sequence, &source) else {
      counters.counters.duplicate &+= 1
      return
    }
    var record = wire
    if source.isSuspect { record.flags.insert(.maybeBadBook) }
    if record.flags.contains(.mbp) { return applyLevel(record, &source) }
    switch record.action {
    case .add: applyAdd(record, &source)
    case .cancel: applyCancel(record, &source)
    case .fill: applyFill(record, &source)
    case .modify: applyReplace(record, &source)
    case .clear:
      _ = source.orders.clear(instrument: record.instrument)
      deliver(record)
    default: deliver(record)
    }
    if outputs.contains(.bbo1s) { closeInterval(record.header, &source) }
  }

  private func side(_ side: BookSide) -> Side { side == .bid ? .bid : .ask }

  @inline(__always)
  private mutating func applyAdd(_ record: OrderWords, _ source: inout SourceState) {
    let effect = source.orders.add(
      instrument: record.instrument, orderID: record.orderID, side: record.bookSide,
      price: record.price, size: record.size,
      priority: record.orderID)
    guard effect.isApplied else { return filter() }
    deliver(record)
    changed(record, effect, &source)
  }

  @inline(__always)
  private mutating func changed(
    _ record: OrderWords, _ effect: BookEffect, _ source: inout SourceState
  ) {
    bookChanged(
      record, changes: effect.changes, depth: effect.depth, levels: source.orders.levels,
      trading: source.trading, conflation: &source.conflation)
  }

  @inline(__always)
  private mutating func applyCancel(_ wire: OrderWords, _ source: inout SourceState) {
    let effect = source.orders.cancel(
      orderID: wire.orderID, size: wire.size, instrument: wire.instrument)
    guard effect.isApplied else { return missing() }
    var record = wire
    record.side = side(effect.side)
    record.price = effect.price
    record.size = effect.size
    deliver(record)
    changed(record, effect, &source)
  }

  /// An execution is a trade by the aggressor, a fill of the resting order, and its reduction; LAST
  /// stands on the final one. One that is not printable is no trade of its own: the cross is.
  private mutating func applyFill(_ wire: OrderWords, _ source: inout SourceState) {
    let effect = source.orders.execute(
      orderID: wire.orderID, size: wire.size, instrument: wire.instrument)
    guard effect.isApplied else { return missing() }
    let isPrintable = !wire.flags.contains(.publisherSpecific)
    var record = wire
    record.flags.remove(.publisherSpecific)
    record.flags.remove(.last)
    record.price = wire.price == Undefined.price ? effect.price : wire.price
    record.size = effect.size
    if isPrintable {
      record.action = .trade
      record.side = effect.side == .bid ? .ask : .bid
      derive(record)
      traded(
        record.header, price: record.price, size: record.size, side: record.side,
        sequence: record.sequence, isPrintable: true, &source)
    }
    record.action = .fill
    record.side = side(effect.side)
    deliver(record)
    record.action = .cancel
    record.price = effect.price
    record.flags.insert(.last)
    derive(record)
    changed(record, effect, &source)
  }

  /// A replacement is a cancel of the old order and an add of the new one, which inherits its side.
  private mutating func applyReplace(
    _ wire: OrderWords, _ source: inout SourceState
  ) {
    let older = wire.olderID
    let gone = source.orders.delete(orderID: older, instrument: wire.instrument)
    guard gone.isApplied else { return missing() }
    var record = wire
    record.dropOlderID()
    record.action = .cancel
    record.orderID = older
    record.side = side(gone.side)
    record.price = gone.price
    record.size = gone.size
    record.flags.remove(.last)
    derive(record)
    let made = source.orders.add(
      instrument: wire.instrument, orderID: wire.orderID, side: gone.side,
      price: wire.price, size: wire.size, priority: wire.orderID)
    record.action = .add
    record.orderID = wire.orderID
    record.price = wire.price
    record.size = wire.size
    record.flags.insert(.last)
    guard made.isApplied else {
      filter()
      return changed(record, gone, &source)
    }
    deliver(record)
    var effect = made
    effect.changes.formUnion(gone.changes)
    effect.depth = min(made.depth, gone.depth)
    changed(record, effect, &source)
  }

  /// An order that the book does not know: before a gap, from before we joined, or never there.
  private mutating func missing() {
    counters.counters.unknownOrders &+= 1
    filter()
  }

  /// A price level of an aggregated feed; the book is true only where LAST is set.
  private mutating func applyLevel(_ record: OrderWords, _ source: inout SourceState) {
    let instrument = record.instrument
    guard record.action != .clear else {
      source.levels.clear(instrument: instrument)
      return deliver(record)
    }
    let effect = source.levels.set(
      instrument: instrument, side: record.bookSide, price: record.price,
      size: record.action == .cancel ? 0 : UInt64(record.size))
    deliver(record)
    if source.hasPending, source.pendingInstrument != instrument { source.dropPending() }
    source.note(effect, of: instrument)
    if record.flags.contains(.last) {
      let depth = source.pendingDepth
      let changes = source.pendingChanges
      source.dropPending()
      guard depth != .max else { return }
      bookChanged(
        record, changes: changes, depth: depth, levels: source.levels.levels,
        trading: source.trading, conflation: &source.conflation)
    }
    if outputs.contains(.bbo1s) { closeInterval(record.header, &source) }
  }
}

internal import Books
internal import Ledger
internal import Records
internal import SharedMemory

/// Every record that leaves a worker goes through here, so that the outlets' equations have one
/// place.
extension ShardWorker {
  /// A record of the feed, as it stands in the lane.
  @inline(__always)
  mutating func deliver(_ record: UnsafeRawPointer) {
    let bytes = unsafe Int(record.load(as: UInt8.self)) &* 4
    // Safety: the lane has checked that the record is whole.
    unsafe emit(record, byteCount: bytes)
    counters.counters.delivered &+= 1
    outlet.counters.offered &+= 1
  }

  /// An order record of the feed, as the book has completed it.
  @inline(__always)
  mutating func deliver(_ record: OrderWords) {
    emit(line: record.words)
    counters.counters.delivered &+= 1
    outlet.counters.offered &+= 1
  }

  /// An order record that the worker adds of its own.
  @inline(__always)
  mutating func derive(_ record: OrderWords) {
    emit(line: record.words)
    counters.counters.derived &+= 1
    outlet.counters.offered &+= 1
  }

  /// A record that the worker adds of its own.
  @inline(__always)
  mutating func derive<R: Record>(_ record: R) {
    emit(record)
    counters.counters.derived &+= 1
    outlet.counters.offered &+= 1
  }

  /// A record of the feed that is not published (an order that is not known).
  mutating func filter() { counters.counters.filtered &+= 1 }

  /// What follows from a change of a book: quotes on request, the check that it is not crossed.
  @inline(__always)
  mutating func bookChanged(
    _ cause: OrderWords, changes: BookChanges, depth: UInt16, levels: borrowing BookLevels,
    trading: borrowing TradingStates, conflation: inout QuoteConflation
  ) {
    let topChanged = !changes.isDisjoint(with: [.bestSize, .bestPrice])
    if changes.contains(.bestPrice), levels.isCrossed(instrument: cause.instrument),
      trading.isTrading(cause.instrument)
    {
      counters.counters.crossedBooks &+= 1
    }
    if topChanged {
      if outputs.contains(.mbp1) { deriveTop(cause, depth: depth, levels: levels) }
      if outputs.contains(.bbo1s) {
        conflation.quoteChanged(
          cause.instrument, tsEvent: cause.tsEvent, sequence: cause.sequence)
      }
    }
    if depth < 10, outputs.contains(.mbp10) { deriveDepth(cause, depth: depth, levels: levels) }
  }

  private mutating func deriveTop(
    _ cause: OrderWords, depth: UInt16, levels: borrowing BookLevels
  ) {
    let lines = cause.quote(depth: depth, levels.pair(0, instrument: cause.instrument))
    emit(lines.0, lines.1, byteCount: MemoryLayout<MBP1Message>.size)
    counters.counters.derived &+= 1
    outlet.counters.offered &+= 1
  }

  private mutating func deriveDepth(
    _ cause: OrderWords, depth: UInt16, levels: borrowing BookLevels
  ) {
    let instrument = cause.instrument
    derive(
      MBP10Message(
        publisherID: cause.publisherID, instrumentID: instrument, tsEvent: cause.tsEvent,
        price: cause.price, size: cause.size,
        action: cause.action, side: cause.side, flags: cause.flags.union(.last),
        depth: UInt8(clamping: depth), tsRecv: cause.tsRecv, sequence: cause.sequence,
        levels: levels.pairs(instrument: instrument)))
  }

  /// A trade for bars, statistics and BBO intervals. `isPrintable` says whether it counts.
  @inline(__always)
  mutating func traded(
    _ header: RecordHeader, price: Int64, size: UInt32, side: Side, sequence: UInt32,
    isPrintable: Bool, _ source: inout SourceState
  ) {
    guard isPrintable, size > 0 else { return }
    let instrument = header.instrumentID
    if outputs.contains(.ohlcv1s),
      let bar = source.bars1s.trade(
        instrument: instrument, price: price, size: size, tsEvent: header.tsEvent)
    {
      derive(bar.message(rtype: .ohlcv1s, publisherID: header.publisherID))
    }
    if outputs.contains(.ohlcv1m),
      let bar = source.bars1m.trade(
        instrument: instrument, price: price, size: size, tsEvent: header.tsEvent)
    {
      derive(bar.message(rtype: .ohlcv1m, publisherID: header.publisherID))
    }
    if outputs.contains(.statistics) {
      source.statistics.trade(instrument: instrument, price: price, size: size)
      source.noteTraded(instrument, publisherID: header.publisherID)
    }
    if outputs.contains(.bbo1s) {
      source.conflation.traded(
        instrument, price: price, size: size, side: side, tsEvent: header.tsEvent,
        sequence: sequence)
    }
  }
}

internal import Books
internal import FeedKit
internal import Ledger
internal import Records
internal import SharedMemory

/// Everything but orders: trades, quotes, status, definitions, sessions, gaps.
extension ShardWorker {
  @inline(never)
  mutating func applyOther(_ record: UnsafeRawPointer, _ source: inout SourceState) {
    // Safety: whole records of these types lie at `record`; any bits are valid in their fields.
    switch unsafe record.load(fromByteOffset: 1, as: RType.self) {
    case .trade:
      let trade = unsafe record.load(as: TradeMessage.self)
      unsafe deliver(record)
      traded(
        trade.header, price: trade.price, size: trade.size, side: trade.side,
        sequence: trade.sequence, isPrintable: true, &source)
      closeInterval(trade.header, &source)
    case .status:
      let status = unsafe record.load(as: StatusMessage.self)
      if status.isTrading != .notAvailable {
        source.trading.set(status.header.instrumentID, isTrading: status.isTrading == .yes)
      }
      unsafe deliver(record)
    case .symbolMapping:
      counters.counters.instruments &+= 1
      // Before the record: who finds it in the ring finds its symbol in the file.
      unsafe symbols.note(record.load(as: SymbolMappingMessage.self))
      unsafe deliver(record)
    case .error:
      if unsafe GapRecord.isGap(record.load(as: ErrorMessage.self)) {
        source.isSuspect = true
        counters.counters.sequenceGaps &+= 1
      }
      unsafe deliver(record)
    case .system:
      // Safety: a lane's record is as long as its type says; its struct is that type's.
      if unsafe SessionRecord.isStart(record.load(as: SystemMessage.self)) {
        flushIntervals(&source)
        restart(&source)
      }
      unsafe deliver(record)
    default:
      unsafe deliver(record)
    }
  }

  /// Gives out the BBO-1s records of an interval that is over.
  @inline(__always)
  mutating func closeInterval(_ header: RecordHeader, _ source: inout SourceState) {
    guard outputs.contains(.bbo1s),
      let end = source.conflation.endOfInterval(at: header.tsEvent)
    else { return }
    emitQuotes(publisherID: header.publisherID, end: end, &source)
  }

  @inline(never)
  private mutating func emitQuotes(
    publisherID: UInt16, end: UInt64, _ source: inout SourceState
  ) {
    var conflation = QuoteConflation()
    swap(&conflation, &source.conflation)
    conflation.drain(publisherID: publisherID, end: end) { quote in
      var quote = quote
      let instrument = quote.header.instrumentID
      let hasOrders = source.orders.levels.bookCount > 0
      quote.levels[0] =
        hasOrders
        ? source.orders.levels.pair(0, instrument: instrument)
        : source.levels.levels.pair(0, instrument: instrument)
      derive(quote)
    }
    swap(&conflation, &source.conflation)
  }

  /// Gives out unfinished bars and the session's statistics: at its end and at the end of input.
  mutating func flushIntervals(_ source: inout SourceState) {
    let publisherID = source.publisherID
    if outputs.contains(.ohlcv1s) {
      source.bars1s.flush { derive($0.message(rtype: .ohlcv1s, publisherID: publisherID)) }
    }
    if outputs.contains(.ohlcv1m) {
      source.bars1m.flush { derive($0.message(rtype: .ohlcv1m, publisherID: publisherID)) }
    }
    guard outputs.contains(.statistics) else { return }
    for instrument in source.tradedInstruments {
      guard let summary = source.statistics.summary(instrument: instrument) else { continue }
      derive(statistic(.openingPrice, instrument, publisherID, price: summary.open))
      derive(statistic(.tradingSessionHighPrice, instrument, publisherID, price: summary.high))
      derive(statistic(.tradingSessionLowPrice, instrument, publisherID, price: summary.low))
      derive(statistic(.closePrice, instrument, publisherID, price: summary.last))
      var volume = statistic(.clearedVolume, instrument, publisherID, price: Undefined.price)
      volume.quantity = Int64(clamping: summary.volume)
      derive(volume)
      if let average = summary.averagePrice {
        derive(statistic(.vwap, instrument, publisherID, price: average))
      }
    }
    source.tradedInstruments.removeAll(keepingCapacity: true)
  }

  private func statistic(
    _ type: StatType, _ instrument: UInt32, _ publisherID: UInt16, price: Int64
  ) -> StatisticsMessage {
    StatisticsMessage(
      publisherID: publisherID, instrumentID: instrument, price: price, statType: type)
  }
}

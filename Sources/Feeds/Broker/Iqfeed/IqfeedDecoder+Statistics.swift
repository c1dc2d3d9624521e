internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// Statistics of P and Q lines: open, high, low, close, settlement and volume where Message
/// Contents names them, open interest and VWAP with each P.
extension IqfeedDecoder {
  /// The values that a line has; undefined ones become no record.
  struct Statistics {
    var prices = InlineArray<6, Int64>(repeating: Undefined.price)
    var volume = Undefined.quantity
    var openInterest = Undefined.quantity
    var problem: RejectReason?
  }

  private static var types: InlineArray<6, StatType> {
    [
      .openingPrice, .tradingSessionHighPrice, .tradingSessionLowPrice, .closePrice,
      .settlementPrice, .vwap,
    ]
  }

  @inline(never)
  func readStatistics(_ bytes: RawSpan, _ contents: UInt64, isSummary: Bool) -> Statistics {
    var found = Statistics()
    let wanted: InlineArray<6, (Int, Bool)> = [
      (set.open, contents & IqfeedContents.open != 0),
      (set.high, contents & IqfeedContents.high != 0),
      (set.low, contents & IqfeedContents.low != 0),
      (set.close, contents & IqfeedContents.close != 0),
      (set.settle, contents & IqfeedContents.settle != 0), (set.vwap, isSummary),
    ]
    for index in 0..<6 where wanted[index].1 && wanted[index].0 > 0 {
      let column = wanted[index].0
      let price = IqfeedNumber.price(bytes, fields.start(column), fields.end(column))
      if IqfeedNumber.isWrong(price) {
        found.problem = price == IqfeedNumber.bad ? .badField : .overflow
      }
      found.prices[index] = price
    }
    if contents & IqfeedContents.volume != 0, set.totalVolume > 0 {
      found.volume = quantity(bytes, set.totalVolume, &found.problem)
    }
    if isSummary, set.openInterest > 0 {
      found.openInterest = quantity(bytes, set.openInterest, &found.problem)
    }
    return found
  }

  private func quantity(
    _ bytes: RawSpan, _ column: Int, _ problem: inout RejectReason?
  ) -> Int64 {
    let value = IqfeedNumber.whole(bytes, fields.start(column), fields.end(column))
    if IqfeedNumber.isWrong(value) {
      problem = value == IqfeedNumber.bad ? .badField : .overflow
    }
    return value
  }

  /// Writes what there is; whether that was something.
  @inline(never)
  func write(
    _ found: Statistics, instrument: UInt32, tsEvent: UInt64, _ context: IqfeedContext,
    into lanes: inout LaneWriter
  ) -> Bool {
    var record = StatisticsMessage(
      publisherID: Iqfeed.publisherID, instrumentID: instrument, tsEvent: tsEvent,
      tsRecv: context.tsRecv, sequence: context.sequence)
    var count = 0
    let types = Self.types
    for index in 0..<6 where found.prices[index] != Undefined.price {
      record.price = found.prices[index]
      record.statType = types[index]
      write(record, into: &lanes)
      count += 1
    }
    record.price = Undefined.price
    if found.volume != Undefined.quantity {
      record.quantity = found.volume
      record.statType = .clearedVolume
      write(record, into: &lanes)
      count += 1
    }
    if found.openInterest != Undefined.quantity {
      record.quantity = found.openInterest
      record.statType = .openInterest
      write(record, into: &lanes)
      count += 1
    }
    return count > 0
  }

  // Tick ids

  /// Notes the tick id of a trade, and reports trades that are missing before it.
  @inline(__always)
  mutating func noteTick(
    _ bytes: RawSpan, _ slot: IqfeedInstruments.Slot, day: Int32, isSummary: Bool,
    _ context: IqfeedContext, into lanes: inout LaneWriter
  ) {
    guard set.tickID > 0, set.trade.center > 0 else { return }
    let id = IqfeedNumber.whole(bytes, fields.start(set.tickID), fields.end(set.tickID))
    let center = IqfeedNumber.whole(
      bytes, fields.start(set.trade.center), fields.end(set.trade.center))
    guard id > 0, center >= 0, center <= 0xFFFF, id != Undefined.quantity else { return }
    let verdict = ticks.note(
      index: slot.index, center: center, day: day, id: UInt64(bitPattern: id))
    if verdict != .fine, !isSummary {
      reportTick(verdict, slot, center, UInt64(bitPattern: id), context, into: &lanes)
    }
  }

  /// In a session the runner writes the record, in files nobody else does.
  @inline(never)
  private mutating func reportTick(
    _ verdict: IqfeedTicks.Verdict, _ slot: IqfeedInstruments.Slot, _ center: Int64, _ id: UInt64,
    _ context: IqfeedContext, into lanes: inout LaneWriter
  ) {
    switch verdict {
    case .fine: break
    case .missing(let first):
      missingTicks &+= id &- first
      events.append(
        .missing(index: Int(slot.index), channel: "center \(center)", first: first, last: id - 1))
      guard learns else { return }
      write(
        LiveRecord.missing(
          publisherID: Iqfeed.publisherID, instrumentID: slot.instrument, source: "iqfeed",
          channel: "center \(center)", first: first, last: id - 1, tsRecv: context.tsRecv),
        into: &lanes)
    case .notDense:
      events.append(
        .notice(
          code: 0,
          text: "tick ids of instrument \(slot.instrument) at market center \(center) jump all "
            + "the time: they are not used to find losses"))
    }
  }
}

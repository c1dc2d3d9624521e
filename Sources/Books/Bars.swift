public import Records

/// Open, high, low, close and volume of one instrument in one interval.
public struct Bar: Hashable, Sendable, BitwiseCopyable {
  /// Start of the interval: event time in ns, a multiple of the interval's length.
  public var start: UInt64
  /// Prices in 1e-9.
  public var open: Int64
  public var high: Int64
  public var low: Int64
  public var close: Int64
  public var volume: UInt64
  public var instrument: UInt32
  /// Number of trades, never 0; saturates.
  public var trades: UInt32

  /// The bar as a DBN record.
  @inlinable
  public func message(rtype: RType, publisherID: UInt16) -> OHLCVMessage {
    OHLCVMessage(
      rtype: rtype, publisherID: publisherID, instrumentID: instrument, tsEvent: start,
      open: open, high: high, low: low, close: close, volume: volume)
  }
}

/// Bars of one interval for all instruments of a shard, by event time.
///
/// Owned by one thread; allocates only for new instruments. An interval without trades has no bar.
/// A trade of an interval that is finished already is left out and counted.
public struct Bars: ~Copyable {
  /// Length of the interval in ns.
  public let intervalNanos: UInt64
  /// Trades left out because their interval was over.
  public private(set) var lateTrades: UInt64 = 0
  /// Trades left out for want of a price or because of `BookLimits.books`.
  public private(set) var refusedTrades: UInt64 = 0
  private var instruments = InstrumentMap()
  /// The unfinished bar of each instrument; no trades = none.
  private var bars = MappedTable<Bar>(count: 64)

  /// Makes bars of an interval of at least 1 ns.
  public init(intervalNanos: UInt64) {
    precondition(intervalNanos > 0, "a bar needs an interval")
    self.intervalNanos = intervalNanos
  }

  /// Bytes of all tables: 56 per instrument and 4 per instrument id.
  public var memoryBytes: Int { bars.byteCount + instruments.byteCount }

  /// Takes one trade in, and returns the bar that it finishes: the instrument's last one, if it
  /// belongs to an earlier interval.
  ///
  /// A trade that is not printable is ignored: it is reported again in another form (ITCH 5.0,
  /// "Order Executed With Price Message", field Printable), and must not count twice.
  public mutating func trade(
    instrument: UInt32, price: Int64, size: UInt32, tsEvent: UInt64, isPrintable: Bool = true
  ) -> Bar? {
    guard isPrintable else { return nil }
    guard price != Undefined.price,
      let index = instruments.find(instrument) ?? instruments.insert(instrument)
    else {
      refusedTrades += 1
      return nil
    }
    if index >= bars.count { bars.grow(to: bars.count * 2) }
    let start = tsEvent - tsEvent % intervalNanos
    let last = bars[index]
    if last.trades > 0, start < last.start {
      lateTrades += 1
      return nil
    }
    if last.trades == 0 || start > last.start {
      bars[index] = Bar(
        start: start, open: price, high: price, low: price, close: price, volume: UInt64(size),
        instrument: instrument, trades: 1)
      return last.trades == 0 ? nil : last
    }
    bars[index].high = max(last.high, price)
    bars[index].low = min(last.low, price)
    bars[index].close = price
    bars[index].volume = last.volume &+ UInt64(size)
    bars[index].trades = last.trades == .max ? .max : last.trades + 1
    return nil
  }

  /// Gives out the bars whose interval has ended at `tsEvent`, in order of the instruments' first
  /// trades; by default all. Walks all instruments: once an interval, not per message.
  public mutating func flush(endedBy tsEvent: UInt64 = .max, _ emit: (Bar) -> Void) {
    for index in 0..<instruments.count where bars[index].trades > 0 {
      let (end, overflow) = bars[index].start.addingReportingOverflow(intervalNanos)
      guard tsEvent == .max || (!overflow && end <= tsEvent) else { continue }
      emit(bars[index])
      bars[index].trades = 0
    }
  }
}

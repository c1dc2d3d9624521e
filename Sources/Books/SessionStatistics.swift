import Records

/// What the trades of an instrument's session add up to. All exact.
public struct SessionSummary: Hashable, Sendable, BitwiseCopyable {
  /// Sum of price × size; divided by the volume it is the average price. Int64 would overflow on
  /// an ordinary day: 200 dollars (2·10^11) × 10^8 shares = 2·10^19.
  public var notional: Int128
  /// Prices in 1e-9: of the first and of the last trade, the highest and the lowest one.
  public var open: Int64
  public var high: Int64
  public var low: Int64
  public var last: Int64
  public var volume: UInt64
  public var trades: UInt64

  /// Volume-weighted average price in 1e-9, rounded towards zero; nil without volume.
  public var averagePrice: Int64? {
    volume == 0 ? nil : Int64(exactly: notional / Int128(volume))
  }
}

/// Session statistics of all instruments of a shard.
///
/// Owned by one thread; allocates only for new instruments.
public struct SessionStatistics: ~Copyable {
  /// Trades left out for want of a price or because of `BookLimits.books`.
  public private(set) var refusedTrades: UInt64 = 0
  private var instruments = InstrumentMap()
  private var summaries = MappedTable<SessionSummary>(count: 64)

  public init() {}

  /// Bytes of all tables: 64 per instrument and 4 per instrument id.
  public var memoryBytes: Int { summaries.byteCount + instruments.byteCount }

  /// Takes one trade in. A trade that is not printable is ignored, as in `Bars.trade`.
  public mutating func trade(
    instrument: UInt32, price: Int64, size: UInt32, isPrintable: Bool = true
  ) {
    guard isPrintable else { return }
    guard price != Undefined.price,
      let index = instruments.find(instrument) ?? instruments.insert(instrument)
    else {
      refusedTrades += 1
      return
    }
    if index >= summaries.count { summaries.grow(to: summaries.count * 2) }
    let old = summaries[index]
    let isFirst = old.trades == 0
    summaries[index] = SessionSummary(
      notional: old.notional &+ Int128(price) &* Int128(size),
      open: isFirst ? price : old.open,
      high: isFirst ? price : max(old.high, price),
      low: isFirst ? price : min(old.low, price),
      last: price, volume: old.volume &+ UInt64(size), trades: old.trades &+ 1)
  }

  /// The summary of an instrument, or nil where it has not traded.
  public func summary(instrument: UInt32) -> SessionSummary? {
    guard let index = instruments.find(instrument), summaries.count > index,
      summaries[index].trades > 0
    else { return nil }
    return summaries[index]
  }

  /// Forgets the trades of all instruments: a new session.
  public mutating func reset() {
    for index in 0..<min(instruments.count, summaries.count) {
      summaries[index] = SessionSummary(
        notional: 0, open: 0, high: 0, low: 0, last: 0, volume: 0, trades: 0)
    }
  }
}

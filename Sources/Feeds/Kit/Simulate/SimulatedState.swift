/// What is known of an instrument of a simulated market now. Prices are in ticks.
public struct SimulatedState: BitwiseCopyable, Sendable {
  /// Smallest price step in units of 1e-9.
  public let tick: Int64
  public var bid: Int64
  public var ask: Int64
  public var bidTime: UInt64 = 0
  public var askTime: UInt64 = 0
  /// Venues of the best prices, 0 ..< 4.
  public var bidVenue: UInt8 = 0
  public var askVenue: UInt8 = 0
  /// The most recent trade of any kind.
  public var last: Int64
  public var lastSize: UInt32 = 0
  public var lastTime: UInt64 = 0
  public var lastVenue: UInt8 = 0
  public var lastBasis = SimulatedBasis.qualified
  public var lastAggressor: UInt8 = 0
  public var isOddLot = false
  /// Number of the last trade at its venue.
  public var lastNumber: UInt32 = 0
  /// Of the qualified trades of the day; 0 before the first.
  public var open: Int64 = 0
  public var high: Int64 = 0
  public var low: Int64 = 0
  /// The last qualified trade of the day before.
  public var close: Int64
  public var volume: UInt64 = 0
  public var trades: UInt32 = 0
  /// The last trade in regular hours, and the last one in regular or extended hours; odd lots do
  /// not count. The price is there from the start, the time is 0 before the first.
  public var regular: SimulatedPrint
  public var extended: SimulatedPrint
  public var haltedUntil: UInt64 = 0
  /// Trades of the day at each venue.
  var numbers = InlineArray<4, UInt32>(repeating: 0)
  /// Index of the last trade in the history, -1 for none.
  var newest: Int64 = -1
  // The books: rings of ten places whose first is the best. A place keeps its participant.
  var bidSizes = InlineArray<10, UInt32>(repeating: 0)
  var askSizes = InlineArray<10, UInt32>(repeating: 0)
  var bidOrders = InlineArray<10, UInt64>(repeating: 0)
  var askOrders = InlineArray<10, UInt64>(repeating: 0)
  var bidHead = 0
  var askHead = 0

  init(tick: Int64, price: Int64) {
    self.tick = tick
    bid = price
    ask = price + 1
    last = price
    close = price
    regular = SimulatedPrint(price: price)
    extended = SimulatedPrint(price: price)
  }

  /// Whether trading is halted.
  public var isHalted: Bool { haltedUntil > 0 }

  /// Size at the best bid and the best ask.
  public var bidSize: UInt32 { bidSizes[bidHead] }
  public var askSize: UInt32 { askSizes[askHead] }

  /// The place of a level, 0 being the best, within the ring of its side.
  public func place(isBid: Bool, level: Int) -> Int {
    ((isBid ? bidHead : askHead) + level) % SimulatedMarketLimits.levels
  }

  /// A level of the book, 0 being the best.
  public func level(isBid: Bool, _ level: Int) -> SimulatedLevel {
    let place = place(isBid: isBid, level: level)
    return SimulatedLevel(
      place: place, price: isBid ? bid - Int64(level) : ask + Int64(level),
      size: isBid ? bidSizes[place] : askSizes[place],
      order: isBid ? bidOrders[place] : askOrders[place])
  }

  /// A price in units of 1e-9.
  public func units(_ ticks: Int64) -> Int64 { ticks &* tick }
}

/// A trade as quotes remember it; the price is in ticks.
public struct SimulatedPrint: BitwiseCopyable, Sendable, Equatable {
  public var price: Int64
  public var size: UInt32 = 0
  public var time: UInt64 = 0
  public var venue: UInt8 = 0
}

/// One level of a simulated book: one order of one participant.
public struct SimulatedLevel: BitwiseCopyable, Sendable, Equatable {
  /// Which participant quotes it, 0 ..< 10.
  public var place: Int
  /// In ticks.
  public var price: Int64
  public var size: UInt32
  /// Number of its order, unique over the whole simulation.
  public var order: UInt64
}

/// How a trade counts.
public struct SimulatedBasis: RawRepresentable, BitwiseCopyable, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// In regular hours: makes last, high, low.
  public static var qualified: Self { Self(rawValue: UInt8(ascii: "C")) }
  /// Outside of regular hours.
  public static var extended: Self { Self(rawValue: UInt8(ascii: "E")) }
  /// Odd lots: only volume.
  public static var other: Self { Self(rawValue: UInt8(ascii: "O")) }
}

/// A trade of a simulated market, as it can be looked up later.
public struct SimulatedTrade: BitwiseCopyable, Sendable, Equatable {
  /// Unix ns.
  public var time: UInt64
  /// Prices in ticks; bid and ask are the quote that the trade met.
  public var price: Int64
  public var bid: Int64
  public var ask: Int64
  /// Volume of the day with this trade.
  public var volume: UInt64
  /// The instrument's trade before this one, -1 for none.
  var previous: Int64
  /// 1, 2, 3, ... at its venue and day.
  public var number: UInt32
  public var size: UInt32
  /// Days since 1970 of the trading day.
  public var day: Int32
  /// 0 ..< 4.
  public var venue: UInt8
  public var basis: SimulatedBasis
  /// 1 buyer, 2 seller, 3 neither.
  public var aggressor: UInt8
  public var isOddLot: Bool
}

/// Something that happened in a simulated market.
public struct MarketEvent: BitwiseCopyable, Sendable {
  public enum Kind: UInt8, BitwiseCopyable, Sendable {
    /// A trade, perhaps with a change of the book.
    case trade
    /// A change of the book alone.
    case book
    case halt
    case resume
  }
  /// What happened to the book.
  public enum Change: UInt8, BitwiseCopyable, Sendable {
    case none
    /// `level` has the size `size` now.
    case size
    /// A new best price: the last level has become the first, with a new order.
    case improved
    /// The best price is gone: the first level has become the last, with a new order.
    case worsened
  }

  public var kind: Kind
  public var change = Change.none
  public var isBid = false
  /// Level that changed, 0 being the best; of `improved` 0, of `worsened` 9.
  public var level = 0
  /// The order that is gone, with its price in ticks; of `improved` and `worsened`.
  public var goneOrder: UInt64 = 0
  public var gonePrice: Int64 = 0
  /// Whether the trade made the day's open, high, low.
  public var isOpen = false
  public var isHigh = false
  public var isLow = false
  /// Index into `instruments`.
  public var instrument: Int
  /// Unix ns.
  public var time: UInt64

  init(_ kind: Kind, _ instrument: Int, _ time: UInt64) {
    self.kind = kind
    self.instrument = instrument
    self.time = time
  }

  /// Whether the best bid or its size is another one.
  public var changesBid: Bool { change != .none && isBid && isBest }
  /// Whether the best ask or its size is another one.
  public var changesAsk: Bool { change != .none && !isBid && isBest }
  private var isBest: Bool { change != .size || level == 0 }
}

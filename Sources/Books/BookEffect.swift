/// Side of a resting order.
public enum BookSide: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  case bid = 0
  case ask = 1
}

/// What became of an operation on a book.
public enum BookOutcome: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  /// The book changed as asked.
  case applied
  /// No open order has this id: nothing changed.
  case unknownOrder
  /// An open order has the new id already and stays as it is. A replace has removed the old order.
  case duplicateOrder
  /// A new order without size, which can not rest. A replace has removed the old order.
  case zeroSize
  /// The price is DBN's "undefined" (2^63-1) or its mirror (-2^63), which no level can have. A
  /// replace has removed the old order.
  case undefinedPrice
  /// A limit of `BookLimits` is reached. A replace has removed the old order.
  case limitReached
  /// Aggregated feeds: no such level to remove.
  case unknownLevel
}

/// Side conditions of an operation.
public struct BookChanges: OptionSet, Sendable, BitwiseCopyable {
  public let rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The best price of the side is another one, or the side became empty or non-empty.
  @inlinable public static var bestPrice: Self { Self(rawValue: 1) }
  /// Size or number of orders at the best price changed, or the best price itself.
  @inlinable public static var bestSize: Self { Self(rawValue: 2) }
  /// A price level was made or removed.
  @inlinable public static var levels: Self { Self(rawValue: 4) }
  /// The order is closed by this operation (for a replace: the old one, always).
  @inlinable public static var closed: Self { Self(rawValue: 8) }
  /// More was to be taken from the order than it had: clamped to what it had.
  @inlinable public static var clamped: Self { Self(rawValue: 16) }
  /// The message named another instrument than the order's own, which was trusted.
  @inlinable public static var wrongInstrument: Self { Self(rawValue: 32) }
}

/// What one operation did: 32 trivial bytes, passed in registers.
///
/// After a rejected operation the fields that could not be known are 0; `price` is then
/// `Int64.max`, DBN's "undefined".
public struct BookEffect: Sendable, BitwiseCopyable {
  /// Price of the resting order in 1e-9; of a replace: the new price.
  public var price: Int64
  /// Instrument of the resting order, as given when it was added.
  public var instrument: UInt32
  /// Size added (add), taken away (execute, cancel, delete) or open (replace).
  public var size: UInt32
  /// Open size of the order after the operation.
  public var remaining: UInt32
  /// Distance of the changed level from the touch, 0 = the touch; of a replace: the smaller one of
  /// both levels. `BookLimits.levelsPerSide` keeps it in range.
  public var depth: UInt16
  /// Side of the resting order.
  public var side: BookSide
  public var outcome: BookOutcome
  public var changes: BookChanges

  @inlinable
  public init(
    price: Int64, instrument: UInt32, size: UInt32, remaining: UInt32, depth: UInt16,
    side: BookSide, outcome: BookOutcome, changes: BookChanges
  ) {
    self.price = price
    self.instrument = instrument
    self.size = size
    self.remaining = remaining
    self.depth = depth
    self.side = side
    self.outcome = outcome
    self.changes = changes
  }

  /// The effect of an operation that changed nothing.
  @inlinable
  static func rejected(_ outcome: BookOutcome, instrument: UInt32) -> BookEffect {
    BookEffect(
      price: .max, instrument: instrument, size: 0, remaining: 0, depth: 0, side: .bid,
      outcome: outcome, changes: [])
  }

  /// Whether an order was found or made, so that price, side and instrument are its own.
  @inlinable public var isApplied: Bool { outcome == .applied }
}

/// How often the unusual happened, since the books were made. Nothing here counts per message.
public struct BookCounters: Sendable, Equatable, BitwiseCopyable {
  /// Executions, cancels, deletes and replaces of an order that is not open.
  public var unknownOrders: UInt64 = 0
  /// Adds and replaces whose new id is that of an open order.
  public var duplicateOrders: UInt64 = 0
  /// Adds and replaces without size.
  public var zeroSizes: UInt64 = 0
  /// Adds and replaces with a price that no level can have.
  public var undefinedPrices: UInt64 = 0
  /// Adds and replaces refused by a limit of `BookLimits`.
  public var limitsReached: UInt64 = 0
  /// Executions and cancels of more than the order's open size.
  public var clampedSizes: UInt64 = 0
  /// Messages whose instrument is not the order's own.
  public var wrongInstruments: UInt64 = 0
  /// Aggregated feeds: removals of a price level that is not there.
  public var unknownLevels: UInt64 = 0

  public init() {}
}

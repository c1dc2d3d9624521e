/// What is wanted of an instrument.
public struct LiveInterests: OptionSet, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  public static var trades: Self { Self(rawValue: 1) }
  public static var quotes: Self { Self(rawValue: 2) }
  /// Depth by price level, or by order where the upstream has only that.
  public static var depth: Self { Self(rawValue: 4) }
  /// The upstream's own bars (IB: 5 seconds).
  public static var bars: Self { Self(rawValue: 8) }
  /// Reference data, fundamentals, statistics.
  public static var reference: Self { Self(rawValue: 16) }
  /// Quotes of each regional exchange.
  public static var regional: Self { Self(rawValue: 32) }
  public static var news: Self { Self(rawValue: 64) }

  /// Names in the configuration, in the order of the bits.
  public static var names: [String] {
    ["trades", "quotes", "depth", "bars", "reference", "regional", "news"]
  }
  /// What is asked for where nothing is said.
  public static var usual: Self { [.trades, .quotes, .reference] }
}

/// One instrument of a live session.
public struct LiveInstrument: Sendable, Equatable {
  /// Id in all records, equal at every source of the same canonical symbol; 1 ..< 2^27.
  public var instrumentID: UInt32
  /// As the upstream writes it (`@ESZ26`).
  public var symbol: String
  /// The canonical symbol, under which the stream's symbol mapping names it.
  public var canonical: String
  public var interests: LiveInterests
  /// The feed's own words for it, by the names that `LiveFeed.instrumentSettings` lists
  /// (IB: `con_id`, `sec_type`, `exchange`, `currency` ...).
  public var details: [String: String]

  public init(
    instrumentID: UInt32, symbol: String, canonical: String? = nil,
    interests: LiveInterests = .usual, details: [String: String] = [:]
  ) {
    self.instrumentID = instrumentID
    self.symbol = symbol
    self.canonical = canonical ?? symbol
    self.interests = interests
    self.details = details
  }
}

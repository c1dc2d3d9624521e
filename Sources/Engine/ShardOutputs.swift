/// What a worker publishes beside the records of the feeds.
public struct ShardOutputs: OptionSet, Sendable {
  public let rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Order books: without them order records pass as the decoder wrote them (`LaneConvention`).
  public static var books: Self { Self(rawValue: 1) }
  /// MBP-1 at each change of the best bid or offer.
  public static var mbp1: Self { Self(rawValue: 2) }
  /// MBP-10 at each change within the best ten levels.
  public static var mbp10: Self { Self(rawValue: 4) }
  /// OHLCV bars of one second.
  public static var ohlcv1s: Self { Self(rawValue: 8) }
  /// OHLCV bars of one minute.
  public static var ohlcv1m: Self { Self(rawValue: 16) }
  /// Session statistics, as statistics records at the end of a session.
  public static var statistics: Self { Self(rawValue: 32) }
  /// BBO-1s: best bid, offer and last trade of each instrument that changed, every second of event
  /// time.
  public static var bbo1s: Self { Self(rawValue: 64) }

  /// Names for options, in the order of `all`.
  public static var names: [String] {
    ["books", "mbp-1", "mbp-10", "ohlcv-1s", "ohlcv-1m", "statistics", "bbo-1s"]
  }

  /// The output of this name, or nil. All but `books` need the books or the trades and bring them.
  public init?(name: String) {
    guard let index = Self.names.firstIndex(of: name) else { return nil }
    self.init(rawValue: 1 << UInt16(index))
  }

  /// Whether any order book must be kept.
  var needsBooks: Bool { !isDisjoint(with: [.books, .mbp1, .mbp10, .bbo1s]) }
}

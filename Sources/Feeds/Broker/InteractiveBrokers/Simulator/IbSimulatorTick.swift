/// A trade as the gateway tells it. Prices and sizes in units of 1e-9, times in whole seconds: the
/// upstream has no finer ones (fact sheet, section 7).
struct IbSimulatorTrade: Sendable {
  var seconds: Int
  var price: Int64
  var size: Int64
  var venue: String
  /// Leading blanks belong to it.
  var conditions: String
  var isPastLimit = false
  var isUnreported = false
}

/// Best bid and ask.
struct IbSimulatorQuote: Sendable {
  var seconds: Int
  var bid: Int64
  var ask: Int64
  var bidSize: Int64
  var askSize: Int64
  var isBidPastLow = false
  var isAskPastHigh = false

  var middle: Int64 { (bid + ask) / 2 }
}

/// What has happened in an interval.
struct IbSimulatorBar: Sendable {
  var open: Int64 = 0
  var high: Int64 = 0
  var low: Int64 = 0
  var close: Int64 = 0
  var volume: Int64 = 0
  var count = 0
  /// Sum of price times whole size, for the weighted price.
  var turnover: Int128 = 0

  /// A bar in which nothing was traded stands at `price`.
  init(flat price: Int64) {
    open = price
    high = price
    low = price
    close = price
  }

  /// Volume-weighted price; that of the open where nothing was traded. Cut to the unit of 1e-9.
  var weightedPrice: Int64 {
    let whole = volume / 1_000_000_000
    return whole > 0 ? Int64(truncatingIfNeeded: turnover / Int128(whole)) : open
  }

  mutating func add(price: Int64, size: Int64) {
    if count == 0 { self = IbSimulatorBar(flat: price) }
    high = max(high, price)
    low = min(low, price)
    close = price
    volume &+= size
    turnover += Int128(price) * Int128(size / 1_000_000_000)
    count += 1
  }
}

/// One operation on a row of a book (fact sheet, section 8).
struct IbSimulatorDepthRow: Sendable, Equatable {
  enum Operation: Int, Sendable {
    case insert = 0
    case update = 1
    case delete = 2
  }

  var position: Int
  var operation: Operation
  var isBid: Bool
  /// 0 on delete, as the size.
  var price: Int64
  var size: Int64
  var venue: String
}

/// A row of one side of a book.
struct IbSimulatorLevel: Sendable, Equatable {
  var price: Int64
  var size: Int64
  var venue: String
}

/// The exchanges of the simulated market.
enum IbSimulatorVenues {
  /// Letter in the tick types 32, 33 and 84, by message 82.
  static func letter(_ venue: String) -> String {
    switch venue {
    case "NASDAQ": "Q"
    case "ARCA": "P"
    case "BATS": "Z"
    case "IEX": "V"
    case "NYSE": "N"
    default: "X"
    }
  }
}

/// A row of message 80.
struct IbSimulatorDepthExchange: Sendable {
  var exchange: String
  var securityType: String
  var listing: String
  /// `Deep2`: rows name a market maker or an exchange.
  var hasMarketMakers: Bool
  var group: Int

  static var all: [Self] {
    [
      Self(
        exchange: "NASDAQ", securityType: "STK", listing: "NASDAQ", hasMarketMakers: true,
        group: 1),
      Self(
        exchange: "ARCA", securityType: "STK", listing: "NYSE", hasMarketMakers: false, group: 2),
      Self(exchange: "CME", securityType: "FUT", listing: "", hasMarketMakers: false, group: 3),
    ]
  }
}

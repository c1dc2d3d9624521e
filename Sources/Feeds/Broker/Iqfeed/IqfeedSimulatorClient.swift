internal import FeedKit

/// Versions of the protocol that the simulator speaks; higher ones have more.
enum IqfeedSimulatorVersion: Int, Comparable {
  /// No protocol was set: the layouts of 4.9.
  case oldest = 49
  case six = 60
  case sixOne = 61
  case sixTwo = 62

  /// Nil for one that it does not know.
  init?(_ text: String) {
    switch text {
    case "6.2": self = .sixTwo
    case "6.1": self = .sixOne
    case "6.0", "5.2", "5.1", "5.0": self = .six
    default: return nil
    }
  }

  var name: String {
    switch self {
    case .oldest: "4.9"
    case .six: "6.0"
    case .sixOne: "6.1"
    case .sixTwo: "6.2"
    }
  }

  static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A client of the simulated IQConnect: one socket and what it has asked for.
final class IqfeedSimulatorClient {
  let connection: SimulatorConnection
  let channel: IqfeedChannel
  let started: UInt64
  var version = IqfeedSimulatorVersion.oldest
  var name = ""
  var received: UInt64 = 0
  /// Whether the field names were sent by themselves.
  var wasGreeted = false
  /// Whether an S,CLIENTSTATS line goes out every second.
  var wantsClientStatistics = false

  // Level 1.
  var fields = IqfeedSimulatorField.usual
  /// Per instrument: 0 not watched, 1 all, 2 trades only.
  var watches: [UInt8]
  var regionals: [Bool]
  var regionalCount = 0
  var watchCount = 0
  var wantsTimes = true
  var wantsNews = false

  // Level 2: what books of an instrument are watched.
  var books: [IqfeedSimulatorBook] = []

  // Lookup and derivatives.
  var jobs: [IqfeedSimulatorJob] = []
  var bars: [IqfeedSimulatorBar] = []

  init(_ connection: SimulatorConnection, instruments: Int, now: UInt64) {
    self.connection = connection
    channel = IqfeedChannel.allCases[connection.port]
    started = now
    watches = channel == .level1 ? Array(repeating: 0, count: instruments) : []
    regionals = channel == .level1 ? Array(repeating: false, count: instruments) : []
    if channel == .depth { books = Array(repeating: IqfeedSimulatorBook(), count: instruments) }
  }

  var id: Int { connection.id }
  /// Section 2: level 1 and admin end lines with LF.
  var usesCRLF: Bool { channel != .level1 && channel != .admin }
}

/// Which books of an instrument a client watches.
struct IqfeedSimulatorBook {
  var orders = false
  /// Levels of the price-level book, 0 for none.
  var levels = 0
  /// Both sides in one line: 6.1 and before.
  var old = false

  var isWatched: Bool { orders || levels > 0 || old }
}

/// The answer to a lookup under way: rows go out a few at a time, so that answers interleave.
struct IqfeedSimulatorJob {
  var rows: [[UInt8]]
  var next = 0
  let perSend: Int
}

/// A bar watched on the derivatives port.
struct IqfeedSimulatorBar {
  let instrument: Int
  let request: String
  let interval: Int
  /// `s` seconds, `v` volume, `t` trades.
  let kind: UInt8
  /// Seconds between updates of the open bar, 0 for one a trade.
  let updateSeconds: Int
  var bar: IqfeedSimulatorBarValues?
  var updatedAt: UInt64 = 0
}

/// A bar of trades; prices in ticks. Only C and E trades count (section 6).
struct IqfeedSimulatorBarValues {
  var open: Int64
  var high: Int64
  var low: Int64
  var close: Int64
  var volume: UInt64
  var totalVolume: UInt64
  var trades: Int
  /// Unix ns: bounds of a bar of seconds, first and last trade of another.
  var begin: UInt64
  var end: UInt64

  init(_ trade: SimulatedTrade, begin: UInt64, end: UInt64) {
    (open, high, low, close) = (trade.price, trade.price, trade.price, trade.price)
    volume = UInt64(trade.size)
    totalVolume = trade.volume
    trades = 1
    self.begin = begin
    self.end = end
  }

  mutating func add(_ trade: SimulatedTrade) {
    high = max(high, trade.price)
    low = min(low, trade.price)
    close = trade.price
    volume += UInt64(trade.size)
    totalVolume = trade.volume
    trades += 1
  }
}

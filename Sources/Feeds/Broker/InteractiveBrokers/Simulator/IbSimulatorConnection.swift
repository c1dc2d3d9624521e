/// A live request of a client.
final class IbSimulatorSubscription {
  enum Kind {
    /// Level 1 with these generic ticks; delayed data comes under tick types of its own.
    case level1(generic: Set<Int>, isDelayed: Bool)
    /// `Last`, `AllLast`, `BidAsk`, `MidPoint`.
    case tickByTick(String, ignoresSize: Bool)
    case depth(rows: Int, isSmart: Bool, isL2: Bool)
    case bars(show: String)
    /// History that is kept up to date.
    case history(IbSimulatorHistoryRequest, barSeconds: Int)
    case profit
    case profitSingle(conID: Int)
  }

  let id: Int
  /// The instrument's place in the catalogue; -1 where it is about none.
  let index: Int
  let kind: Kind
  unowned let connection: IbSimulatorConnection
  /// Rows as the client has them: bids, asks.
  var bids: [IbSimulatorLevel] = []
  var asks: [IbSimulatorLevel] = []
  /// The bar that is open.
  var bar: IbSimulatorBar?

  init(id: Int, index: Int, kind: Kind, connection: IbSimulatorConnection) {
    self.id = id
    self.index = index
    self.kind = kind
    self.connection = connection
  }

  var isLevel1: Bool { if case .level1 = kind { true } else { false } }
  var isTickByTick: Bool { if case .tickByTick = kind { true } else { false } }
  var isDepth: Bool { if case .depth = kind { true } else { false } }
  var isBars: Bool { if case .bars = kind { true } else { false } }
  var isHistory: Bool { if case .history = kind { true } else { false } }
  /// Whether it takes one of the login's market-data lines.
  var takesLine: Bool { isLevel1 || isBars }
}

/// One client of the simulated gateway.
final class IbSimulatorConnection {
  enum Stage {
    /// `API\0` has not come.
    case prefix
    /// The range of versions has not come.
    case hello
    /// The version is agreed; nothing goes out before `startApi`.
    case agreed
    case running
    /// Being closed, or given a version that it cannot want.
    case ended
  }

  let id: Int
  var stage = Stage.prefix
  var hasWrongVersion = false
  var isDeniedAsInUse = false
  var version = 0
  var client = -1
  var writer = IbSimulatorWriter(version: IbSimulatorVersions.newestText, isTelling: false)
  /// The client asked to be held back rather than refused (`+PACEAPI`).
  var isPaced = false
  /// Requests that are held back.
  var held: [[UInt8]] = []
  /// Second of the message count, the count, and the refusals in it.
  var second: UInt64 = 0
  var messages = 0
  var marketDataType = 1
  var subscriptions: [Int: IbSimulatorSubscription] = [:]
  var summaries: Set<Int> = []
  /// Times of historical requests, for pacing.
  var pacing = IbSimulatorPacing()

  init(id: Int) { self.id = id }

  func count(_ fits: (IbSimulatorSubscription) -> Bool) -> Int {
    subscriptions.values.count(where: fits)
  }
}

/// The limits of historical requests (fact sheet, section 12): 60 in ten minutes for bars of 30 s
/// or less, the same not twice in 15 s, fewer than 6 of one instrument and type in 2 s; BID_ASK
/// counts twice.
struct IbSimulatorPacing {
  private var all: [(time: UInt64, key: String, whole: String, weight: Int)] = []

  private static var second: UInt64 { 1_000_000_000 }

  /// Whether the request may pass; if so it counts from now on. `key` is the instrument and type,
  /// `whole` the entire request.
  mutating func admits(
    key: String, whole: String, weight: Int, isSmall: Bool, now: UInt64
  ) -> Bool {
    all.removeAll { now &- $0.time > 600 * Self.second }
    func since(_ seconds: UInt64) -> ArraySlice<
      (time: UInt64, key: String, whole: String, weight: Int)
    > {
      all.drop { now &- $0.time >= seconds * Self.second }
    }
    if since(15).contains(where: { $0.whole == whole }) { return false }
    if since(2).count(where: { $0.key == key }) >= 5 { return false }
    if isSmall, all.reduce(weight, { $0 + $1.weight }) > 60 { return false }
    all.append((now, key, whole, isSmall ? weight : 0))
    return true
  }
}

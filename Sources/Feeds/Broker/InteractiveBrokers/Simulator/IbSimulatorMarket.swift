internal import FeedKit

/// The market of one instrument now. Prices and sizes in units of 1e-9.
struct IbSimulatorBoard: Sendable {
  var bid: Int64
  var ask: Int64
  var bidSize: Int64
  var askSize: Int64
  var last: Int64
  var lastSize: Int64 = 0
  var lastVenue = 0
  /// Unix seconds of the last trade, 0 before the first.
  var lastSeconds = 0
  var open: Int64
  var high: Int64
  var low: Int64
  /// Of the day before.
  var close: Int64
  var volume: Int64 = 0
  var trades = 0
  var turnover: Int128 = 0

  /// Volume-weighted price of the day.
  var weightedPrice: Int64 {
    let whole = volume / 1_000_000_000
    return whole > 0 ? Int64(truncatingIfNeeded: turnover / Int128(whole)) : last
  }
}

/// What has happened to one instrument.
struct IbSimulatorChange: Sendable {
  /// The instrument's place in the catalogue.
  var index: Int
  /// Unix ns.
  var time: UInt64
  var before: IbSimulatorBoard
  var after: IbSimulatorBoard
  /// A trade rather than a quote.
  var isTrade: Bool
  /// A trade that tick type `Last` does not show.
  var isUnreported = false
}

/// A seeded market: the same seed, catalogue, rate and times give the same changes, whoever
/// watches.
struct IbSimulatorMarket: Sendable {
  let catalog: IbSimulatorCatalog
  private(set) var boards: [IbSimulatorBoard]
  private var random: SimulationRandom
  /// Seed of what lies before the market's beginning.
  private let seed: UInt64
  /// Unix ns: the beginning, and the next change.
  private(set) var start: UInt64 = 0
  private(set) var next: UInt64 = .max
  private var interval: UInt64
  private let rate: Double
  private(set) var changes: UInt64 = 0

  /// `rate` changes a second over all instruments.
  init(_ catalog: IbSimulatorCatalog, seed: UInt64, rate: Double) {
    self.catalog = catalog
    self.seed = seed
    self.rate = rate
    random = SimulationRandom(seed: seed)
    interval = Self.interval(rate)
    boards = catalog.instruments.map { instrument in
      let price = instrument.firstPrice
      let lot = instrument.lotSize * 1_000_000_000
      return IbSimulatorBoard(
        bid: price, ask: price + instrument.tickSize, bidSize: 3 * lot, askSize: 2 * lot,
        last: price, open: price, high: price, low: price, close: price - 7 * instrument.tickSize)
    }
  }

  /// Begins at `time`, Unix ns.
  mutating func begin(at time: UInt64) {
    start = time
    next = rate > 0 ? time &+ interval : .max
  }

  /// Runs `factor` times as fast from now on.
  mutating func pace(_ factor: Double) {
    guard rate > 0 else { return }
    interval = Self.interval(rate * max(factor, 0.001))
  }

  private static func interval(_ rate: Double) -> UInt64 {
    rate > 0 ? UInt64(max(1_000_000_000 / rate, 1)) : .max
  }

  /// The next change.
  mutating func step() -> IbSimulatorChange {
    let time = next
    next = time &+ interval
    changes &+= 1
    let index = random.below(boards.count)
    let instrument = catalog.instruments[index]
    let before = boards[index]
    var board = before
    let dice = random.below(100)
    let isTrade = dice < 30 && instrument.securityType != "CASH"
    var isUnreported = false
    if isTrade {
      isUnreported = trade(&board, instrument, seconds: Int(time / 1_000_000_000))
    } else if dice < 60 {
      resize(&board, instrument)
    } else {
      move(&board, instrument)
    }
    boards[index] = board
    return IbSimulatorChange(
      index: index, time: time, before: before, after: board, isTrade: isTrade,
      isUnreported: isUnreported)
  }

  private mutating func trade(
    _ board: inout IbSimulatorBoard, _ instrument: IbSimulatorInstrument, seconds: Int
  ) -> Bool {
    let one: Int64 = 1_000_000_000
    let isOddLot = instrument.securityType == "STK" && random.below(8) == 0
    board.last = random.below(2) == 0 ? board.bid : board.ask
    board.lastSize =
      isOddLot
      ? Int64(1 + random.below(99)) * one
      : Int64(1 + random.below(5)) * instrument.lotSize * one
    board.lastVenue = random.below(instrument.venues.count)
    board.lastSeconds = seconds
    board.high = max(board.high, board.last)
    board.low = min(board.low, board.last)
    board.volume &+= board.lastSize
    board.turnover += Int128(board.last) * Int128(board.lastSize / one)
    board.trades += 1
    return isOddLot
  }

  private mutating func resize(
    _ board: inout IbSimulatorBoard, _ instrument: IbSimulatorInstrument
  ) {
    let size = Int64(1 + random.below(40)) * instrument.lotSize * 1_000_000_000
    if random.below(2) == 0 { board.bidSize = size } else { board.askSize = size }
  }

  /// Moves by one step, back to the middle where it has strayed by 200 steps: a price stays in the
  /// neighbourhood of its first one for as long as the simulator runs.
  private mutating func move(_ board: inout IbSimulatorBoard, _ instrument: IbSimulatorInstrument) {
    let steps = (board.bid - instrument.firstPrice) / instrument.tickSize
    let isUp = steps > 200 ? false : steps < -200 ? true : random.below(2) == 0
    let change = isUp ? instrument.tickSize : -instrument.tickSize
    board.bid += change
    board.ask += change
    let lot = instrument.lotSize * 1_000_000_000
    board.bidSize = Int64(1 + random.below(40)) * lot
    board.askSize = Int64(1 + random.below(40)) * lot
  }
}

// MARK: - What is derived

extension IbSimulatorMarket {
  /// The first `rows` rows of one side. Behind the best price stand sizes that depend on the price
  /// alone, so that a row stays the same while the best price moves.
  func ladder(_ index: Int, isBid: Bool, rows: Int) -> [IbSimulatorLevel] {
    let instrument = catalog.instruments[index]
    let board = boards[index]
    let best = isBid ? board.bid : board.ask
    let step = isBid ? -instrument.tickSize : instrument.tickSize
    return (0..<rows).map { row in
      let price = best + Int64(row) * step
      let noise = mixed(
        UInt64(index), UInt64(bitPattern: price / instrument.tickSize), isBid ? 1 : 2)
      let size =
        row == 0
        ? (isBid ? board.bidSize : board.askSize)
        : Int64(1 + noise % 50) * instrument.lotSize * 1_000_000_000
      return IbSimulatorLevel(
        price: price, size: size,
        venue: instrument.venues[Int(noise >> 32) % instrument.venues.count])
    }
  }

  /// A price of the time before the market began: made up, the same whenever it is asked.
  func pastPrice(_ index: Int, seconds: Int) -> Int64 {
    let instrument = catalog.instruments[index]
    let noise = mixed(UInt64(index), UInt64(bitPattern: Int64(seconds)), 3)
    return instrument.firstPrice + (Int64(noise % 41) - 20) * instrument.tickSize
  }

  /// A bar of that time.
  func pastBar(_ index: Int, from: Int, to: Int) -> IbSimulatorBar {
    let instrument = catalog.instruments[index]
    let noise = mixed(UInt64(index), UInt64(bitPattern: Int64(from)), 4)
    var bar = IbSimulatorBar(flat: pastPrice(index, seconds: from))
    bar.close = pastPrice(index, seconds: to)
    bar.high = max(bar.open, bar.close) + Int64(noise % 7) * instrument.tickSize
    bar.low = min(bar.open, bar.close) - Int64((noise >> 8) % 7) * instrument.tickSize
    bar.count = 1 + Int((noise >> 16) % 900)
    let whole = Int64(bar.count) * instrument.lotSize
    bar.volume = whole * 1_000_000_000
    bar.turnover = Int128((bar.high + bar.low) / 2) * Int128(whole)
    return bar
  }

  /// A trade of that time.
  func pastTrade(_ index: Int, seconds: Int) -> IbSimulatorTrade {
    let instrument = catalog.instruments[index]
    let noise = mixed(UInt64(index), UInt64(bitPattern: Int64(seconds)), 5)
    return IbSimulatorTrade(
      seconds: seconds, price: pastPrice(index, seconds: seconds),
      size: Int64(1 + noise % 9) * instrument.lotSize * 1_000_000_000,
      venue: instrument.venues[Int(noise >> 32) % instrument.venues.count], conditions: "")
  }

  private func mixed(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
    var random = SimulationRandom(seed: seed ^ (a &* 0x9E37_79B9_7F4A_7C15) ^ (b << 3) ^ c)
    return random.next()
  }
}

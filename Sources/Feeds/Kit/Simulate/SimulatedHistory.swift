/// The last trades of a simulated market, in one ring; each knows its instrument's one before.
public struct SimulatedHistory: ~Copyable {
  /// Trades that are kept.
  public let capacity: Int
  /// Trades so far, forgotten ones too.
  public private(set) var count: Int64 = 0
  private var trades: [SimulatedTrade] = []

  init(capacity: Int) { self.capacity = max(capacity, 1) }

  /// Answers the trade's number.
  mutating func append(_ trade: SimulatedTrade) -> Int64 {
    let place = Int(count % Int64(capacity))
    if place < trades.count { trades[place] = trade } else { trades.append(trade) }
    count += 1
    return count - 1
  }

  /// Goes back from the trade of this number as long as `take` answers true and trades are kept.
  func walk(from newest: Int64, while take: (SimulatedTrade) -> Bool) {
    var number = newest
    while number >= 0, number >= count - Int64(capacity) {
      let trade = trades[Int(number % Int64(capacity))]
      guard take(trade) else { return }
      number = trade.previous
    }
  }
}

/// A day that lies before the simulation: made up, and the same each time. Prices in ticks.
public struct SimulatedDay: Sendable, Equatable {
  public let open: Int64
  public let high: Int64
  public let low: Int64
  public let close: Int64
  public let volume: UInt64

  /// Each day's close is the next day's neighbourhood.
  init(seed: UInt64, day: Int, base: Int64) {
    func price(_ day: Int) -> Int64 {
      var random = SimulationRandom(seed: seed &+ UInt64(bitPattern: Int64(day)))
      return max(base + Int64(random.below(Int(base / 10 + 2))) - base / 20, 1)
    }
    var random = SimulationRandom(seed: ~seed &+ UInt64(bitPattern: Int64(day)))
    open = price(day - 1)
    close = price(day)
    high = max(open, close) + Int64(random.below(40))
    low = max(min(open, close) - Int64(random.below(40)), 1)
    volume = UInt64(100_000 + random.below(5_000_000))
  }
}

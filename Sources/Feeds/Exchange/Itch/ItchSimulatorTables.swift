/// Tables that turn random bits into gaps, symbols, distances, sizes and actions.
///
/// They are computed with additions, multiplications and divisions only: those are exact by
/// IEEE 754, while `log` and `pow` may differ in the last bit from one C library to another.
enum MarketTables {
  static var gapCount: Int { 1_024 }
  static var distanceCount: Int { 1_024 }
  static var sizeCount: Int { 1_024 }
  static var actionCount: Int { 4_096 }
  /// The farthest that an order is placed from the centre, in ticks.
  static var maximumDistance: Int { 55 }

  /// Exponentially distributed gaps with mean 1, as fixed point with 16 fraction bits.
  static func gaps() -> [UInt32] {
    let raw = (0..<gapCount).map { index in
      -logarithm((Double(index) + 0.5) / Double(gapCount))
    }
    let mean = raw.reduce(0, +) / Double(gapCount)
    return raw.map { UInt32($0 / mean * 65_536) }
  }

  /// ln(x) for 0 < x <= 1 as 2 artanh((x - 1) / (x + 1)) after scaling x into 0.5 ... 1.
  static func logarithm(_ value: Double) -> Double {
    precondition(value > 0 && value <= 1)
    var x = value
    var halvings = 0.0
    while x < 0.5 {
      x *= 2
      halvings += 1
    }
    let z = (x - 1) / (x + 1)
    var term = z
    var sum = 0.0
    for power in 0..<24 {
      sum += term / Double(2 * power + 1)
      term *= z * z
    }
    return 2 * sum - halvings * 0.693147180559945309417
  }

  /// Locates 1 ... `ranks.count`, each as often as the activity of its rank demands, at least once.
  ///
  /// - Parameter ranks: the activity rank (0 is the busiest) of locate 1, 2, …
  static func symbols(ranks: [Int], offset: Int) -> [UInt16] {
    var size = 1_024
    while size < ranks.count * 8 { size *= 2 }
    let weights = ranks.map { 1 / Double($0 + 1 + offset) }
    let total = weights.reduce(0, +)
    var table: [UInt16] = []
    table.reserveCapacity(size)
    var cumulative = 0.0
    for (index, weight) in weights.enumerated() {
      cumulative += weight
      let remaining = ranks.count - index - 1
      let end = min(max(Int(cumulative / total * Double(size)), table.count + 1), size - remaining)
      while table.count < end { table.append(UInt16(index + 1)) }
    }
    while table.count < size { table.append(UInt16(ranks.count)) }
    return table
  }

  /// Ticks from the centre at which an order is placed: most are near, a few are far.
  static func distances() -> [UInt8] {
    var table: [UInt8] = []
    func add(_ perMille: Int, _ range: ClosedRange<Int>) {
      let count = perMille * distanceCount / 1_000
      for index in 0..<count { table.append(UInt8(range.lowerBound + index % range.count)) }
    }
    add(220, 0...0)
    add(180, 1...1)
    add(130, 2...2)
    add(90, 3...3)
    add(240, 4...9)
    add(100, 10...29)
    while table.count < distanceCount { table.append(UInt8(30 + table.count % 26)) }
    return table
  }

  /// Shares of an order: round lots mostly, 100 above all, some odd lots.
  static func sizes() -> [UInt16] {
    var table: [UInt16] = []
    for index in 0..<sizeCount {
      switch index {
      case 0..<580: table.append(100)
      case 580..<820: table.append(UInt16(200 + 100 * (index % 4)))
      case 820..<900: table.append(UInt16(600 + 100 * (index % 15)))
      case 900..<910: table.append(UInt16(2_500 + 500 * (index % 16)))
      default: table.append(UInt16(1 + index % 99))
      }
    }
    return table
  }
}

/// What the order flow does next.
enum MarketAction {
  static var add: UInt8 { 0 }
  static var delete: UInt8 { 1 }
  static var replace: UInt8 { 2 }
  static var take: UInt8 { 3 }
  static var cancel: UInt8 { 4 }
  static var hiddenTrade: UInt8 { 5 }
  static var imbalance: UInt8 { 6 }

  /// The action table of a phase in which `imbalances` of 4,096 messages are NOII.
  ///
  /// Weights per 4,096: the mix of a real day (30 January 2020: A + F 44.1 %, D 42.6 %, U 8.7 %,
  /// E 2.0 %, X 1.2 %, P 0.42 %); one `take` makes about 1.1 executions.
  static func table(imbalances: Int) -> [UInt8] {
    var table = [UInt8](repeating: delete, count: MarketTables.actionCount)
    var next = 0
    func add(_ action: UInt8, _ count: Int) {
      for _ in 0..<count {
        table[next] = action
        next += 1
      }
    }
    add(imbalance, imbalances)
    let rest = MarketTables.actionCount - imbalances
    func share(_ weight: Int) -> Int { weight * rest / 4_096 }
    add(replace, share(366))
    add(take, share(72))
    add(cancel, share(68))
    add(hiddenTrade, share(18))
    add(Self.add, (MarketTables.actionCount - next) * 509 / 1_000)
    return table
  }
}

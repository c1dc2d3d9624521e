internal import FeedKit

/// The listed instruments and the size of their books, drawn once from the seed.
struct MarketPlan {
  var symbols: [MarketSymbol] = []
  var symbolTable: [UInt16] = []
  var orderCapacity = 0

  init(_ options: ItchMarketOptions, random: inout SimulationRandom) {
    var ranks = Array(0..<options.symbols)
    for index in stride(from: ranks.count - 1, to: 0, by: -1) {
      ranks.swapAt(index, random.below(index + 1))
    }
    symbolTable = MarketTables.symbols(ranks: ranks, offset: options.activityOffset)
    let totalWeight = ranks.reduce(0.0) { $0 + 1 / Double($1 + 1 + options.activityOffset) }
    for (index, rank) in ranks.enumerated() {
      var symbol = MarketSymbol()
      symbol.stock = Self.stock(index, of: options.symbols)
      let share = 1 / Double(rank + 1 + options.activityOffset) / totalWeight
      let target = max(Int(share * Double(options.effectiveOpenOrders)), 4)
      symbol.target = UInt16(min(target, ItchMarketLimits.ordersPerSymbol / 2))
      symbol.capacity = symbol.target + symbol.target / 2 + 8
      symbol.firstOrder = UInt32(orderCapacity)
      orderCapacity += Int(symbol.capacity)
      Self.setPrice(&symbol, random: &random)
      symbols.append(symbol)
    }
    for offering in 0..<min(options.initialOfferings, symbols.count) {
      symbols[symbols.count - 1 - offering].isHalted = 1
    }
  }

  /// Four letters, alphabetical by locate as in a real directory.
  private static func stock(_ index: Int, of count: Int) -> UInt64 {
    var number = index * (26 * 26 * 26 * 26 / count)
    var text: UInt64 = 0x2020_2020
    for position in 0..<4 {
      text |= UInt64(0x41 + number % 26) << UInt64(32 + 8 * position)
      number /= 26
    }
    return text
  }

  /// A price between 20 cents and some 3,000 dollars, in whole cents from one dollar on.
  private static func setPrice(_ symbol: inout MarketSymbol, random: inout SimulationRandom) {
    let dollars: UInt32 = 10_000
    let band = random.below(100)
    let centre: UInt32
    switch band {
    case 0..<4: centre = dollars / 5 + UInt32(random.below(Int(dollars) * 7 / 10))
    case 4..<25: centre = dollars * 3 / 2 + UInt32(random.below(Int(dollars) * 8))
    case 25..<70: centre = dollars * 10 + UInt32(random.below(Int(dollars) * 40))
    case 70..<90: centre = dollars * 50 + UInt32(random.below(Int(dollars) * 150))
    case 90..<98: centre = dollars * 200 + UInt32(random.below(Int(dollars) * 400))
    default: centre = dollars * 600 + UInt32(random.below(Int(dollars) * 2_400))
    }
    symbol.tickSize = centre < dollars ? 1 : centre < dollars * 200 ? 100 : 500
    let start = centre - 128 * UInt32(symbol.tickSize)
    symbol.basePrice = start - (symbol.tickSize == 1 ? 0 : start % 100)
    symbol.centre = Int16(112 + random.below(32))
  }
}

/// The order of a day, and where it stands.
struct MarketDay: BitwiseCopyable {
  /// Its raw value is the order of the day.
  enum Stage: UInt8, BitwiseCopyable {
    case startOfMessages, directory, tradingAction, regSHO, participants, declineLevels
    case startOfSystem, preMarket, openingAuction, startOfMarket, openingCross, market
    case closingAuction, endOfMarket, closingCross, postMarket, endOfSystem, endOfMessages
    case finished
  }

  var stage = Stage.startOfMessages
  /// Order flow goes on until this many messages have been written; 0 outside of a flow.
  var flowEnd: UInt64 = 0
  /// `flowEnd` as it was before a cross interrupted the flow.
  var heldFlowEnd: UInt64 = 0
  /// Progress inside a stage that visits all symbols.
  var cursor = 0
  /// The start of the phase's table in the action table.
  var actions = 0

  /// 03:00, 04:00, 09:28, 09:30, 15:50, 16:00 and 20:00, in nanoseconds since midnight.
  static var startOfMessages: UInt64 { 3 * hour }
  static var startOfSystem: UInt64 { 4 * hour }
  static var openingAuction: UInt64 { 9 * hour + 28 * minute }
  static var startOfMarket: UInt64 { 9 * hour + 30 * minute }
  static var closingAuction: UInt64 { 15 * hour + 50 * minute }
  static var endOfMarket: UInt64 { 16 * hour }
  static var endOfSystem: UInt64 { 20 * hour }
  private static var hour: UInt64 { 60 * minute }
  private static var minute: UInt64 { 60_000_000_000 }
}

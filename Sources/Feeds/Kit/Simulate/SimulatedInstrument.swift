/// An instrument of a simulated market.
public struct SimulatedInstrument: Sendable, Equatable {
  /// What it is; decides its tick, its book and its fields.
  public enum Kind: UInt8, Sendable {
    case stock, future, index, currency
  }

  public var symbol: String
  /// The company or the contract, without commas.
  public var name: String
  public var kind: Kind
  /// Smallest price step in units of 1e-9.
  public var tick: Int64
  /// Decimals of a price as venues print it.
  public var decimals: Int
  /// First price of the simulation, in ticks.
  public var basePrice: Int64

  /// An instrument of this name; what it is shows in the name, its price follows from the seed.
  ///
  /// `@` begins a future (tick 0.25), `.XO` ends an index, `.FXCM` or six letters with a dot make a
  /// currency pair (tick 0.00005); anything else is a stock (tick 0.01, four decimals).
  public init(symbol: String, seed: UInt64) {
    self.symbol = symbol
    var hash = seed ^ 0xCBF2_9CE4_8422_2325
    for byte in symbol.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    var random = SimulationRandom(seed: hash)
    if symbol.hasPrefix("@") {
      kind = .future
      (tick, decimals) = (250_000_000, 2)
      basePrice = Int64(8_000 + random.below(16_000))
    } else if symbol.hasSuffix(".XO") {
      kind = .index
      (tick, decimals) = (10_000_000, 2)
      basePrice = Int64(100_000 + random.below(400_000))
    } else if symbol.hasSuffix(".FXCM") || symbol.dropFirst(3).hasPrefix(".") {
      kind = .currency
      (tick, decimals) = (50_000, 5)
      basePrice = Int64(16_000 + random.below(10_000))
    } else {
      kind = .stock
      (tick, decimals) = (10_000_000, 4)
      basePrice = Int64(1_000 + random.below(49_000))
    }
    name = "\(symbol.filter { $0.isLetter || $0.isNumber }) SIMULATED"
  }

  /// The instruments of the options: those named, or so many of well-known and made-up names.
  static func list(_ options: SimulatorOptions) throws(SimulatorError) -> [SimulatedInstrument] {
    var names = options.symbols
    if names.isEmpty {
      guard (1...SimulatedMarketLimits.instruments).contains(options.symbolCount) else {
        throw SimulatorError(
          "\(options.symbolCount) instruments: give 1 to \(SimulatedMarketLimits.instruments)")
      }
      names = Array(familiar.prefix(options.symbolCount))
      for number in 0..<max(0, options.symbolCount - names.count) { names.append(made(number)) }
    }
    var seen: Set<String> = []
    for name in names {
      guard seen.insert(name).inserted else { throw SimulatorError("\(name) is named twice") }
      guard !name.isEmpty, name.utf8.count <= 30, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
        !name.contains(",")
      else { throw SimulatorError("\"\(name)\" is no symbol: 1 to 30 printable characters") }
    }
    return names.map { SimulatedInstrument(symbol: $0, seed: options.seed) }
  }

  private static let familiar = [
    "SPY", "AAPL", "@ESZ26", "QQQ", "MSFT", "@NQZ26", "NVDA", "AMZN", "SPX.XO", "EURUSD.FXCM",
  ]

  /// `ZAAA`, `ZAAB`, ...: four letters, then five.
  private static func made(_ number: Int) -> String {
    var rest = number
    var letters: [UInt8] = []
    for _ in 0..<(number < 26 * 26 * 26 ? 3 : 5) {
      letters.append(UInt8(ascii: "A") + UInt8(rest % 26))
      rest /= 26
    }
    return "Z" + String(decoding: letters.reversed(), as: UTF8.self)
  }
}

/// Limits of simulated markets.
public enum SimulatedMarketLimits {
  public static var instruments: Int { 1_000_000 }
  /// Price levels of each side of a book.
  public static var levels: Int { 10 }
  /// Venues at which an instrument trades.
  public static var venues: Int { 4 }
  /// Market events a second.
  public static var rate: Double { 10_000_000 }
}

internal import FeedKit

/// What is simulated.
public struct BinanceSimulatorOptions: Sendable {
  /// A stream of the venue.
  public struct Stream: RawRepresentable, Hashable, Sendable {
    /// The letter under which the decoder counts its messages.
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static var trade: Self { Self(rawValue: Binance.MessageType.trade) }
    public static var aggregateTrade: Self {
      Self(rawValue: Binance.MessageType.aggregateTrade)
    }
    public static var bookTicker: Self { Self(rawValue: Binance.MessageType.bookTicker) }
    public static var depthUpdate: Self { Self(rawValue: Binance.MessageType.depthUpdate) }
    public static var kline: Self { Self(rawValue: Binance.MessageType.kline) }
  }

  public var seed: UInt64
  /// Symbols, 1 ... 2,000: BTCUSDT, ETHUSDT, then made-up ones.
  public var symbols: Int
  /// The streams; each message is of one of them, all equally often.
  public var streams: [Stream]
  /// Whether messages come in the wrapper of a combined stream.
  public var isCombined: Bool
  /// Time of the first message, ms since the Unix epoch.
  public var startMillis: UInt64

  public init(
    seed: UInt64 = 1, symbols: Int = 4,
    streams: [Stream] = [.trade, .aggregateTrade, .bookTicker, .depthUpdate, .kline],
    isCombined: Bool = false, startMillis: UInt64 = 1_735_689_600_000
  ) {
    self.seed = seed
    self.symbols = min(max(symbols, 1), 2_000)
    self.streams = streams.isEmpty ? [.trade] : streams
    self.isCombined = isCombined
    self.startMillis = startMillis
  }
}

/// Binance's spot streams as text, message by message: prices that walk, ids that count, update ids
/// without gaps in each symbol's depth updates.
///
/// Deterministic: the same options give the same bytes. It answers no requests; a server that
/// speaks WebSocket hands its messages on.
public struct BinanceSimulator: Sendable {
  private struct Market {
    var name: [UInt8]
    var streamName: [UInt8]
    /// Price in ticks of 0.01.
    var ticks: UInt64
    var tradeID: UInt64
    var updateID: UInt64
  }

  private let options: BinanceSimulatorOptions
  private var random: SimulationRandom
  private var markets: [Market]
  private var millis: UInt64
  /// Messages so far.
  public private(set) var messages: UInt64 = 0

  public init(_ options: BinanceSimulatorOptions) {
    self.options = options
    random = SimulationRandom(seed: options.seed)
    millis = options.startMillis
    markets = (0..<options.symbols).map { index in
      let name = index == 0 ? "BTCUSDT" : index == 1 ? "ETHUSDT" : "X\(index)USDT"
      return Market(
        name: Array(name.utf8), streamName: Array(name.lowercased().utf8),
        ticks: index == 0 ? 6_000_000 : 250_000, tradeID: 3_000_000_000,
        updateID: 9_000_000_000)
    }
  }

  /// Appends the next message, without a line feed; gives its stream.
  @discardableResult
  public mutating func append(to text: inout [UInt8]) -> BinanceSimulatorOptions.Stream {
    let stream = options.streams[random.below(options.streams.count)]
    let index = random.below(markets.count)
    millis += UInt64(random.below(3))
    messages += 1
    var market = markets[index]
    // A walk in both directions that stays above 10.00.
    market.ticks += UInt64(random.below(21))
    market.ticks -= min(UInt64(10), market.ticks - 1_000)
    if options.isCombined {
      text += "{\"stream\":\"".utf8
      text += market.streamName
      text += Self.suffix(of: stream).utf8
      text += "\",\"data\":".utf8
    }
    switch stream {
    case .trade: appendTrade(&market, to: &text)
    case .aggregateTrade: appendAggregate(&market, to: &text)
    case .bookTicker: appendTicker(&market, to: &text)
    case .depthUpdate: appendDepth(&market, to: &text)
    default: appendKline(market, to: &text)
    }
    if options.isCombined { text.append(UInt8(ascii: "}")) }
    markets[index] = market
    return stream
  }

  private static func suffix(of stream: BinanceSimulatorOptions.Stream) -> String {
    switch stream {
    case .trade: "@trade"
    case .aggregateTrade: "@aggTrade"
    case .bookTicker: "@bookTicker"
    case .depthUpdate: "@depth@100ms"
    default: "@kline_1m"
    }
  }

  private mutating func appendTrade(_ market: inout Market, to text: inout [UInt8]) {
    market.tradeID += 1
    appendEvent("trade", market, to: &text)
    text += ",\"t\":".utf8
    Self.append(market.tradeID, to: &text)
    appendPrint(market, to: &text)
    text += ",\"T\":".utf8
    Self.append(millis - 1, to: &text)
    appendEnd(to: &text)
  }

  private mutating func appendAggregate(_ market: inout Market, to text: inout [UInt8]) {
    let first = market.tradeID + 1
    market.tradeID += 1 + UInt64(random.below(3))
    appendEvent("aggTrade", market, to: &text)
    text += ",\"a\":".utf8
    Self.append(market.tradeID / 2, to: &text)
    appendPrint(market, to: &text)
    text += ",\"f\":".utf8
    Self.append(first, to: &text)
    text += ",\"l\":".utf8
    Self.append(market.tradeID, to: &text)
    text += ",\"T\":".utf8
    Self.append(millis - 1, to: &text)
    appendEnd(to: &text)
  }

  private mutating func appendTicker(_ market: inout Market, to text: inout [UInt8]) {
    market.updateID += 1 + UInt64(random.below(5))
    text += "{\"u\":".utf8
    Self.append(market.updateID, to: &text)
    text += ",\"s\":\"".utf8
    text += market.name
    text += "\",\"b\":\"".utf8
    Self.append(market.ticks, places: 2, to: &text)
    text += "\",\"B\":\"".utf8
    appendQuantity(to: &text)
    text += "\",\"a\":\"".utf8
    Self.append(market.ticks + 1, places: 2, to: &text)
    text += "\",\"A\":\"".utf8
    appendQuantity(to: &text)
    text += "\"}".utf8
  }

  private mutating func appendDepth(_ market: inout Market, to text: inout [UInt8]) {
    appendEvent("depthUpdate", market, to: &text)
    text += ",\"U\":".utf8
    Self.append(market.updateID + 1, to: &text)
    market.updateID += 1 + UInt64(random.below(20))
    text += ",\"u\":".utf8
    Self.append(market.updateID, to: &text)
    text += ",\"b\":[".utf8
    appendLevels(from: market.ticks - 200, to: &text)
    text += "],\"a\":[".utf8
    appendLevels(from: market.ticks + 1, to: &text)
    text += "]}".utf8
  }

  /// Zero to seven levels of 200 ticks; a quarter of them are removed.
  private mutating func appendLevels(from ticks: UInt64, to text: inout [UInt8]) {
    for index in 0..<random.below(8) {
      text += (index == 0 ? "[\"" : ",[\"").utf8
      Self.append(ticks + UInt64(random.below(200)), places: 2, to: &text)
      text += "\",\"".utf8
      if random.below(4) == 0 {
        text += "0.00000000".utf8
      } else {
        appendQuantity(to: &text)
      }
      text += "\"]".utf8
    }
  }

  private func appendKline(_ market: Market, to text: inout [UInt8]) {
    appendEvent("kline", market, to: &text)
    text += ",\"k\":{\"t\":".utf8
    Self.append(millis / 60_000 * 60_000, to: &text)
    text += ",\"s\":\"".utf8
    text += market.name
    text += "\",\"i\":\"1m\",\"c\":\"".utf8
    Self.append(market.ticks, places: 2, to: &text)
    text += "\",\"x\":false}}".utf8
  }

  private func appendEvent(_ event: String, _ market: Market, to text: inout [UInt8]) {
    text += "{\"e\":\"".utf8
    text += event.utf8
    text += "\",\"E\":".utf8
    Self.append(millis, to: &text)
    text += ",\"s\":\"".utf8
    text += market.name
    text += "\"".utf8
  }

  private mutating func appendPrint(_ market: Market, to text: inout [UInt8]) {
    text += ",\"p\":\"".utf8
    Self.append(market.ticks, places: 2, to: &text)
    text += "\",\"q\":\"".utf8
    appendQuantity(to: &text)
    text += "\"".utf8
  }

  private mutating func appendEnd(to text: inout [UInt8]) {
    text += ",\"m\":".utf8
    text += (random.next() >> 63 == 0 ? "true" : "false").utf8
    text += ",\"M\":true}".utf8
  }

  /// 0.00001 ... 10.00000
  private mutating func appendQuantity(to text: inout [UInt8]) {
    Self.append(UInt64(1 + random.below(1_000_000)), places: 5, to: &text)
  }

  /// `value` / 10^places with eight decimals, as the venue writes prices and quantities.
  private static func append(_ value: UInt64, places: Int, to text: inout [UInt8]) {
    var power: UInt64 = 1
    for _ in 0..<places { power *= 10 }
    append(value / power, to: &text)
    text.append(UInt8(ascii: "."))
    var rest = value % power
    for _ in 0..<places {
      power /= 10
      text.append(UInt8(ascii: "0") + UInt8(rest / power))
      rest %= power
    }
    for _ in places..<8 { text.append(UInt8(ascii: "0")) }
  }

  private static func append(_ value: UInt64, to text: inout [UInt8]) {
    var power: UInt64 = 1
    while value / power >= 10 { power *= 10 }
    var rest = value
    while power > 0 {
      text.append(UInt8(ascii: "0") + UInt8(rest / power))
      rest %= power
      power /= 10
    }
  }
}

import ExchangeFeeds

/// Framed messages of the simulated market, in memory.
enum PacedDay {
  static func bytes(_ messages: Int, symbols: Int, seed: UInt64) throws -> [UInt8] {
    var options = ItchMarketOptions()
    options.seed = seed
    options.symbols = symbols
    options.messages = messages
    var market = try ItchMarket(options)
    var bytes = [UInt8](repeating: 0, count: messages * 52)
    var span = bytes.mutableSpan
    // Safety: bytes have no invalid patterns.
    var raw = unsafe span.mutableBytes
    let used = market.fill(&raw)
    bytes.removeLast(bytes.count - used)
    return bytes
  }
}

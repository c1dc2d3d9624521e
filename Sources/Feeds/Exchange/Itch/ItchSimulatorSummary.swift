internal import FeedKit

/// One open order of the simulator's own book.
public struct ItchMarketOrder: Equatable, Sendable {
  public let reference: UInt64
  /// Price(4): units of 0.0001.
  public let price: UInt32
  public let shares: UInt32
  public let isAsk: Bool
}

/// The best prices of one symbol with all shares displayed there; nil where a side is empty.
public struct ItchMarketQuote: Equatable, Sendable {
  public struct Level: Equatable, Sendable {
    /// Price(4): units of 0.0001.
    public let price: UInt32
    public let shares: UInt64
    public let orders: Int
  }

  public let bid: Level?
  public let ask: Level?
}

/// What has been written so far.
public struct ItchMarketSummary: Equatable, Sendable {
  public let messages: UInt64
  /// Messages by the type's character; types that did not occur are absent.
  public let messagesByType: [UInt8: UInt64]
  public let symbols: Int
  public let openOrders: Int
  public let lastReference: UInt64
  public let lastMatchNumber: UInt64
}

/// The simulator's own truth, for comparing what a pipeline made of its messages.
extension ItchMarket {
  /// Counts of what has been written so far. Allocates; not for the hot path.
  public var summary: ItchMarketSummary {
    var byType: [UInt8: UInt64] = [:]
    for type in 0..<counts.count where counts[type] > 0 { byType[UInt8(type)] = counts[type] }
    return ItchMarketSummary(
      messages: messageCount, messagesByType: byType, symbols: options.symbols,
      openOrders: openOrderCount, lastReference: lastReference,
      lastMatchNumber: matchNumber)
  }

  /// Messages written so far.
  public var messages: UInt64 { messageCount }

  /// The orders that can be open at once; memory is allocated for this many.
  public var openOrderLimit: Int { orders.count }

  /// Orders open now, over all symbols.
  public var openOrders: Int { openOrderCount }

  /// The eight characters of the symbol, without trailing spaces; nil outside 1 ... `symbols`.
  public func stock(_ locate: Int) -> String? {
    guard isListed(locate) else { return nil }
    var text = ""
    for shift in stride(from: 56, through: 0, by: -8) {
      let byte = UInt8(truncatingIfNeeded: symbols[locate].stock >> UInt64(shift))
      if byte != 0x20 { text.unicodeScalars.append(Unicode.Scalar(byte)) }
    }
    return text
  }

  /// Whether the symbol is halted, paused or not yet released; false for an unknown locate.
  public func isHalted(_ locate: Int) -> Bool {
    isListed(locate) && symbols[locate].isHalted != 0
  }

  /// The best displayed prices of a symbol; both sides nil for an unknown locate.
  public func bestBidAsk(_ locate: Int) -> ItchMarketQuote {
    guard isListed(locate) else { return ItchMarketQuote(bid: nil, ask: nil) }
    return ItchMarketQuote(
      bid: level(locate, Int(symbols[locate].bestBid)),
      ask: level(locate, Int(symbols[locate].bestAsk)))
  }

  /// All open orders of a symbol: bids from the best price down, then asks from the best price up,
  /// each price in time priority. Allocates; not for the hot path.
  public func book(_ locate: Int) -> [ItchMarketOrder] {
    guard isListed(locate) else { return [] }
    let symbol = symbols[locate]
    var result: [ItchMarketOrder] = []
    result.reserveCapacity(Int(symbol.count))
    var tick = symbol.bestBid
    while tick >= 0 {
      appendLevel(locate, Int(tick), to: &result)
      tick = symbol.highest(atMost: Int(tick) - 1)
    }
    tick = symbol.bestAsk
    while tick < MarketSymbol.tickCount {
      appendLevel(locate, Int(tick), to: &result)
      tick = symbol.lowest(atLeast: Int(tick) + 1)
    }
    return result
  }

  private func isListed(_ locate: Int) -> Bool { locate >= 1 && locate <= options.symbols }

  private func level(_ locate: Int, _ tick: Int) -> ItchMarketQuote.Level? {
    guard tick >= 0, tick < MarketSymbol.tickCount else { return nil }
    var queue: [ItchMarketOrder] = []
    appendLevel(locate, tick, to: &queue)
    return ItchMarketQuote.Level(
      price: symbols[locate].price(tick), shares: queue.reduce(0) { $0 + UInt64($1.shares) },
      orders: queue.count)
  }

  private func appendLevel(_ locate: Int, _ tick: Int, to result: inout [ItchMarketOrder]) {
    var place = levels[locate << 8 | tick].first
    while place != MarketOrder.none {
      let order = orders[Int(symbols[locate].firstOrder) + Int(place)]
      result.append(
        ItchMarketOrder(
          reference: order.reference, price: symbols[locate].price(tick), shares: order.shares,
          isAsk: order.isAsk))
      place = order.newer
    }
  }
}

/// The latest trades and quotes of all instruments, for requests about the past; older ones are
/// forgotten.
struct IbSimulatorHistory: Sendable {
  /// One change: a trade's price and size, or a quote.
  private struct Entry: Sendable {
    var time: UInt64
    var index: Int32
    var venue: UInt8
    var isUnreported: Bool
    var first: Int64
    var second: Int64
    var firstSize: Int64
    var secondSize: Int64
  }

  /// The oldest stands at `oldest` once the list is full.
  private struct Ring: Sendable {
    let limit: Int
    var entries: [Entry] = []
    var oldest = 0

    mutating func add(_ entry: Entry) {
      if entries.count < limit {
        entries.append(entry)
      } else {
        entries[oldest] = entry
        oldest = (oldest + 1) % limit
      }
    }

    /// In the order of time.
    func each(_ body: (Entry) -> Void) {
      for place in entries.indices { body(entries[(oldest + place) % entries.count]) }
    }
  }

  private var trades: Ring
  private var quotes: Ring
  private let catalog: IbSimulatorCatalog

  /// Keeps `limit` trades and as many quotes.
  init(_ catalog: IbSimulatorCatalog, limit: Int) {
    self.catalog = catalog
    trades = Ring(limit: max(limit, 1))
    quotes = Ring(limit: max(limit, 1))
  }

  mutating func add(_ change: IbSimulatorChange) {
    let board = change.after
    if change.isTrade {
      trades.add(
        Entry(
          time: change.time, index: Int32(change.index), venue: UInt8(board.lastVenue),
          isUnreported: change.isUnreported, first: board.last, second: 0,
          firstSize: board.lastSize, secondSize: 0))
    } else {
      quotes.add(
        Entry(
          time: change.time, index: Int32(change.index), venue: 0, isUnreported: false,
          first: board.bid, second: board.ask, firstSize: board.bidSize,
          secondSize: board.askSize))
    }
  }

  /// Trades of an instrument in `range`, Unix seconds.
  func trades(_ index: Int, in range: Range<Int>) -> [IbSimulatorTrade] {
    var found: [IbSimulatorTrade] = []
    let venues = catalog.instruments[index].venues
    trades.each { entry in
      let seconds = Int(entry.time / 1_000_000_000)
      guard Int(entry.index) == index, range.contains(seconds) else { return }
      found.append(
        IbSimulatorTrade(
          seconds: seconds, price: entry.first, size: entry.firstSize,
          venue: venues[Int(entry.venue) % venues.count],
          conditions: entry.isUnreported ? "   I" : "", isUnreported: entry.isUnreported))
    }
    return found
  }

  /// Quotes of an instrument in `range`, Unix seconds.
  func quotes(_ index: Int, in range: Range<Int>) -> [IbSimulatorQuote] {
    var found: [IbSimulatorQuote] = []
    quotes.each { entry in
      let seconds = Int(entry.time / 1_000_000_000)
      guard Int(entry.index) == index, range.contains(seconds) else { return }
      found.append(
        IbSimulatorQuote(
          seconds: seconds, bid: entry.first, ask: entry.second, bidSize: entry.firstSize,
          askSize: entry.secondSize))
    }
    return found
  }
}

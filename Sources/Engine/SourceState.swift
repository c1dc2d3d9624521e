internal import Books
internal import Records

/// What a worker keeps for one source: its books, bars and sequence. Instrument ids are the
/// publisher's own, so that two sources never share a book.
struct SourceState: ~Copyable {
  var orders: OrderBooks
  var levels = PriceLevelBooks()
  var bars1s = Bars(intervalNanos: 1_000_000_000)
  var bars1m = Bars(intervalNanos: 60 * 1_000_000_000)
  var statistics = SessionStatistics()
  var conflation = QuoteConflation()
  /// Sequence of the last record, to notice records that come twice.
  var lastSequence: UInt32 = 0
  var hasSequence = false
  /// Set after a gap: books may be wrong until the session starts over.
  var isSuspect = false
  /// A price-level event that is not complete: its instrument, and what it changed so far.
  var pendingInstrument: UInt32 = 0
  var pendingDepth = UInt16.max
  var pendingChanges: BookChanges = []
  var hasPending = false
  /// Instruments that have traded in the session, for the statistics at its end.
  var tradedInstruments: [UInt32] = []
  private var isTraded: [Bool] = []
  var publisherID: UInt16 = 0
  /// Trading state by instrument, as far as `TradingStates.limit`.
  var trading = TradingStates()

  init(expectedOrders: Int) { orders = OrderBooks(expectedOrders: expectedOrders) }

  /// Forgets all books: the numbering has started over, and with it the orders.
  mutating func restart(expectedOrders: Int) {
    if orders.openOrders > 0 { orders = OrderBooks(expectedOrders: expectedOrders) }
    if levels.levels.bookCount > 0 { levels = PriceLevelBooks() }
    statistics.reset()
    hasSequence = false
    isSuspect = false
    dropPending()
    tradedInstruments.removeAll(keepingCapacity: true)
    for index in isTraded.indices { isTraded[index] = false }
  }

  /// Adds a level's change to the running event.
  mutating func note(_ effect: BookEffect, of instrument: UInt32) {
    guard effect.isApplied else { return }
    pendingInstrument = instrument
    pendingDepth = min(pendingDepth, effect.depth)
    pendingChanges.formUnion(effect.changes)
    hasPending = true
  }

  /// Forgets the running event.
  mutating func dropPending() {
    hasPending = false
    pendingDepth = .max
    pendingChanges = []
  }

  /// Remembers that an instrument has traded. Allocates only for ids that are new.
  mutating func noteTraded(_ instrument: UInt32, publisherID: UInt16) {
    self.publisherID = publisherID
    let index = Int(instrument)
    guard index < QuoteConflation.limit else { return }
    if index >= isTraded.count {
      let count = min(QuoteConflation.limit, max(4_096, index + 1, isTraded.count * 2))
      isTraded.append(contentsOf: repeatElement(false, count: count - isTraded.count))
      tradedInstruments.reserveCapacity(count)
    }
    guard !isTraded[index] else { return }
    isTraded[index] = true
    tradedInstruments.append(instrument)
  }
}

/// Whether an instrument trades continuously, for the check that its book is not crossed.
struct TradingStates: ~Copyable {
  /// Instruments whose state is kept; others count as not trading, so that nothing is claimed.
  static var limit: Int { 1 << 16 }
  private var states: [Bool] = []

  mutating func set(_ instrument: UInt32, isTrading: Bool) {
    guard instrument < Self.limit else { return }
    if states.isEmpty { states = Array(repeating: false, count: Self.limit) }
    states[Int(instrument)] = isTrading
  }

  func isTrading(_ instrument: UInt32) -> Bool {
    Int(instrument) < states.count && states[Int(instrument)]
  }
}

internal import Books
internal import Records

/// Which instruments have changed since the last BBO-1s records, and their last trade. Allocates
/// only for instrument ids that are new.
struct QuoteConflation: ~Copyable {
  private struct Trade {
    var price = Undefined.price
    var size = Undefined.orderSize
    var side = Side.none
    var tsEvent = Undefined.timestamp
    var sequence: UInt32 = 0
    var isDirty = false
  }

  /// Instruments that are conflated; ids from here on are not (`dropped` counts their changes).
  static var limit: Int { 1 << 17 }
  private var trades: [Trade] = []
  private var dirty: [UInt32] = []
  private(set) var dropped: UInt64 = 0
  /// End of the running interval, ns since the Unix epoch; 0 before the first record.
  private var intervalEnd: UInt64 = 0

  private static var intervalNanos: UInt64 { 1_000_000_000 }

  private mutating func touch(_ instrument: UInt32) -> Int? {
    let index = Int(instrument)
    guard index < Self.limit else {
      dropped &+= 1
      return nil
    }
    if index >= trades.count {
      let count = min(Self.limit, max(4_096, index + 1, trades.count * 2))
      trades.append(contentsOf: repeatElement(Trade(), count: count - trades.count))
      dirty.reserveCapacity(count)
    }
    if !trades[index].isDirty {
      trades[index].isDirty = true
      dirty.append(instrument)
    }
    return index
  }

  /// The best bid or offer of an instrument has changed.
  mutating func quoteChanged(_ instrument: UInt32, tsEvent: UInt64, sequence: UInt32) {
    guard let index = touch(instrument) else { return }
    trades[index].tsEvent = tsEvent
    trades[index].sequence = sequence
  }

  /// An instrument has traded.
  mutating func traded(
    _ instrument: UInt32, price: Int64, size: UInt32, side: Side, tsEvent: UInt64,
    sequence: UInt32
  ) {
    guard let index = touch(instrument) else { return }
    trades[index].price = price
    trades[index].size = size
    trades[index].side = side
    trades[index].tsEvent = tsEvent
    trades[index].sequence = sequence
  }

  /// End of the interval that is over at `tsEvent`, once; nil while it runs.
  mutating func endOfInterval(at tsEvent: UInt64) -> UInt64? {
    guard tsEvent != Undefined.timestamp, tsEvent >= intervalEnd else { return nil }
    let ended = intervalEnd
    intervalEnd = tsEvent - tsEvent % Self.intervalNanos + Self.intervalNanos
    return ended == 0 ? nil : ended
  }

  /// A BBO record without levels for each instrument that has changed; then none has.
  mutating func drain(publisherID: UInt16, end: UInt64, _ emit: (BBOMessage) -> Void) {
    for instrument in dirty {
      let trade = trades[Int(instrument)]
      trades[Int(instrument)].isDirty = false
      emit(
        BBOMessage(
          publisherID: publisherID, instrumentID: instrument, tsEvent: trade.tsEvent,
          price: trade.price, size: trade.size, side: trade.side, flags: .last, tsRecv: end,
          sequence: trade.sequence))
    }
    dirty.removeAll(keepingCapacity: true)
  }
}

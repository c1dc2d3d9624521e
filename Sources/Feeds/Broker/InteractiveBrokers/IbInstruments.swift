internal import FeedKit
internal import Records

/// What is known of one instrument: the last quote and trade, put together from single ticks.
struct IbInstrument: BitwiseCopyable {
  var bidPrice = Undefined.price
  var askPrice = Undefined.price
  var lastPrice = Undefined.price
  var bidSize: UInt32 = 0
  var askSize: UInt32 = 0
  var lastSize: UInt32 = 0
  /// 1 ..< 2^27; 0 where the slot is free.
  var id: UInt32 = 0
  /// Decimals of its sizes: a size counts units of 10^-places.
  var sizePlaces: UInt8 = 0
  /// Granted type of market data; 0 before the first word about it.
  var dataType: UInt8 = 0
  /// Where its trades come from.
  var tradeSource = TradeSource.level1
  /// Whether quotes come from tick-by-tick.
  var quotesByTick = false
  /// Whether the next size of the last trade may be the one that came with its price.
  var expectsLastSize = false
  /// Whether a last price has come on this connection: the first is the trade before it.
  var hasLast = false
  /// Whether the subscription is proven on this connection.
  var isConfirmed = false
  /// What volume ticks are multiplied by (hundreds of shares below version 220).
  var volumeFactor: UInt8 = 1

  /// A trade comes by up to three ways; only the best one that flows makes records.
  struct TradeSource: RawRepresentable, BitwiseCopyable, Comparable {
    var rawValue: UInt8
    /// Last price and size of level 1: sampled.
    static var level1: Self { Self(rawValue: 0) }
    /// RT trade volume (77): without unreportable trades.
    static var rtTradeVolume: Self { Self(rawValue: 1) }
    /// RT volume (48).
    static var rtVolume: Self { Self(rawValue: 2) }
    /// Tick-by-tick: each trade.
    static var tickByTick: Self { Self(rawValue: 3) }
    static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  /// Forgets what belongs to a connection.
  mutating func reset() {
    let (id, places, factor) = (self.id, sizePlaces, volumeFactor)
    let (source, byTick) = (tradeSource, quotesByTick)
    self = IbInstrument()
    (self.id, sizePlaces, volumeFactor) = (id, places, factor)
    (tradeSource, quotesByTick) = (source, byTick)
  }

  /// A size in units of 10^-sizePlaces; nil where it is none of them or does not fit 32 bits.
  @inline(__always)
  func size(_ decimal: IbDecimal) -> UInt32? {
    let value: Int64?
    if decimal.places == 0, sizePlaces == 0, decimal.isSet {
      value = decimal.mantissa
    } else {
      value = decimal.scaled(Int(sizePlaces))
    }
    guard let value, value >= 0, value < 0xFFFF_FFFF else { return nil }
    return UInt32(truncatingIfNeeded: value)
  }

  /// A large quantity (volume, open interest) in the same units.
  func quantity(_ decimal: IbDecimal) -> Int64? { decimal.scaled(Int(sizePlaces)) }
}

/// Instruments by their id, which request ids carry in their lower 27 bits.
struct IbInstruments: ~Copyable {
  private var slots: FixedTable<UInt64>
  private(set) var table: FixedTable<IbInstrument>
  private(set) var count = 0
  private let mask: Int

  /// Room for `capacity` instruments.
  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    mask = size - 1
    slots = FixedTable(repeating: 0, count: size)
    table = FixedTable(repeating: IbInstrument(), count: max(capacity, 1))
  }

  @inline(__always)
  private func home(_ id: UInt32) -> Int {
    Int(truncatingIfNeeded: (UInt64(id) &* 0x9E37_79B9_7F4A_7C15) &>> 40) & mask
  }

  /// The index of the instrument, or -1. Half of the slots are free, so that every search ends.
  @inline(__always)
  func find(_ id: UInt32) -> Int {
    var slot = home(id)
    while true {
      let entry = slots[slot]
      if entry == 0 { return -1 }
      if UInt32(truncatingIfNeeded: entry &>> 32) == id {
        return Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) &- 1
      }
      slot = (slot &+ 1) & mask
    }
  }

  /// Adds an instrument that is not there; its index, or -1 where the table is full.
  mutating func add(_ id: UInt32) -> Int {
    guard count < table.count else { return -1 }
    var slot = home(id)
    while slots[slot] != 0 { slot = (slot &+ 1) & mask }
    table[count] = IbInstrument()
    table[count].id = id
    count += 1
    slots[slot] = UInt64(id) << 32 | UInt64(count)
    return count - 1
  }

  /// Gives an index an id that is already another's: the session's list names it twice.
  mutating func addDouble(_ id: UInt32) {
    guard count < table.count else { return }
    table[count].id = id
    count += 1
  }

  subscript(index: Int) -> IbInstrument {
    @inline(__always) _read { yield table[index] }
    @inline(__always) _modify { yield &table[index] }
  }
}

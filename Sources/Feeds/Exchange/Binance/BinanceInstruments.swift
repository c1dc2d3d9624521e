internal import FeedKit

/// Symbols to instruments, and the unit in which the sizes of each are counted.
///
/// A record's size has 32 bits; a quantity of the venue has up to eight decimals and may be any
/// number of coins. So an instrument's sizes count lots of 10^-places coins. The unit is part of
/// the instrument: where a quantity is finer than the lot, or too large for 32 bits although a
/// coarser lot would still be exact, the symbol becomes a new instrument with another lot, so that
/// nobody ever adds sizes of two units.
struct BinanceInstruments: ~Copyable {
  private var slots = FixedTable(repeating: Slot(), count: BinanceLimits.symbolSlots)
  /// Symbols seen so far.
  private(set) var symbols = 0
  /// Instruments given out so far: ids 1, 2, 3 ... in the order of first sight.
  private(set) var count: UInt32 = 0

  /// The symbol as words, zero-padded: what the table is searched for.
  struct Key: BitwiseCopyable, Equatable {
    var w0: UInt64 = 0
    var w1: UInt64 = 0
    var w2: UInt64 = 0
    var w3: UInt64 = 0
  }

  /// Not private: the debug build of Swift 6.3.1 emits a broken module for a private type there.
  struct Slot: BitwiseCopyable {
    var key = Key()
    var lot = Lot(places: 0)
    /// 0 where the slot is free.
    var instrument: UInt32 = 0
    /// The most decimals of any quantity so far.
    var finest: UInt8 = 0
    /// A slot is a whole line.
    var reserved: InlineArray<11, UInt8> = InlineArray(repeating: 0)
  }

  private static var shift: UInt64 { UInt64(64 - BinanceLimits.symbolSlots.trailingZeroBitCount) }

  @inline(__always)
  private func firstSlot(_ key: Key) -> Int {
    let mixed =
      key.w0 ^ key.w1 &* 0xD6E8_FEB8_6659_FD93 ^ key.w2 &* 0xA076_1D64_78BD_642F
      ^ key.w3 &* 0xE703_7ED1_A0B4_28DB
    return Int(truncatingIfNeeded: (mixed &* 0x9E37_79B9_7F4A_7C15) &>> Self.shift)
  }

  /// The slot of a symbol of at most 16 bytes, or -1: for the fast path.
  @inline(__always)
  func find(_ w0: UInt64, _ w1: UInt64) -> Int { find(Key(w0: w0, w1: w1)) }

  /// The slot of the symbol, or -1.
  @inline(__always)
  func find(_ key: Key) -> Int {
    var index = firstSlot(key)
    // At most half of the slots are in use, so that every search ends.
    while slots[index].instrument != 0 {
      if slots[index].key == key { return index }
      index = (index &+ 1) & (BinanceLimits.symbolSlots &- 1)
    }
    return -1
  }

  @inline(__always)
  func instrument(_ slot: Int) -> UInt32 { slots[slot].instrument }

  @inline(__always)
  func lot(_ slot: Int) -> Lot { slots[slot].lot }

  /// The most decimals of any quantity of the symbol so far.
  func finest(_ slot: Int) -> UInt8 { slots[slot].finest }

  /// Whether another symbol has room.
  var hasRoom: Bool { symbols < BinanceLimits.symbols }

  /// Puts a symbol that is not in the table there, with an instrument of its own; gives its slot.
  /// There must be room.
  mutating func add(_ key: Key, lot: Lot, finest: UInt8) -> Int {
    var index = firstSlot(key)
    while slots[index].instrument != 0 {
      index = (index &+ 1) & (BinanceLimits.symbolSlots &- 1)
    }
    symbols += 1
    count &+= 1
    slots[index] = Slot(key: key, lot: lot, instrument: count, finest: finest)
    return index
  }

  /// Gives the symbol another instrument with another lot.
  mutating func replace(_ slot: Int, lot: Lot, finest: UInt8) {
    count &+= 1
    slots[slot].instrument = count
    slots[slot].lot = lot
    slots[slot].finest = finest
  }

  /// Notes how fine quantities are, where that asks for no other lot.
  mutating func note(_ slot: Int, finest: UInt8) { slots[slot].finest = finest }
}

/// Sizes in lots of 10^-places coins.
struct Lot: BitwiseCopyable {
  /// The inverse of 5^(8 - places) modulo 2^64.
  private let inverse: UInt64
  /// 8 - places.
  private let shift: UInt8
  private let reserved: InlineArray<7, UInt8>

  /// `places` 0 ... 8.
  init(places: Int) {
    shift = UInt8(8 - places)
    var power: UInt64 = 1
    for _ in 0..<(8 - places) { power &*= 5 }
    // Newton's iteration doubles the right bits: 3 (any odd number is its own inverse modulo 8),
    // 6, 12, 24, 48, 96.
    var inverse = power
    for _ in 0..<5 { inverse = inverse &* (2 &- power &* inverse) }
    self.inverse = inverse
    reserved = InlineArray(repeating: 0)
  }

  var places: Int { 8 - Int(shift) }

  /// The largest size that is a size: one more means "undefined".
  static var largest: UInt64 { 0xFFFF_FFFE }

  /// A quantity in units of 1e-8 as lots; above `largest` where it is no whole number of them, or
  /// too many.
  ///
  /// Multiplying by the inverse of 5^n and turning by n bits divides by 10^n where that leaves no
  /// rest; where it leaves one, the result is above 2^64 / 10^n, which for n ≤ 8 is far above 32
  /// bits (Granlund and Montgomery, "Division by invariant integers", section 9).
  @inline(__always)
  func size(_ quantity: UInt64) -> UInt64 {
    let product = quantity &* inverse
    let turn = UInt64(shift)
    return product &>> turn | product &<< (64 &- turn)
  }

  /// One lot in units of 1e-9 coins.
  var units: Int64 {
    var units: Int64 = 10
    for _ in 0..<shift { units *= 10 }
    return units
  }

  /// Decimals of a quantity in units of 1e-8.
  static func places(of quantity: UInt64) -> Int {
    guard quantity != 0 else { return 0 }
    var rest = quantity
    var places = 8
    while places > 0, rest.isMultiple(of: 10) {
      rest /= 10
      places -= 1
    }
    return places
  }

  /// The places of a new instrument's lot: as fine as what was seen, and finer up to `usual` as
  /// long as a quantity a thousand times the largest one seen still fits.
  static func choose(finest: Int, largest quantity: UInt64) -> Int {
    var places = finest
    while places < usual {
      let (lots, overflow) = (quantity / power10(8 - places - 1)).multipliedReportingOverflow(
        by: headroom)
      guard !overflow, lots <= largest else { break }
      places += 1
    }
    return places
  }

  /// The venue's finest common step: 0.00001 BTC.
  private static var usual: Int { 5 }
  private static var headroom: UInt64 { 1_000 }

  private static func power10(_ exponent: Int) -> UInt64 {
    var power: UInt64 = 1
    for _ in 0..<exponent { power *= 10 }
    return power
  }
}

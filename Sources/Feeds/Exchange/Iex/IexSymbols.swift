internal import FeedKit

/// Symbols, as the eight bytes of the wire, to instrument ids: 1, 2, 3 ... in the order of first
/// sight, for the life of the decoder (a new session keeps them).
///
/// IEX has no numeric ids of its own. A hash table with linear probing, allocated once; at most
/// half full, so that a search always ends.
struct IexSymbols: ~Copyable {
  private var slots = FixedTable(repeating: Slot(), count: IexLimits.symbolSlots)
  /// Symbols seen so far.
  private(set) var count: UInt32 = 0

  /// Not private: the debug build of Swift 6.3.1 emits a broken module for a private type there.
  struct Slot: BitwiseCopyable {
    var symbol: UInt64 = 0
    /// 0 where the slot is free.
    var instrument: UInt32 = 0
    var reserved: UInt32 = 0
  }

  /// 64 bits less those of the table's size: the upper bits of the product are the mixed ones.
  private static var shift: UInt64 { UInt64(64 - IexLimits.symbolSlots.trailingZeroBitCount) }

  @inline(__always)
  private func firstSlot(_ symbol: UInt64) -> Int {
    // The tail of most symbols is spaces; folding lets the head reach the upper bits by two ways.
    let mixed = (symbol ^ symbol >> 32) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed >> Self.shift)
  }

  /// The instrument of the symbol, or 0.
  @inline(__always)
  func find(_ symbol: UInt64) -> UInt32 {
    var index = firstSlot(symbol)
    while true {
      let slot = slots[index]
      if slot.instrument == 0 || slot.symbol == symbol { return slot.instrument }
      index = (index &+ 1) & (IexLimits.symbolSlots &- 1)
    }
  }

  /// Gives a symbol that is not in the table the next id; 0 where the table is full.
  mutating func add(_ symbol: UInt64) -> UInt32 {
    guard Int(count) < IexLimits.symbols else { return 0 }
    var index = firstSlot(symbol)
    while slots[index].instrument != 0 { index = (index &+ 1) & (IexLimits.symbolSlots &- 1) }
    count &+= 1
    slots[index] = Slot(symbol: symbol, instrument: count)
    return count
  }
}

/// Limits of the IEX feeds.
enum IexLimits {
  /// Symbols of one source; IEX carries some 13,000. One more is rejected (`instrumentLimit`).
  static var symbols: Int { 1 << 16 }
  /// Slots of the symbol table, a power of two, 16 bytes each: 2 MiB.
  static var symbolSlots: Int { 2 * symbols }
  /// Payload bytes of the simulator's segments; the largest real ones have about 1,430.
  static var segmentPayloadBytes: Int { 1_400 }
  /// Price levels a side that the simulator keeps.
  static var simulatedLevels: Int { 8 }
}

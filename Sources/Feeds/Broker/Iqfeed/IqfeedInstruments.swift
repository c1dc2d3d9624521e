internal import FeedKit
internal import Wire

/// Symbols to instruments.
///
/// A session fills the table from its list; files add symbols as they are first seen.
struct IqfeedInstruments: ~Copyable {
  private var slots: FixedTable<Slot>
  /// The slot of each instrument of the list.
  private var places: FixedTable<Int32>
  private let mask: Int
  private let limit: Int
  /// Instruments so far; indices are 0 ..< `count`.
  private(set) var count = 0

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
    /// 0 where the slot is free.
    var instrument: UInt32 = 0
    /// Place in the session's list.
    var index: Int32 = 0
    var interests: UInt16 = 0
    /// What must be done before its next line counts; empty in steady state.
    var pending = Pending()
    /// A slot is a whole line.
    var reserved: InlineArray<20, UInt8> = InlineArray(repeating: 0)
  }

  struct Pending: OptionSet, BitwiseCopyable {
    let rawValue: UInt16
    /// Its symbol mapping stands in no lane yet.
    static var announcement: Self { Self(rawValue: 1) }
    /// It was asked for, and nothing has come.
    static var confirmation: Self { Self(rawValue: 2) }
    /// It is not wanted: what still comes is passed over.
    static var muted: Self { Self(rawValue: 4) }
  }

  /// Room for `limit` instruments.
  init(limit: Int) {
    self.limit = max(limit, 1)
    var size = 16
    while size < 2 * self.limit { size *= 2 }
    mask = size - 1
    slots = FixedTable(repeating: Slot(), count: size)
    places = FixedTable(repeating: -1, count: self.limit)
  }

  /// The symbol `start ..< end` as words; nil where it is empty or longer than a symbol may be.
  /// `IqfeedLimits.readAhead` bytes behind `start` must be readable.
  @inline(__always)
  static func key(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Key? {
    let length = end &- start
    guard length > 0, length <= IqfeedLimits.symbolBytes else { return nil }
    if length <= 8 {
      let shift = UInt64(truncatingIfNeeded: 64 &- 8 &* length)
      return Key(w0: bytes.uncheckedLE(UInt64.self, at: start) & (~0 &>> shift))
    }
    return longKey(bytes, start, length)
  }

  private static func longKey(_ bytes: RawSpan, _ start: Int, _ length: Int) -> Key {
    var words = InlineArray<4, UInt64>(repeating: 0)
    for index in 0..<4 {
      let left = length - 8 * index
      guard left > 0 else { break }
      let word = bytes.uncheckedLE(UInt64.self, at: start + 8 * index)
      words[index] = left >= 8 ? word : word & (~0 &>> UInt64(64 - 8 * left))
    }
    return Key(w0: words[0], w1: words[1], w2: words[2], w3: words[3])
  }

  /// The key of a text; nil where it is no symbol.
  static func key(_ symbol: String) -> Key? {
    guard IqfeedSymbol.isValid(symbol) else { return nil }
    var words = InlineArray<4, UInt64>(repeating: 0)
    for (index, byte) in symbol.utf8.enumerated() {
      words[index / 8] |= UInt64(byte) << UInt64(8 * (index % 8))
    }
    return Key(w0: words[0], w1: words[1], w2: words[2], w3: words[3])
  }

  @inline(__always)
  private func firstSlot(_ key: Key) -> Int {
    let mixed =
      key.w0 ^ key.w1 &* 0xD6E8_FEB8_6659_FD93 ^ key.w2 &* 0xA076_1D64_78BD_642F
      ^ key.w3 &* 0xE703_7ED1_A0B4_28DB
    return Int(truncatingIfNeeded: (mixed &* 0x9E37_79B9_7F4A_7C15) &>> 32) & mask
  }

  /// The slot of the symbol, or -1.
  @inline(__always)
  func find(_ key: Key) -> Int {
    var slot = firstSlot(key)
    // At most half of the slots are in use, so that every search ends.
    while slots[slot].instrument != 0 {
      if slots[slot].key == key { return slot }
      slot = (slot &+ 1) & mask
    }
    return -1
  }

  @inline(__always)
  func slot(_ place: Int) -> Slot { slots[place] }

  /// The slot of the instrument at `index` of the list.
  func slot(index: Int) -> Int { Int(places[index]) }

  /// Puts a symbol that is not in the table there; gives its slot, or -1 where there is no room or
  /// the symbol is there already.
  mutating func add(_ key: Key, instrument: UInt32, interests: UInt16) -> Int {
    guard count < limit, find(key) < 0 else { return -1 }
    var slot = firstSlot(key)
    while slots[slot].instrument != 0 { slot = (slot &+ 1) & mask }
    slots[slot] = Slot(
      key: key, instrument: instrument, index: Int32(count), interests: interests,
      pending: .announcement)
    places[count] = Int32(slot)
    count += 1
    return slot
  }

  /// Leaves the place of the next instrument empty: its symbol cannot be known.
  mutating func skip() {
    guard count < limit else { return }
    count += 1
  }

  /// The symbol as it stands on the wire, for cold paths.
  func symbol(_ slot: Int) -> String {
    let key = slots[slot].key
    var text: [UInt8] = []
    for word in [key.w0, key.w1, key.w2, key.w3] {
      for index in 0..<8 { text.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * index))) }
    }
    return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
  }

  mutating func setPending(_ slot: Int, _ pending: Pending) { slots[slot].pending = pending }
}

/// What may be a symbol: section 2. At most 30 characters of letters, digits and the signs that
/// futures, indices, spreads and foreign exchange use. No comma, blank or line end, so that nothing
/// can be smuggled into a request.
enum IqfeedSymbol {
  static func isValid(_ symbol: String) -> Bool {
    let bytes = symbol.utf8
    guard !bytes.isEmpty, bytes.count <= IqfeedLimits.symbolBytes else { return false }
    for byte in bytes where !isAllowed(byte) { return false }
    return true
  }

  @inline(__always)
  static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "@"), UInt8(ascii: "#"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "+"), UInt8(ascii: "$"), UInt8(ascii: "="), UInt8(ascii: "/"),
      UInt8(ascii: "_"), UInt8(ascii: "&"), UInt8(ascii: "!"), UInt8(ascii: "%"),
      UInt8(ascii: "^"), UInt8(ascii: ":"), UInt8(ascii: "*"), UInt8(ascii: "'"):
      true
    default: false
    }
  }
}

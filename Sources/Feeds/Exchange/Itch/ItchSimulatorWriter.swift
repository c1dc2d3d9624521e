internal import FeedKit

/// Stores big-endian fields of outgoing messages.
///
/// The caller has made sure that a whole frame fits (`ItchMarketLimits.frameBytes`).
extension MutableRawSpan {
  @inline(__always)
  mutating func put(_ value: UInt8, _ offset: Int) {
    assert(offset >= 0 && offset < byteCount)
    // Safety: `ItchMarket.next` has checked that a whole frame fits at its offset.
    unsafe storeBytes(of: value, toUncheckedByteOffset: offset, as: UInt8.self)
  }

  @inline(__always)
  mutating func putBE<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, _ offset: Int) {
    assert(offset >= 0 && offset + MemoryLayout<Value>.size <= byteCount)
    // Safety: `ItchMarket.next` has checked that a whole frame fits at its offset.
    unsafe storeBytes(of: value.bigEndian, toUncheckedByteOffset: offset, as: Value.self)
  }
}

/// Four ASCII characters as a number in wire order.
enum MarketText {
  @inline(__always)
  static func four(
    _ a: Unicode.Scalar, _ b: Unicode.Scalar, _ c: Unicode.Scalar, _ d: Unicode.Scalar
  ) -> UInt32 {
    a.value << 24 | b.value << 16 | c.value << 8 | d.value
  }

  static var spaces: UInt32 { 0x2020_2020 }

  /// One of eight invented market participants.
  static func participant(_ number: Int) -> UInt32 {
    switch number & 7 {
    case 0: four("M", "L", "R", "A")
    case 1: four("M", "L", "R", "B")
    case 2: four("N", "O", "R", "T")
    case 3: four("E", "A", "S", "T")
    case 4: four("S", "U", "T", "H")
    case 5: four("W", "E", "S", "T")
    case 6: four("D", "E", "E", "P")
    default: four("W", "I", "D", "E")
    }
  }
}

extension ItchMarket {
  /// Writes the frame's length and the common header of 11 bytes, counts the message, and gives the
  /// frame's size. Message offset 0 is at `at + 2`.
  ///
  /// Two stores cover length, type, locate, tracking number and timestamp; the three bytes that
  /// the second one writes too many are the message's first fields, or, for
  /// the shortest types, bytes after the frame, which the next frame overwrites.
  @inline(__always)
  mutating func begin(
    _ out: inout MutableRawSpan, _ at: Int, _ type: UInt8, _ length: Int, _ locate: Int
  ) -> Int {
    let time = clock >> 8
    let first =
      UInt64(truncatingIfNeeded: length) << 48 | UInt64(type) << 40
      | UInt64(truncatingIfNeeded: locate) << 24 | time >> 40
    out.putBE(first, at)
    out.putBE(time << 24, at &+ 8)
    counts[Int(type)] &+= 1
    messageCount &+= 1
    return length &+ 2
  }

  @inline(__always)
  mutating func writeAdd(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, _ order: MarketOrder,
    attribution: UInt32
  ) -> Int {
    let attributed = attribution != 0
    let size = begin(&out, at, attributed ? 0x46 : 0x41, attributed ? 40 : 36, locate)
    out.putBE(order.reference, at &+ 13)
    out.put(order.isAsk ? 0x53 : 0x42, at &+ 21)
    out.putBE(order.shares, at &+ 22)
    out.putBE(symbols[locate].stock, at &+ 26)
    out.putBE(symbols[locate].price(order.tick), at &+ 34)
    if attributed { out.putBE(attribution, at &+ 38) }
    return size
  }

  @inline(__always)
  mutating func writeExecuted(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, reference: UInt64, shares: UInt32
  ) -> Int {
    let size = begin(&out, at, 0x45, 31, locate)
    out.putBE(reference, at &+ 13)
    out.putBE(shares, at &+ 21)
    out.putBE(takeMatchNumber(locate), at &+ 25)
    return size
  }

  mutating func writeExecutedWithPrice(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, reference: UInt64, shares: UInt32,
    price: UInt32, printable: Bool
  ) -> Int {
    let size = begin(&out, at, 0x43, 36, locate)
    out.putBE(reference, at &+ 13)
    out.putBE(shares, at &+ 21)
    out.putBE(takeMatchNumber(locate), at &+ 25)
    out.put(printable ? 0x59 : 0x4E, at &+ 33)
    out.putBE(price, at &+ 34)
    return size
  }

  @inline(__always)
  mutating func writeCancel(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, reference: UInt64, shares: UInt32
  ) -> Int {
    let size = begin(&out, at, 0x58, 23, locate)
    out.putBE(reference, at &+ 13)
    out.putBE(shares, at &+ 21)
    return size
  }

  @inline(__always)
  mutating func writeDelete(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, reference: UInt64
  ) -> Int {
    let size = begin(&out, at, 0x44, 19, locate)
    out.putBE(reference, at &+ 13)
    return size
  }

  @inline(__always)
  mutating func writeReplace(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, original: UInt64, _ order: MarketOrder
  ) -> Int {
    let size = begin(&out, at, 0x55, 35, locate)
    out.putBE(original, at &+ 13)
    out.putBE(order.reference, at &+ 21)
    out.putBE(order.shares, at &+ 29)
    out.putBE(symbols[locate].price(order.tick), at &+ 33)
    return size
  }

  mutating func writeTrade(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, shares: UInt32, price: UInt32
  ) -> Int {
    let size = begin(&out, at, 0x50, 44, locate)
    // The reference is 0 since 2010 and the side always B since 2014.
    out.putBE(0 as UInt64, at &+ 13)
    out.put(0x42, at &+ 21)
    out.putBE(shares, at &+ 22)
    out.putBE(symbols[locate].stock, at &+ 26)
    out.putBE(price, at &+ 34)
    out.putBE(takeMatchNumber(locate), at &+ 38)
    return size
  }

  mutating func writeCross(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, shares: UInt64, price: UInt32,
    type: UInt8
  ) -> Int {
    let size = begin(&out, at, 0x51, 40, locate)
    out.putBE(shares, at &+ 13)
    out.putBE(symbols[locate].stock, at &+ 21)
    out.putBE(price, at &+ 29)
    out.putBE(takeMatchNumber(locate), at &+ 33)
    out.put(type, at &+ 41)
    return size
  }

  /// Match numbers are unique for the day over all types (TotalView-ITCH 5.0).
  @inline(__always)
  private mutating func takeMatchNumber(_ locate: Int) -> UInt64 {
    matchNumber &+= 1
    lastExecutedLocate = locate
    return matchNumber
  }
}

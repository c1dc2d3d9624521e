internal import Wire

/// Writes messages behind their lengths, as they stand in files and datagrams.
extension ByteBuffer {
  mutating func appendBE<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
    append(value: value.bigEndian)
  }

  /// The length, and the header that begins every message ("Message Formats").
  mutating func appendItchHead(_ type: UInt8, byteCount: Int, locate: UInt16, time: UInt64) {
    appendBE(UInt16(byteCount))
    append(value: type)
    appendBE(locate)
    appendBE(UInt16(0))  // tracking number
    appendBE(UInt16(truncatingIfNeeded: time >> 32))
    appendBE(UInt32(truncatingIfNeeded: time))
  }
}

/// What a stock directory message says.
struct ItchDirectory {
  var stock: UInt64
  var category = UInt8(ascii: " ")
  var roundLot: UInt32 = 100
  var classification = UInt8(ascii: " ")
  var subType: UInt16 = 0x2020
}

extension ItchEncoder {
  mutating func begin(
    _ type: UInt8, byteCount: Int, locate: UInt16, tsEvent: UInt64, into frames: inout ByteBuffer
  ) {
    frames.appendItchHead(type, byteCount: byteCount, locate: locate, time: time(tsEvent))
    counts.messages[Int(type)] &+= 1
  }

  mutating func takeMatchNumber() -> UInt64 {
    matchNumber &+= 1
    return matchNumber
  }

  /// The stock of a locate; eight spaces where nobody has told it.
  func stock(_ locate: UInt16) -> UInt64 {
    let stock = stocks[Int(locate)]
    return stock == 0 ? 0x2020_2020_2020_2020 : stock
  }

  /// A price in 1e-9 as Price(4); nil where it cannot be one.
  static func price4(_ price: Int64) -> UInt32? {
    let (whole, rest) = price.quotientAndRemainder(dividingBy: Itch.price4Factor)
    return rest == 0 ? UInt32(exactly: whole) : nil
  }

  /// The same where an undefined price is 0 on the wire.
  static func optionalPrice4(_ price: Int64) -> UInt32? {
    price == .max ? 0 : price4(price)
  }

  /// Stock Directory (`R`), 39 bytes: 1.2.1. Financial status, authenticity and what follows are
  /// said to be nothing special.
  mutating func writeDirectory(
    _ directory: ItchDirectory, locate: UInt16, tsEvent: UInt64, into frames: inout ByteBuffer
  ) {
    begin(
      Itch.MessageType.stockDirectory, byteCount: Itch.StockDirectory.byteCount, locate: locate,
      tsEvent: tsEvent, into: &frames)
    frames.appendBE(directory.stock)
    frames.append(value: directory.category)
    frames.append(value: UInt8(ascii: "N"))
    frames.appendBE(directory.roundLot)
    frames.append(value: UInt8(ascii: "N"))
    frames.append(value: directory.classification)
    frames.appendBE(directory.subType)
    frames.append(value: UInt8(ascii: "P"))  // authenticity: live
    frames.append(value: UInt8(ascii: " "))  // short sale threshold
    frames.append(value: UInt8(ascii: " "))  // IPO
    frames.append(value: UInt8(ascii: " "))  // LULD tier
    frames.append(value: UInt8(ascii: " "))  // ETP
    frames.appendBE(UInt32(0))
    frames.append(value: UInt8(ascii: "N"))  // inverse
  }
}

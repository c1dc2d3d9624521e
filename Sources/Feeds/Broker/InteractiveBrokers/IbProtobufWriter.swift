/// Fields of a protobuf message (proto3 with presence: what is absent is not written at all).
///
/// Wire types: 0 varint, 1 eight bytes, 2 a length and so many bytes.
extension IbFrameWriter {
  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  private mutating func tag(_ number: Int, _ wireType: Int) {
    varint(UInt64(truncatingIfNeeded: number << 3 | wireType))
  }

  /// `int32` and `int64`: a negative one is a varint of ten bytes.
  mutating func int(_ number: Int, _ value: Int) {
    tag(number, 0)
    varint(UInt64(truncatingIfNeeded: value))
  }

  mutating func bool(_ number: Int, _ value: Bool) { int(number, value ? 1 : 0) }

  mutating func double(_ number: Int, _ value: Double) {
    tag(number, 1)
    let bits = value.bitPattern
    for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: bits >> (8 * UInt64(index)))) }
  }

  /// A decimal in units of 1e-9 as the nearest double, which is what the upstream sends: dividing
  /// an integer below 2^53 by 10^9 rounds once.
  mutating func double(_ number: Int, nanos: Int64) {
    double(number, Double(nanos) / 1_000_000_000)
  }

  mutating func string(_ number: Int, _ text: String) {
    tag(number, 2)
    varint(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  /// Writes the string only where it has a byte, as the official client does.
  mutating func stringUnlessEmpty(_ number: Int, _ text: String) {
    if !text.isEmpty { string(number, text) }
  }

  /// A size as decimal text, in units of 1e-9.
  mutating func string(_ number: Int, nanos: Int64) {
    let place = beginMessage(number)
    decimal(nanos: nanos)
    endMessage(place)
  }

  /// Begins a message inside of the message; what this gives ends it.
  mutating func beginMessage(_ number: Int) -> Int {
    tag(number, 2)
    // One byte of room for the length: nearly all are below 128.
    bytes.append(0)
    return bytes.count
  }

  mutating func endMessage(_ place: Int) {
    let count = bytes.count - place
    bytes[place - 1] = UInt8(truncatingIfNeeded: count & 0x7F) | (count < 0x80 ? 0 : 0x80)
    var rest = count >> 7
    var at = place
    while rest > 0 {
      bytes.insert(UInt8(truncatingIfNeeded: rest & 0x7F) | (rest < 0x80 ? 0 : 0x80), at: at)
      rest >>= 7
      at += 1
    }
  }
}

/// A line of truth in the making: the members of one JSON object.
///
/// Prices and sizes stand in it as text, since readers of JSON take numbers for binary floating
/// point.
struct IbSimulatorTruth {
  private(set) var members: [UInt8] = []
  private var frame = IbFrameWriter()

  mutating func begin(_ name: StaticString) {
    members.removeAll(keepingCapacity: true)
    tell("is", name.description)
  }

  mutating func tell(_ name: StaticString, _ value: Int) {
    put(name)
    frame.digits(value)
    takeFrame()
  }

  mutating func tell(_ name: StaticString, _ value: Bool) {
    put(name)
    members.append(contentsOf: (value ? "true" : "false").utf8)
  }

  mutating func tell(_ name: StaticString, nanos value: Int64) {
    put(name)
    members.append(UInt8(ascii: "\""))
    frame.decimal(nanos: value)
    takeFrame()
    members.append(UInt8(ascii: "\""))
  }

  mutating func tell(_ name: StaticString, _ value: String) {
    put(name)
    quote(value)
  }

  mutating func beginList(_ name: StaticString) {
    put(name)
    members.append(UInt8(ascii: "["))
  }

  mutating func beginElement() {
    separate()
    members.append(UInt8(ascii: "{"))
  }

  mutating func endElement() { members.append(UInt8(ascii: "}")) }

  mutating func endList() { members.append(UInt8(ascii: "]")) }

  private mutating func takeFrame() {
    members.append(contentsOf: frame.bytes)
    frame.bytes.removeAll(keepingCapacity: true)
  }

  private mutating func put(_ name: StaticString) {
    separate()
    quote(name.description)
    members.append(UInt8(ascii: ":"))
  }

  private mutating func separate() {
    guard let last = members.last, last != UInt8(ascii: "{"), last != UInt8(ascii: "[") else {
      return
    }
    members.append(UInt8(ascii: ","))
  }

  /// A JSON string (RFC 8259, section 7).
  private mutating func quote(_ value: String) {
    members.append(UInt8(ascii: "\""))
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): members.append(contentsOf: [0x5C, byte])
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        members.append(contentsOf: "\\u00".utf8)
        members.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
      default: members.append(byte)
      }
    }
    members.append(UInt8(ascii: "\""))
  }
}

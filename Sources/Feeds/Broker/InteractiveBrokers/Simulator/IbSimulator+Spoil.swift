public import FeedKit

/// Malformed messages, of the kinds that ended real clients (fact sheet, section 13).
extension IbSimulator {
  public func spoil(_ message: inout [UInt8], _ random: inout SimulationRandom) -> String {
    // A frame without a body, as of an old fault, has nothing to spoil but its length.
    guard message.count > 8 else { return Self.lengthen(&message) }
    let isProtobuf = message[4] == 0
    switch random.below(isProtobuf ? 4 : 7) {
    case 0: return Self.cut(&message)
    case 1: return Self.empty(&message)
    case 2: return isProtobuf ? Self.renumber(&message) : Self.word(&message)
    case 3: return Self.scramble(&message, &random)
    case 4: return Self.widen(&message)
    case 5: return Self.letterID(&message)
    default: return Self.noUTF8(&message)
    }
  }

  private static func setLength(_ message: inout [UInt8]) {
    let count = UInt32(message.count - 4)
    for index in 0..<4 { message[index] = UInt8(truncatingIfNeeded: count >> (24 - 8 * index)) }
  }

  /// The last fields are missing.
  private static func cut(_ message: inout [UInt8]) -> String {
    message.removeLast((message.count - 8) / 2 + 1)
    setLength(&message)
    return "fields missing"
  }

  private static func empty(_ message: inout [UInt8]) -> String {
    message = [0, 0, 0, 0]
    return "empty frame"
  }

  /// No message has this number.
  private static func renumber(_ message: inout [UInt8]) -> String {
    message[6] = 0x03
    message[7] = 0xE7
    return "unknown id"
  }

  /// The last field that has a digit becomes a word.
  private static func word(_ message: inout [UInt8]) -> String {
    if let place = message.lastIndex(where: { (0x30...0x39).contains($0) }), place > 5 {
      message[place] = UInt8(ascii: "x")
    }
    return "not a number"
  }

  private static func scramble(
    _ message: inout [UInt8], _ random: inout SimulationRandom
  ) -> String {
    for _ in 0..<3 { message[6 + random.below(message.count - 6)] = UInt8(random.below(256)) }
    return "bytes changed"
  }

  /// One field more than the layout has.
  private static func widen(_ message: inout [UInt8]) -> String {
    message.append(contentsOf: Array("extra\0".utf8))
    setLength(&message)
    return "a field too many"
  }

  private static func letterID(_ message: inout [UInt8]) -> String {
    message[4] = UInt8(ascii: "x")
    return "id is no number"
  }

  private static func noUTF8(_ message: inout [UInt8]) -> String {
    message[message.count - 2] = 0xFF
    return "not UTF-8"
  }

  /// A length that no frame has: after it nothing can be found again.
  private static func lengthen(_ message: inout [UInt8]) -> String {
    message = [0x01, 0, 0, 0]
    return "length over the cap"
  }
}

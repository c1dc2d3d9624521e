@testable import ExchangeFeeds

/// An array as the raw span that senders write to.
func withRaw<Result>(
  writing bytes: inout [UInt8], _ body: (inout MutableRawSpan) -> Result
) -> Result {
  var span = bytes.mutableSpan
  // Safety: every bit pattern is a valid byte.
  var raw = unsafe span.mutableBytes
  return body(&raw)
}

/// An array as the raw span that parsers read.
func withRaw<Result>(_ bytes: [UInt8], _ body: (RawSpan) -> Result) -> Result {
  // Safety: bytes are borrowed for the call only.
  unsafe body(bytes.span.bytes)
}

extension ItchMarket {
  /// The rest of the day as framed messages, asked for in pieces of `chunk` bytes.
  mutating func rest(chunk: Int = 65_536) -> [UInt8] {
    var result: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: chunk)
    while true {
      let count = withRaw(writing: &piece) { fill(&$0) }
      if count == 0 { return result }
      result += piece[0..<count]
    }
  }
}

/// Options of a short day in which halts, releases and rarities happen.
func eventfulOptions(seed: UInt64 = 1, messages: Int = 60_000) -> ItchMarketOptions {
  var options = ItchMarketOptions()
  options.seed = seed
  options.symbols = 120
  options.messages = messages
  options.messagesPerHalt = 2_000
  options.haltMessages = 900
  options.messagesPerRarity = 300
  return options
}

/// FNV-1a, 64 bits.
func hash(_ bytes: [UInt8]) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

/// One framed message taken apart by hand, independently of the project's own layouts.
struct WireMessage {
  let bytes: ArraySlice<UInt8>

  var type: Character { Character(Unicode.Scalar(bytes[bytes.startIndex])) }
  var locate: Int { Int(number(1, 2)) }
  var timestamp: UInt64 { number(5, 6) }

  func number(_ offset: Int, _ count: Int) -> UInt64 {
    bytes.dropFirst(offset).prefix(count).reduce(0) { $0 << 8 | UInt64($1) }
  }

  func character(_ offset: Int) -> Character {
    Character(Unicode.Scalar(bytes[bytes.startIndex + offset]))
  }

  /// Splits framed messages; nil where the last one is not whole.
  static func split(_ bytes: [UInt8]) -> [WireMessage]? {
    var result: [WireMessage] = []
    var offset = 0
    while offset < bytes.count {
      guard offset + 2 <= bytes.count else { return nil }
      let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
      guard length > 0, offset + 2 + length <= bytes.count else { return nil }
      result.append(WireMessage(bytes: bytes[offset + 2..<offset + 2 + length]))
      offset += 2 + length
    }
    return result
  }
}

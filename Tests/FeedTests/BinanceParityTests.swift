import ExchangeFeeds
import FeedKit
import Records
import TestSupport
import Testing

/// The fast path, which knows the order of the keys, against the general one, which does not.
@Suite struct BinanceParityTests {
  private static func lines(
    _ count: Int, seed: UInt64, symbols: Int = 3, isCombined: Bool = false
  ) -> [String] {
    var simulator = BinanceSimulator(
      BinanceSimulatorOptions(seed: seed, symbols: symbols, isCombined: isCombined))
    return (0..<count).map { _ in
      var text: [UInt8] = []
      simulator.append(to: &text)
      return String(decoding: text, as: UTF8.self)
    }
  }

  @Test(arguments: [UInt64(1), 2, 3, 4], [false, true])
  func bothPathsAgree(seed: UInt64, isCombined: Bool) {
    let lines = Self.lines(400, seed: seed, isCombined: isCombined)
    let fast = BinanceHarness(shards: 2)
    let general = BinanceHarness(isFast: false, shards: 2)
    let short = BinanceHarness(shards: 2)
    fast.read(lines)
    general.read(lines)
    // Without room behind it a message is never decoded by the fast path.
    for line in lines { short.message(line, room: 0) }
    #expect(fast.records == general.records, "seed \(seed)")
    #expect(fast.records == short.records, "seed \(seed)")
    #expect(fast.report.decode.decoded == general.report.decode.decoded)
    #expect(fast.report.decode.rejectedTotal == 0 && fast.report.messages == 400)
    #expect(fast.isBalanced && general.isBalanced && short.isBalanced)
  }

  /// Keys in another order, spaces, keys that nobody knows, escapes in keys: the same records.
  @Test(arguments: 1...8)
  func shapeDoesNotMatter(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let lines = Self.lines(150, seed: UInt64(seed) + 100, isCombined: seed.isMultiple(of: 2))
    let plain = BinanceHarness()
    let moved = BinanceHarness()
    for line in lines {
      let other = JSONShuffle.shuffled(line, &generator)
      plain.message(line)
      moved.message(other)
      #expect(plain.records.count == moved.records.count, "seed \(seed): \(other)")
    }
    #expect(plain.records == moved.records, "seed \(seed)")
    #expect(moved.report.decode.rejectedTotal == 0, "seed \(seed)")
    #expect(plain.report.decode.ignoredTotal == moved.report.decode.ignoredTotal)
  }

  /// One character changed: both paths do the same, and every message is accounted for.
  @Test(arguments: 1...6)
  func damageIsTheSameForBoth(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let lines = Self.lines(300, seed: UInt64(seed) + 200, symbols: 2)
    let fast = BinanceHarness()
    let general = BinanceHarness(isFast: false)
    let marks = Array("0123456789.\",:{}[]\\ tfnueEsTpqmbBaAM-+\u{7F}é".utf8)
    for line in lines {
      var bytes = Array(line.utf8)
      let at = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: bytes[at] = marks[Int.random(in: 0..<marks.count, using: &generator)]
      case 1: bytes.remove(at: at)
      default: bytes.insert(marks[Int.random(in: 0..<marks.count, using: &generator)], at: at)
      }
      let text = String(decoding: bytes, as: UTF8.self)
      fast.message(text)
      general.message(text)
      #expect(
        fast.report.decode.decoded == general.report.decode.decoded, "seed \(seed): \(text)")
    }
    #expect(fast.records == general.records, "seed \(seed)")
    #expect(fast.isBalanced && general.isBalanced)
  }

  @Test func prefixesOfAMessageAreRejections() {
    for line in Self.lines(12, seed: 9) + Self.lines(12, seed: 9, isCombined: true) {
      let harness = BinanceHarness()
      for count in 1..<line.utf8.count { harness.message(String(line.prefix(count)), room: 0) }
      #expect(harness.report.decode.rejectedTotal == UInt64(line.utf8.count - 1), "\(line)")
      #expect(harness.records.isEmpty)
    }
  }
}

/// Rewrites JSON text so that it says the same in another way.
enum JSONShuffle {
  static func shuffled(_ text: String, _ generator: inout SeededGenerator) -> String {
    object(Substring(text), &generator)
  }

  private static func object(_ text: Substring, _ generator: inout SeededGenerator) -> String {
    var members = split(text.dropFirst().dropLast()).map { member -> String in
      // Keys have no colons in them.
      let colon = member.firstIndex(of: ":") ?? member.startIndex
      let value = member[member.index(after: colon)...]
      let inner = value.hasPrefix("{") ? object(value, &generator) : String(value)
      return key(member[..<colon], &generator) + space(&generator) + ":" + space(&generator)
        + inner
    }
    for _ in 0..<Int.random(in: 0...2, using: &generator) {
      members.append(strangers[Int.random(in: 0..<strangers.count, using: &generator)])
    }
    members.shuffle(using: &generator)
    var result = "{" + space(&generator)
    for (index, member) in members.enumerated() {
      result += (index == 0 ? "" : "," + space(&generator)) + member + space(&generator)
    }
    return result + "}"
  }

  private static let strangers = [
    "\"Z\":{\"p\":\"1\",\"x\":[1,2,{\"q\":null}]}", "\"new\":-1.5e7", "\"w\":\"a\\\"b}\"",
    "\"zz\":[[\"1\",\"2\"],[]]", "\"\":true",
  ]

  /// Members or elements, without the commas between them.
  private static func split(_ text: Substring) -> [Substring] {
    var parts: [Substring] = []
    var depth = 0
    var isText = false
    var start = text.startIndex
    for index in text.indices {
      switch text[index] {
      case "\"": isText.toggle()
      case "{" where !isText, "[" where !isText: depth += 1
      case "}" where !isText, "]" where !isText: depth -= 1
      case "," where !isText && depth == 0:
        parts.append(text[start..<index])
        start = text.index(after: index)
      default: break
      }
    }
    return parts + [text[start...]]
  }

  private static func key(_ key: Substring, _ generator: inout SeededGenerator) -> String {
    guard Int.random(in: 0..<8, using: &generator) == 0,
      let scalar = key.unicodeScalars.dropFirst().first
    else { return String(key) }
    let digits = String(scalar.value, radix: 16)
    return "\"\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      + String(key.dropFirst(2))
  }

  private static func space(_ generator: inout SeededGenerator) -> String {
    [" ", "", "", "\t", "  "][Int.random(in: 0..<5, using: &generator)]
  }
}

import Records
import TestSupport
import Testing

/// Prices: exact both ways, and nothing else accepted.
@Suite struct PriceTests {
  static let accepted: [(String, Int64)] = [
    ("0", 0), ("-0", 0), ("+1", 1_000_000_000), ("1", 1_000_000_000), ("5.", 5_000_000_000),
    (".5", 500_000_000), ("-.5", -500_000_000), ("123.45", 123_450_000_000),
    ("-0.000000001", -1), ("0.000000001", 1), ("000123.4500000000000", 123_450_000_000),
    ("9223372036.854775806", Int64.max - 1), ("-9223372036.854775808", Int64.min),
  ]

  @Test(arguments: accepted)
  func parses(_ text: String, _ price: Int64) throws {
    #expect(try Price.parse(text) == price)
  }

  static let refused: [(String, PriceError)] = [
    ("", .empty), ("-", .empty), (".", .empty), ("+.", .empty),
    (" 1", .badCharacter(at: 0)), ("1 ", .badCharacter(at: 1)), ("1e5", .badCharacter(at: 1)),
    ("1,5", .badCharacter(at: 1)), ("1.2.3", .badCharacter(at: 3)), ("--1", .badCharacter(at: 1)),
    ("nan", .badCharacter(at: 0)), ("1\u{0}", .badCharacter(at: 1)),
    ("0.0000000001", .tooManyDecimals), ("1.1234567891", .tooManyDecimals),
    ("9223372036.854775807", .overflow), ("9223372036.854775808", .overflow),
    ("-9223372036.854775809", .overflow), ("99999999999999999999", .overflow),
    ("9223372037", .overflow),
  ]

  @Test(arguments: refused)
  func refuses(_ text: String, _ error: PriceError) {
    #expect(throws: error) { try Price.parse(text) }
  }

  static let printed: [(Int64, String, String)] = [
    (0, "0", "0.000000000"), (1, "0.000000001", "0.000000001"),
    (-1, "-0.000000001", "-0.000000001"), (123_450_000_000, "123.45", "123.450000000"),
    (5_000_000_000, "5", "5.000000000"), (100_000_000_000, "100", "100.000000000"),
    (Int64.min, "-9223372036.854775808", "-9223372036.854775808"),
    (Int64.max, "UNDEF", "UNDEF"),
  ]

  @Test(arguments: printed)
  func prints(_ price: Int64, _ shortest: String, _ fixed: String) {
    var buffer: [UInt8] = []
    Price.appendFixed(price, to: &buffer)
    #expect(Price.text(price) == shortest)
    #expect(String(decoding: buffer, as: UTF8.self) == fixed)
  }

  @Test func everyPriceComesBack() throws {
    var random = SeededGenerator(seed: 20_261_121)
    for _ in 0..<20_000 {
      let price = Int64(bitPattern: random.boundaryValue())
      guard price != Undefined.price else { continue }
      var fixed: [UInt8] = []
      Price.appendFixed(price, to: &fixed)
      let shortest = Price.text(price)
      #expect(try Price.parse(shortest) == price, "seed \(random.seed)")
      #expect(try Price.parse(fixed) == price, "seed \(random.seed)")
      #expect(shortest.utf8.count <= fixed.count)
    }
  }

  /// Random text of the alphabet of numbers is refused or means what its digits say.
  @Test func arbitraryTextNeverTraps() {
    var random = SeededGenerator(seed: 7)
    let alphabet = Array("0123456789.-+e ".utf8)
    var accepted = 0
    for _ in 0..<20_000 {
      let count = Int(random.next() % 24)
      let text = (0..<count).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
      guard let price = try? Price.parse(text) else { continue }
      accepted += 1
      #expect((try? Price.parse(Price.text(price))) == price)
    }
    #expect(accepted > 100)
  }

  static let times: [(UInt64, String)] = [
    (0, "1970-01-01T00:00:00.000000000Z"),
    (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
    (951_868_799_999_999_999, "2000-02-29T23:59:59.999999999Z"),
    (951_868_800_000_000_000, "2000-03-01T00:00:00.000000000Z"),
    (1_609_160_400_000_704_060, "2020-12-28T13:00:00.000704060Z"),
    (1_735_689_599_000_000_001, "2024-12-31T23:59:59.000000001Z"),
    (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000000Z"),
    (UInt64.max - 1, "2554-07-21T23:34:33.709551614Z"), (UInt64.max, "UNDEF"),
  ]

  @Test(arguments: times)
  func printsTimes(_ timestamp: UInt64, _ text: String) {
    #expect(Timestamp.text(timestamp) == text)
  }
}

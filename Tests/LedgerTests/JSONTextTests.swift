import Foundation
import Ledger
import TestSupport
import Testing

@Suite("JSON text")
struct JSONTextTests {
  @Test("Containers get their commas, and keys keep their order")
  func containers() {
    var json = JSONText()
    json.object {
      $0.field("z", "last first")
      $0.field("a") {
        $0.array {
          $0.value(1)
          $0.value(-2)
          $0.object { _ in }
        }
      }
      $0.field("empty") { $0.array { _ in } }
      $0.field("none", String?.none)
      $0.field("yes", true)
    }
    #expect(json.text == #"{"z":"last first","a":[1,-2,{}],"empty":[],"none":null,"yes":true}"#)
    json.newLine()
    json.value(7)
    #expect(json.text.hasSuffix("}\n7"))
    json.removeAll()
    json.null()
    #expect(json.text == "null")
  }

  @Test(
    "Strings are escaped",
    arguments: [
      ("", #""""#), ("a\"b", #""a\"b""#), ("\\", #""\\""#), ("\n\r\t\u{8}\u{c}", #""\n\r\t\b\f""#),
      ("\0\u{1f}\u{7f}", #""\u0000\u001f\u007f""#), ("é€😀", "\"é€😀\""), ("/", "\"/\""),
    ])
  func escapes(string: String, expected: String) {
    var json = JSONText()
    json.value(string)
    #expect(json.text == expected)
  }

  @Test("Integers keep all their digits")
  func integers() {
    var json = JSONText()
    json.array {
      $0.value(UInt64.max)
      $0.value(Int64.min)
      $0.value(Int8.min)
      $0.value(UInt8(0))
    }
    #expect(json.text == "[18446744073709551615,-9223372036854775808,-128,0]")
  }

  @Test(
    "Doubles have a fixed number of decimals",
    arguments: [
      (0.0, 3, "0.000"), (-0.0, 1, "0.0"), (1.5, 0, "2"), (-1.25, 1, "-1.3"),
      (2.0 / 3, 4, "0.6667"),
      (-0.004, 2, "0.00"), (1e12, 2, "1000000000000.00"), (.infinity, 2, "null"), (.nan, 2, "null"),
      (1e30, 2, "null"),
    ])
  func doubles(number: Double, decimals: Int, expected: String) {
    var json = JSONText()
    json.value(number, decimals: decimals)
    #expect(json.text == expected)
  }

  @Test(
    "Fixed-point numbers are exact",
    arguments: [
      (Int64.min, 9, "-9223372036.854775808"), (Int64.max, 18, "9.223372036854775807"),
      (1_234_500, 4, "123.4500"), (-5, 4, "-0.0005"), (0, 9, "0.000000000"), (42, 0, "42"),
    ])
  func decimals(mantissa: Int64, decimals: Int, expected: String) {
    var json = JSONText()
    json.value(mantissa: mantissa, decimals: decimals)
    #expect(json.text == expected)
  }

  @Test("A JSON parser reads any string back", arguments: [UInt64(1), 2, 3])
  func roundTrip(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<Int(random.next() % 40) {
        let bound: UInt64 = random.next() % 2 == 0 ? 0x80 : 0x11_0000
        if let scalar = Unicode.Scalar(UInt32(random.next() % bound)) { scalars.append(scalar) }
      }
      var json = JSONText()
      json.array { $0.value(String(scalars)) }
      let parsed = try JSONDecoder().decode([String].self, from: Data(json.utf8))
      #expect(
        parsed.map { Array($0.unicodeScalars) } == [Array(scalars)], "seed \(seed): \(json.text)")
    }
  }
}

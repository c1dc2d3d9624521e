import Records
import TestSupport
import Testing
import Wire
import Zones

@testable import BrokerFeeds

/// Numbers, dates and texts as the upstream writes them.
@Suite struct IbNumberTests {
  private static func decimal(_ text: String) -> IbDecimal? {
    let bytes = Array(text.utf8)
    return IbDecimal(bytes.rawSpan, 0..<bytes.count)
  }

  /// The fast reader of a field, which must agree with the general one.
  private static func field(_ text: String) -> (IbDecimal, RejectReason?) {
    let bytes = Array(text.utf8) + [0]
    var fields = IbFields(bytes.rawSpan, from: 0, to: bytes.count)
    let value = fields.decimal()
    let failure = fields.failure
    return (value, failure)
  }

  @Test func pricesAreExact() {
    let cases: [(String, Int64?)] = [
      ("189.98", 189_980_000_000), ("0", 0), ("-1.0", -1_000_000_000), ("5.0E-5", 50_000),
      ("1E+2", 100_000_000_000), ("1e2", 100_000_000_000), ("0.000000001", 1),
      ("0.0000000001", nil), ("0.0000000010", 1),
      ("9223372036.854775806", 9_223_372_036_854_775_806),
      ("9223372036.854775807", nil), ("92233720369", nil), ("-0.25", -250_000_000),
      ("00012.500000000000000000000000", 12_500_000_000), (".5", 500_000_000),
      ("5.", 5_000_000_000), ("123456789012345678901234567890", nil), ("1E-9", 1),
      ("1E-10", nil), ("1000E-12", 1), ("+3", 3_000_000_000),
    ]
    for (text, nanos) in cases {
      let value = Self.decimal(text)
      #expect(value?.nanos == nanos, "\(text)")
      let (fast, failure) = Self.field(text)
      #expect(failure == nil && fast.nanos == nanos, "\(text)")
    }
  }

  @Test func markersAreUnset() {
    for text in [
      "", "1.7976931348623157E308", "9223372036854775807", "-9223372036854775808", "NaN",
    ] {
      #expect(Self.decimal(text)?.kind == .unset, "\(text)")
      let (fast, failure) = Self.field(text)
      #expect(failure == nil && fast.kind == .unset, "\(text)")
    }
    #expect(Self.decimal("Infinity")?.kind == .infinite)
    for text in ["abc", "1.2.3", "1E", "1Ex", "--1", "1-", ".", "-", "1 ", " 1", "0x10"] {
      #expect(Self.decimal(text) == nil, "\(text)")
      let (_, failure) = Self.field(text)
      #expect(failure == .badField, "\(text)")
    }
  }

  @Test func integers() {
    let cases: [(String, Int?)] = [
      ("0", 0), ("-1", -1), ("2147483647", 2_147_483_647), ("", IbFields.unset), ("12.0", 12),
      ("12.5", nil), ("x", nil), ("-", nil), ("999999999999999999", 999_999_999_999_999_999),
      ("99999999999999999999", nil),
    ]
    for (text, wanted) in cases {
      let bytes = Array(text.utf8) + [0]
      var fields = IbFields(bytes.rawSpan, from: 0, to: bytes.count)
      let value = fields.int()
      let failure = fields.failure
      #expect(failure == nil ? value == wanted : wanted == nil, "\(text)")
    }
  }

  @Test func aFieldWithoutItsEndIsMissing() {
    let bytes = Array("12".utf8)
    var fields = IbFields(bytes.rawSpan, from: 0, to: 2)
    _ = fields.int()
    let failure = fields.failure
    #expect(failure == .truncated)
  }

  /// Decimals with at most nine places come back from doubles digit for digit; what is printed as
  /// the shortest text is the measure.
  @Test(arguments: 1...4)
  func doublesComeBackAsTheirDecimals(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for round in 0..<500_000 {
      let places = Int.random(in: 0...9, using: &generator)
      let limit = Int64.random(
        in: 1...(1 << Int64.random(in: 1...52, using: &generator)), using: &generator)
      let mantissa = Int64.random(in: -limit...limit, using: &generator)
      let value = Double(mantissa) / Double(IbDecimal.power10(places))
      let found = IbDecimal(value)
      // Up to 15 digits every decimal is told apart by doubles: it must be this one.
      if mantissa.magnitude < 1_000_000_000_000_000 {
        if found.scaled(9) != IbDecimal(mantissa: mantissa, places: Int16(places)).scaled(9) {
          Issue.record("seed \(seed), round \(round): \(mantissa)e-\(places)")
        }
      } else if found.isSet, round.isMultiple(of: 16) {
        let text = Self.decimal("\(value)")
        if text?.scaled(9) != found.scaled(9) {
          Issue.record("seed \(seed), round \(round): \(value) is not \(found)")
        }
      }
    }
  }

  @Test func doublesThatAreNoPrices() {
    #expect(IbDecimal(1e-10).kind == .tooLong)
    #expect(IbDecimal(0.1 + 0.2).kind == .tooLong)
    #expect(IbDecimal(1e300).kind == .tooLong)
    #expect(IbDecimal(Double.greatestFiniteMagnitude).kind == .unset)
    #expect(IbDecimal(Double.nan).kind == .unset)
    #expect(IbDecimal(Double.infinity).kind == .infinite)
    #expect(IbDecimal(0).nanos == 0 && IbDecimal(-0.0).nanos == 0)
    #expect(IbDecimal(rounding: 0.1 + 0.2).nanos == 300_000_000)
  }

  @Test func timesOfAllForms() throws {
    let zones = IbZones.shared
    func civil(_ hour: UInt64, _ minute: UInt64 = 0) -> UInt64 {
      ZoneRules.utc.utcNanos(
        year: 2026, month: 7, day: 6, nanosOfDay: (hour * 3600 + minute * 60) * 1_000_000_000)
    }
    let cases: [(String, UInt64?)] = [
      ("20260706 09:30:00 US/Eastern", civil(13, 30)), ("20260706", civil(0)),
      ("20260706-13:30:00", civil(13, 30)), ("20260706-13:30:00Z", civil(13, 30)),
      ("20260706 08:30:00 US/Central", civil(13, 30)), ("1783344600", 1_783_344_600_000_000_000),
      ("20260706  09:30:00", nil), ("20260706 09:30:00 British Summer Time", nil),
      ("20260706-13:30:00 US/Eastern", nil), ("20261306", nil), ("x", nil), ("", nil),
      ("20260706 25:00:00 US/Eastern", nil), ("20260706 09:30 US/Eastern", civil(13, 30)),
    ]
    for (text, wanted) in cases { #expect(zones.nanos(text) == wanted, "\(text)") }
    let berlin = try #require(zones["Europe/Berlin"])
    #expect(zones.nanos("20260706  15:30:00", zone: berlin) == civil(13, 30))
    #expect(IbZones.utcText(civil(13, 30)) == "20260706-13:30:00")
  }

  /// The hour that daylight saving repeats and the one that it skips, in New York in 2026.
  @Test func daylightSaving() {
    let zones = IbZones.shared
    func utc(_ month: Int, _ day: Int, _ hour: UInt64, _ minute: UInt64) -> UInt64 {
      ZoneRules.utc.utcNanos(
        year: 2026, month: month, day: day,
        nanosOfDay: (hour * 3600 + minute * 60) * 1_000_000_000)
    }
    #expect(zones.nanos("20260308 01:59:00 US/Eastern") == utc(3, 8, 6, 59))
    #expect(zones.nanos("20260308 02:30:00 US/Eastern") == utc(3, 8, 7, 30))
    #expect(zones.nanos("20260308 03:00:00 US/Eastern") == utc(3, 8, 7, 0))
    #expect(zones.nanos("20261101 00:59:00 US/Eastern") == utc(11, 1, 4, 59))
    #expect(zones.nanos("20261101 01:30:00 US/Eastern") == utc(11, 1, 5, 30))
    #expect(zones.nanos("20261101 02:00:00 US/Eastern") == utc(11, 1, 7, 0))
  }

  @Test func escapesAreDecodedOnce() {
    #expect(IbText.unescaped(#"no \u20ac \\u20ac \q"#) == #"no € \u20ac \q"#)
    #expect(IbText.unescaped("plain") == "plain")
    #expect(IbText.unescaped(#"\ud83d\ude00 \u12"#) == #"😀 \u12"#)
  }
}

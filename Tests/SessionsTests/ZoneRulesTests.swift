import TestSupport
import Testing
import Zones

/// Expected values are those of Python's zoneinfo on the same tzdata.
@Suite("Time zones")
struct ZoneRulesTests {
  /// The second before each switch of 2026 (times of the file) and 2050 (its footer), the second
  /// of it, and two other times.
  static let offsets: [(zone: String, cases: [(second: UInt64, offset: Int)])] = [
    (
      "America/New_York",
      [
        (805_572_279, -14400),
        (1_548_531_128, -18000),
        (1_772_953_199, -18000),
        (1_772_953_200, -14400),
        (1_793_512_799, -14400),
        (1_793_512_800, -18000),
        (2_530_767_599, -18000),
        (2_530_767_600, -14400),
        (2_551_327_199, -14400),
        (2_551_327_200, -18000),
      ]
    ),
    (
      "US/Eastern",
      [
        (365_068_624, -14400),
        (1_772_953_199, -18000),
        (1_772_953_200, -14400),
        (1_793_512_799, -14400),
        (1_793_512_800, -18000),
        (1_853_433_998, -14400),
        (2_530_767_599, -18000),
        (2_530_767_600, -14400),
        (2_551_327_199, -14400),
        (2_551_327_200, -18000),
      ]
    ),
    (
      "Europe/London",
      [
        (468_791_475, 0),
        (1_774_745_999, 0),
        (1_774_746_000, 3600),
        (1_792_889_999, 3600),
        (1_792_890_000, 0),
        (2_459_275_691, 0),
        (2_531_955_599, 0),
        (2_531_955_600, 3600),
        (2_550_704_399, 3600),
        (2_550_704_400, 0),
      ]
    ),
    (
      "Asia/Kolkata",
      [
        (561_965_457, 19800),
        (1_728_301_944, 19800),
      ]
    ),
    (
      "Asia/Bangkok",
      [
        (406_783_477, 25200),
        (2_660_735_453, 25200),
      ]
    ),
    (
      "Australia/Sydney",
      [
        (1_079_801_676, 39600),
        (1_775_318_399, 39600),
        (1_775_318_400, 36000),
        (1_791_043_199, 36000),
        (1_791_043_200, 39600),
        (2_337_099_893, 39600),
        (2_532_527_999, 39600),
        (2_532_528_000, 36000),
        (2_548_252_799, 36000),
        (2_548_252_800, 39600),
      ]
    ),
    (
      "America/Chicago",
      [
        (318_722_648, -21600),
        (526_820_570, -18000),
        (1_772_956_799, -21600),
        (1_772_956_800, -18000),
        (1_793_516_399, -18000),
        (1_793_516_400, -21600),
        (2_530_771_199, -21600),
        (2_530_771_200, -18000),
        (2_551_330_799, -18000),
        (2_551_330_800, -21600),
      ]
    ),
    (
      "America/Sao_Paulo",
      [
        (1_953_715_739, -10800),
        (2_020_174_042, -10800),
      ]
    ),
    (
      "Africa/Casablanca",
      [
        (457_706_767, 3600),
        (1_191_319_716, 0),
        (1_771_120_799, 3600),
        (1_771_120_800, 0),
        (1_774_144_799, 0),
        (1_774_144_800, 3600),
        (2_536_192_799, 3600),
        (2_536_192_800, 0),
        (2_539_821_599, 0),
        (2_539_821_600, 3600),
      ]
    ),
    (
      "Europe/Dublin",
      [
        (547_289_433, 3600),
        (1_774_745_999, 0),
        (1_774_746_000, 3600),
        (1_792_889_999, 3600),
        (1_792_890_000, 0),
        (2_524_409_934, 0),
        (2_531_955_599, 0),
        (2_531_955_600, 3600),
        (2_550_704_399, 3600),
        (2_550_704_400, 0),
      ]
    ),
    (
      "Pacific/Apia",
      [
        (411_557_686, -39600),
        (1_980_976_038, 46800),
      ]
    ),
    (
      "Asia/Tokyo",
      [
        (689_405_347, 32400),
        (2_586_285_135, 32400),
      ]
    ),
  ]

  @Test("Offsets around every switch, from the file's times and from its rule")
  func offsetsAroundSwitches() throws {
    for (zone, cases) in Self.offsets {
      let rules = try ZoneRules.named(zone)
      for (second, offset) in cases {
        #expect(rules.offsetSeconds(at: second * 1_000_000_000) == offset, "\(zone) \(second)")
      }
    }
  }

  static let clocks: [(zone: String, shown: [Int], earlier: UInt64, later: UInt64)] = [
    ("America/New_York", [2026, 3, 8, 1, 59], 1_772_953_140, 1_772_953_140),
    ("America/New_York", [2026, 3, 8, 2, 30], 1_772_955_000, 1_772_955_000),
    ("America/New_York", [2026, 3, 8, 3, 0], 1_772_953_200, 1_772_953_200),
    ("America/New_York", [2026, 11, 1, 1, 30], 1_793_511_000, 1_793_514_600),
    ("America/New_York", [2026, 11, 1, 0, 59], 1_793_509_140, 1_793_509_140),
    ("America/New_York", [2026, 11, 1, 2, 0], 1_793_516_400, 1_793_516_400),
    ("Europe/London", [2026, 3, 29, 1, 30], 1_774_747_800, 1_774_747_800),
    ("Europe/London", [2026, 10, 25, 1, 30], 1_792_888_200, 1_792_891_800),
    ("Asia/Kolkata", [2026, 3, 8, 2, 30], 1_772_917_200, 1_772_917_200),
    ("Asia/Bangkok", [2026, 3, 8, 2, 30], 1_772_911_800, 1_772_911_800),
    ("Australia/Sydney", [2026, 10, 4, 2, 30], 1_791_045_000, 1_791_045_000),
    ("Australia/Sydney", [2026, 4, 5, 2, 30], 1_775_316_600, 1_775_320_200),
    ("Australia/Sydney", [2026, 1, 1, 0, 0], 1_767_186_000, 1_767_186_000),
    ("Australia/Sydney", [2050, 1, 1, 0, 0], 2_524_568_400, 2_524_568_400),
    ("Pacific/Apia", [2011, 12, 30, 12, 0], 1_325_282_400, 1_325_282_400),
  ]

  @Test("Hours shown twice and hours skipped", arguments: clocks)
  func clock(zone: String, shown: [Int], earlier: UInt64, later: UInt64) throws {
    let rules = try ZoneRules.named(zone)
    let nanosOfDay = UInt64(shown[3] * 3600 + shown[4] * 60) * 1_000_000_000
    let times = [false, true].map {
      rules.utcNanos(
        year: shown[0], month: shown[1], day: shown[2], nanosOfDay: nanosOfDay, isLater: $0)
    }
    #expect(times == [earlier * 1_000_000_000, later * 1_000_000_000])
  }

  @Test("What a clock shows leads back to the time", arguments: [11, 12, 13])
  func roundTrip(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for zone in ["America/New_York", "Australia/Sydney", "Asia/Kolkata", "Europe/London"] {
      let rules = try ZoneRules.named(zone)
      for _ in 0..<2_000 {
        let time = random.next() % (4_000_000_000 * 1_000_000_000)
        let local = rules.local(time)
        let back = [false, true].map {
          rules.utcNanos(local.date, nanosOfDay: local.nanosOfDay, isLater: $0)
        }
        #expect(back.contains(time), "seed \(seed), \(zone), \(time)")
        #expect(local.nanosOfDay < 86_400_000_000_000)
      }
    }
  }

  @Test("Names that are none, and files that are none")
  func refusals() throws {
    for name in ["", "../passwd", "/etc/passwd", "America/New York", "A\u{0}B", "America/"] {
      #expect(throws: ZoneError.badName(name)) { try ZoneRules.named(name) }
    }
    #expect(throws: ZoneError.self) { try ZoneRules.named("America/Atlantis") }
    #expect(throws: ZoneError.self) { try ZoneRules(name: "x", file: []) }
    #expect(throws: ZoneError.self) {
      try ZoneRules(name: "x", file: Array("TZif2".utf8) + Array(repeating: 255, count: 200))
    }
  }

  @Test("No file of bytes brings it down", arguments: [21, 22])
  func damagedFiles(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let whole = Self.sydney
    _ = try ZoneRules(name: "whole", file: whole)
    for _ in 0..<5_000 {
      var bytes = whole
      for _ in 0...(random.next() % 4) {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      bytes.removeLast(Int(random.next() % UInt64(bytes.count)) * Int(random.next() % 2))
      if let rules = try? ZoneRules(name: "x", file: bytes) {
        let offset = rules.offsetSeconds(at: random.next())
        #expect(abs(offset) <= 26 * 3600, "seed \(seed)")
      }
    }
  }

  /// A file made by hand: no times, two types, Sydney's rule.
  static var sydney: [UInt8] {
    let none: [UInt8] = Array(repeating: 0, count: 4)
    let types: [UInt8] = [0, 0, 0, 2]
    let header =
      Array("TZif2".utf8) + Array(repeating: 0, count: 15) + none + none + none + none + types
      + [0, 0, 0, 10]
    let block: [UInt8] = [0, 0, 0x8C, 0xA0, 0, 0, 0, 0, 0x9A, 0xB0, 1, 5]
    let names = Array("AEST\u{0}AEDT\u{0}".utf8)
    return header + block + names + header + block + names
      + Array("\nAEST-10AEDT,M10.1.0,M4.1.0/3\n".utf8)
  }

  @Test("A file without times follows its rule over the new year")
  func ruleOnly() throws {
    let rules = try ZoneRules(name: "made", file: Self.sydney)
    let real = try ZoneRules.named("Australia/Sydney")
    for day in 0..<730 {
      // From 2050-01-01 on, where the real file has its rule only.
      let time = (2_524_608_000 + UInt64(day) * 86_400) * 1_000_000_000
      #expect(rules.offsetSeconds(at: time) == real.offsetSeconds(at: time))
    }
  }
}

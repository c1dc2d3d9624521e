/// Limits of this module, by name.
enum ZonesLimits {
  /// Bytes of a zone file; the largest of tzdata has under 4 KiB.
  static var fileBytes: Int { 65_536 }
  /// Bytes of a zone's name.
  static var nameBytes: Int { 64 }
  /// Sessions of one calendar of trading hours.
  static var sessions: Int { 64 }
  static var holidays: Int { 4_096 }
  /// Days that are looked at for the next opening.
  static var openingDays: Int { 400 }
}

let nanosPerSecond: Int64 = 1_000_000_000
let secondsPerDay: Int64 = 86_400

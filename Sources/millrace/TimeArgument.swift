internal import FeedKit

/// A moment on the command line: whole, or a time of the data's own day. Always UTC where no offset
/// says otherwise.
enum TimeArgument: Equatable, Sendable {
  /// ns since the Unix epoch.
  case moment(UInt64)
  /// ns since midnight (UTC) of the day that the data begins on.
  case timeOfDay(UInt64)

  /// What a text must look like, for messages.
  static var expects: String {
    "a time such as 2023-08-22T13:30:00Z, 2023-08-22, 13:30:00.5 (UTC, of the data's first day) "
      + "or ns since 1970"
  }

  private static var dayNanos: UInt64 { 86_400_000_000_000 }

  /// Reads RFC 3339 (offset and time may be missing: UTC, midnight), `HH:MM[:SS[.fraction]]`, or a
  /// whole number of ns; nil for anything else.
  init?(_ text: String) {
    if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      guard let nanos = UInt64(text) else { return nil }
      self = .moment(nanos)
      return
    }
    let bytes = Array(text.utf8)
    guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-") else {
      guard let nanos = Self.timeOfDay(bytes[...]) else { return nil }
      self = .timeOfDay(nanos)
      return
    }
    guard let nanos = Self.moment(bytes) else { return nil }
    self = .moment(nanos)
  }

  /// The moment, where the data's first time is `first`; nil past the year 2554.
  func nanos(dataFrom first: UInt64) -> UInt64? {
    switch self {
    case .moment(let nanos): return nanos
    case .timeOfDay(let nanos):
      let (sum, overflow) = (first / Self.dayNanos * Self.dayNanos).addingReportingOverflow(nanos)
      return overflow ? nil : sum
    }
  }

  /// Whether `nanos(dataFrom:)` looks at the data.
  var needsData: Bool { if case .timeOfDay = self { true } else { false } }

  private static func moment(_ bytes: [UInt8]) -> UInt64? {
    guard let date = CivilDate(String(decoding: bytes[..<10], as: UTF8.self)) else { return nil }
    let midnight = Int64(date.daysSince1970) * Int64(dayNanos)
    var rest = bytes[10...]
    guard let separator = rest.popFirst() else { return UInt64(exactly: midnight) }
    guard [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")].contains(separator),
      let offset = takeOffset(&rest), let time = timeOfDay(rest)
    else { return nil }
    return UInt64(exactly: midnight + Int64(time) - offset)
  }

  /// Takes `Z` or `+hh:mm` off the end: ns east of Greenwich; 0 where there is none.
  private static func takeOffset(_ bytes: inout ArraySlice<UInt8>) -> Int64? {
    if let last = bytes.last, last == UInt8(ascii: "Z") || last == UInt8(ascii: "z") {
      bytes.removeLast()
      return 0
    }
    guard
      let sign = bytes.lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") })
    else { return 0 }
    let text = bytes[(sign + 1)...]
    guard text.count == 5, let time = timeOfDay(text) else { return nil }
    let isWest = bytes[sign] == UInt8(ascii: "-")
    bytes = bytes[..<sign]
    return isWest ? -Int64(time) : Int64(time)
  }

  /// `HH:MM[:SS[.fraction]]` in ns since midnight.
  private static func timeOfDay(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), let hours = number(parts[0], below: 24),
      let minutes = number(parts[1], below: 60)
    else { return nil }
    let whole = (hours * 60 + minutes) * 60
    guard parts.count == 3 else { return whole * 1_000_000_000 }
    let second = parts[2].split(
      separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let seconds = number(second[0], below: 60) else { return nil }
    let nanos = (whole + seconds) * 1_000_000_000
    guard second.count == 2 else { return nanos }
    guard let fraction = fraction(second[1]) else { return nil }
    return nanos + fraction
  }

  private static func number(_ bytes: ArraySlice<UInt8>, below limit: UInt64) -> UInt64? {
    guard bytes.count == 2, bytes.allSatisfy({ (0x30...0x39).contains($0) }),
      let value = UInt64(String(decoding: bytes, as: UTF8.self)), value < limit
    else { return nil }
    return value
  }

  /// One to nine decimals of a second, in ns.
  private static func fraction(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    guard (1...9).contains(bytes.count), bytes.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    var value: UInt64 = 0
    for index in 0..<9 {
      let digit = index < bytes.count ? bytes[bytes.startIndex + index] - 0x30 : 0
      value = value * 10 + UInt64(digit)
    }
    return value
  }
}

extension CommandOption where Value == TimeArgument {
  /// A moment; see `TimeArgument`.
  static func time(_ name: String, help: String) -> Self {
    Self(name, placeholder: "TIME", help: help, expects: TimeArgument.expects) { TimeArgument($0) }
  }
}

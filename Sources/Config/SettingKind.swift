/// What a value of the configuration may be.
indirect enum SettingKind: Sendable {
  case text
  /// Letters, digits, `-`, `_` and `.`: a name that becomes a file's or a label's.
  case name
  case path
  case integer(ClosedRange<Int>)
  case boolean
  /// Nanoseconds, written with a unit.
  case duration(ClosedRange<UInt64>)
  /// Bytes, written with a unit.
  case size(ClosedRange<Int>)
  /// So many a period; the range is of whole ones a second.
  case rate(ClosedRange<Int>)
  /// A share, as `0.5%`; kept in millionths.
  case share
  /// A decimal number such as 1.5; kept in thousandths, which the range is of.
  case multiple(ClosedRange<Int>)
  case choice([String])
  case endpoint
  case host
  /// Text that a reader of its own checks: what it expects, and why a text is refused.
  case checked(expects: String, refusal: @Sendable (String) -> String?)
  case secret
  case list(SettingKind, ClosedRange<Int>)
  /// Texts, or files with one a line.
  case names
  /// Instruments, as texts, as maps, or from files; the section is that of a map.
  case symbols(SettingSection)
  case section(SettingSection)
  case sections(SettingSection)
  /// Sections whose keys depend on their `feed`.
  case sources
}

extension SettingKind {
  /// Type as the reference names it.
  var words: String {
    switch self {
    case .text: "text"
    case .name: "name"
    case .path: "path"
    case .integer(let range): "integer, \(Self.bounds(range) { "\($0)" })"
    case .boolean: "true or false"
    case .duration(let range): "duration, \(Self.bounds(range, Units.nanosText))"
    case .size(let range): "size, \(Self.bounds(range, Units.bytesText))"
    case .rate(let range): "rate, \(Self.bounds(range) { "\($0)/s" })"
    case .share: "share, 0% to 100%"
    case .multiple(let range): "number, \(Self.bounds(range, Units.multipleText))"
    case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
    case .endpoint: "host:port"
    case .host: "host name or address"
    case .checked(let expects, _): expects
    case .secret: "secret"
    case .list(let element, _): "list of: \(element.words)"
    case .names: "list of texts, or `!include FILE`"
    case .symbols: "list of symbols, of maps, of `!include FILE`"
    case .section: "map"
    case .sections, .sources: "list of maps"
    }
  }

  private static func bounds<Value: FixedWidthInteger>(
    _ range: ClosedRange<Value>, _ text: (Value) -> String
  ) -> String {
    range.upperBound == .max
      ? "\(text(range.lowerBound)) or more"
      : "\(text(range.lowerBound)) to \(text(range.upperBound))"
  }

  /// Reads one scalar; secrets, lists and sections are the checker's.
  func value(of text: String) throws(Units.Refusal) -> SettingValue {
    switch self {
    case .text, .path, .host, .name, .checked, .choice, .endpoint:
      if let reason = refusal(of: text) { throw Units.Refusal(message: reason) }
      return .text(text)
    case .integer(let range):
      guard let number = Int(text), !text.hasPrefix("+") else {
        throw Units.Refusal(message: "expected a whole number, found \(Units.quoted(text))")
      }
      try Self.demand(number, in: range) { "\($0)" }
      return .integer(number)
    case .boolean:
      guard text == "true" || text == "false" else {
        throw Units.Refusal(message: "expected true or false, found \(Units.quoted(text))")
      }
      return .boolean(text == "true")
    case .duration(let range):
      let nanos = try Units.read(text, Units.times, "a duration", like: "250ms or 5s")
      try Self.demand(nanos, in: range, Units.nanosText)
      return .nanos(nanos)
    case .size(let range):
      let bytes = try Units.read(text, Units.sizes, "a size", like: "64KiB or 1MB")
      try Self.demand(Int(clamping: bytes), in: range, Units.bytesText)
      return .bytes(Int(clamping: bytes))
    case .rate(let range):
      let rate = try Rate(parsing: text)
      try Self.demand(rate.perSecond, in: range) { "\($0)/s" }
      return .rate(rate)
    case .share:
      let millionths = try Units.read(
        text, [("", 1), ("%", 10_000)], "a share", like: "0.5%")
      try Self.demand(millionths, in: 0...1_000_000) { Units.text($0, [("", 1), ("%", 10_000)]) }
      return .share(Int(clamping: millionths))
    case .multiple(let range):
      let thousandths = try Units.read(
        text, [("thousandth", 1), ("", 1_000)], "a number", like: "1.5")
      try Self.demand(Int(clamping: thousandths), in: range, Units.multipleText)
      return .multiple(Int(clamping: thousandths))
    case .secret, .list, .names, .symbols, .section, .sections, .sources:
      throw Units.Refusal(message: "expected \(words), found \(Units.quoted(text))")
    }
  }

  /// Why this is no such text; nil where it is one.
  private func refusal(of text: String) -> String? {
    switch self {
    case .name: return Self.nameRefusal(text)
    case .checked(_, let refusal): return refusal(text)
    case .choice(let words):
      if words.contains(text) { return nil }
      let near = Nearest.name(to: text, among: words).map { "did you mean \($0)? " } ?? ""
      return "no such choice \(Units.quoted(text)); \(near)known are "
        + words.joined(separator: ", ")
    case .endpoint: return EndpointText.refusal(text)
    case .host: return HostText.refusal(text)
    default: break
    }
    if text.isEmpty { return "expected some text, found nothing" }
    if text.count > ConfigLimits.textCharacters {
      return "a text of more than \(ConfigLimits.textCharacters) characters"
    }
    let hasControls = text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
    return hasControls ? "control characters are not taken here" : nil
  }

  private static func nameRefusal(_ text: String) -> String? {
    let isName = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."):
        true
      default: false
      }
    }
    guard isName, (1...48).contains(text.utf8.count), !text.hasPrefix(".") else {
      return "expected a name of up to 48 letters, digits, - _ and ., found \(Units.quoted(text))"
    }
    return nil
  }

  private static func demand<Value: FixedWidthInteger>(
    _ value: Value, in range: ClosedRange<Value>, _ text: (Value) -> String
  ) throws(Units.Refusal) {
    guard !range.contains(value) else { return }
    throw Units.Refusal(
      message: "\(text(value)) is out of range; it may be \(bounds(range, text))")
  }
}

extension ZoneFooter {
  init(_ text: String) throws(ZoneError) {
    var cursor = FooterCursor(bytes: Array(text.utf8), text: text)
    try cursor.name()
    standard = -Int32(try cursor.time(limitHours: 24))
    daylight = standard + 3600
    guard !cursor.isAtEnd else { return }
    try cursor.name()
    if let next = cursor.next, next != UInt8(ascii: ",") {
      daylight = -Int32(try cursor.time(limitHours: 24))
    }
    try cursor.take(UInt8(ascii: ","))
    let start = try cursor.change()
    try cursor.take(UInt8(ascii: ","))
    switches = (start, try cursor.change())
    guard cursor.isAtEnd else { throw cursor.failure }
  }
}

/// Walks over the text of a footer.
private struct FooterCursor {
  let bytes: [UInt8]
  let text: String
  var place = 0

  init(bytes: [UInt8], text: String) {
    self.bytes = bytes
    self.text = text
  }

  var next: UInt8? { place < bytes.count ? bytes[place] : nil }
  var isAtEnd: Bool { place == bytes.count }
  var failure: ZoneError { .badFile("the rule \"\(text)\" at byte \(place)") }

  mutating func take(_ byte: UInt8) throws(ZoneError) {
    guard next == byte else { throw failure }
    place += 1
  }

  /// Three letters or more, or anything in angle brackets.
  mutating func name() throws(ZoneError) {
    let start = place
    if next == UInt8(ascii: "<") {
      guard let end = bytes[place...].firstIndex(of: UInt8(ascii: ">")) else { throw failure }
      place = end + 1
      return
    }
    while let byte = next, Self.isLetter(byte) { place += 1 }
    guard place - start >= 3 else { throw failure }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte & 0xDF)
  }

  mutating func number(_ range: ClosedRange<Int>) throws(ZoneError) -> Int {
    var value = 0
    let start = place
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), place < start + 4
    {
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
      place += 1
    }
    guard place > start, range.contains(value) else { throw failure }
    return value
  }

  /// `[+-]hh[:mm[:ss]]`, in seconds.
  mutating func time(limitHours: Int) throws(ZoneError) -> Int64 {
    let isNegative = next == UInt8(ascii: "-")
    if isNegative || next == UInt8(ascii: "+") { place += 1 }
    var seconds = try number(0...limitHours) * 3600
    for unit in [60, 1] where next == UInt8(ascii: ":") {
      place += 1
      seconds += try number(0...59) * unit
    }
    return Int64(isNegative ? -seconds : seconds)
  }

  /// `Mm.w.d`, `Jn` or `n`, and `/time` (2:00 where it is absent).
  mutating func change() throws(ZoneError) -> ZoneFooter.Switch {
    let day: ZoneFooter.Switch.Day
    switch next {
    case UInt8(ascii: "M"):
      place += 1
      let month = try number(1...12)
      try take(UInt8(ascii: "."))
      let week = try number(1...5)
      try take(UInt8(ascii: "."))
      day = .weekday(month: month, week: week, weekday: try number(0...6))
    case UInt8(ascii: "J"):
      place += 1
      day = .julian(try number(1...365))
    default:
      day = .ofYear(try number(0...365))
    }
    guard next == UInt8(ascii: "/") else { return .init(day: day, seconds: 7200) }
    place += 1
    return .init(day: day, seconds: try time(limitHours: 167))
  }
}

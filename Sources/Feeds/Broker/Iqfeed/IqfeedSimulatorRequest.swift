internal import FeedKit

/// A request on the lookup port (section 6), its fields read and bounded.
struct IqfeedSimulatorRequest {
  enum Kind {
    case ticks, bars, days, codes, search
    /// Known, but there is nothing.
    case empty
  }

  let command: String
  let kind: Kind
  var symbol = ""
  /// With its comma; empty without a request id.
  var prefix = ""
  var limit = IqfeedSimulator.rowLimit
  var isOldestFirst = false
  var perSend = 100
  var interval = 1
  var barKind = UInt8(ascii: "s")
  var labelsBegin = false
  var days = 0
  var begin: UInt64 = 0
  var end = UInt64.max
  var beginFilter = 0
  var endFilter = 86_400
  var includesToday = true
  /// Of searches: what is looked for, where, and the filter.
  var words: [String] = []

  /// Nil for an unknown command or fields that cannot be read.
  init?(_ words: [String]) {
    command = words[0]
    var fields = IqfeedSimulatorRequestFields(words)
    switch command {
    case "HTX", "HTD", "HTT":
      kind = .ticks
      guard takeHistory(&fields) else { return nil }
      prefix = fields.prefix()
      perSend = fields.count() ?? 100
    case "HIX", "HID", "HIT":
      kind = .bars
      symbol = fields.next()
      guard let seconds = fields.count(), takeRange(&fields) else { return nil }
      interval = seconds
      prefix = fields.prefix()
      perSend = fields.count() ?? 100
      barKind = fields.next().lowercased().utf8.first ?? UInt8(ascii: "s")
      labelsBegin = fields.next() == "1"
      guard [0x73, 0x76, 0x74].contains(barKind) else { return nil }
    case "HDX", "HDT", "HWX", "HMX":
      kind = .days
      guard takeDays(&fields) else { return nil }
      prefix = fields.prefix()
      perSend = fields.count() ?? 100
      includesToday = fields.next() != "0"
    case "SLM", "SST", "STC", "SSC", "SNC":
      kind = .codes
      prefix = fields.prefix()
    case "SBF":
      kind = .search
      self.words = [fields.next(), fields.next(), fields.next(), fields.next()]
      prefix = fields.prefix()
    case "SBS", "SBN":
      kind = .search
      self.words = [fields.next()]
      prefix = fields.prefix()
    case "CFU", "CFS", "CFO", "CEO", "EDS", "FDS", "5MS", "NHL", "NSY", "NSC", "NCG":
      kind = .empty
      prefix = words.count > 2 ? "\(words[words.count - 1])," : ""
    default: return nil
    }
  }

  private mutating func takeHistory(_ fields: inout IqfeedSimulatorRequestFields) -> Bool {
    symbol = fields.next()
    return takeRange(&fields)
  }

  /// What lies between the symbol and the request id; X, D or T at the command's end say what.
  private mutating func takeRange(_ fields: inout IqfeedSimulatorRequestFields) -> Bool {
    guard !symbol.isEmpty else { return false }
    switch command.last {
    case "D":
      guard let count = fields.count() else { return false }
      days = count
    case "T":
      guard takeTimes(&fields) else { return false }
    default: break
    }
    limit = min(fields.count() ?? limit, limit)
    if command.last != "X" {
      if let seconds = IqfeedSimulatorTime.seconds(fields.next()) { beginFilter = seconds }
      if let seconds = IqfeedSimulatorTime.seconds(fields.next()) { endFilter = seconds }
    }
    isOldestFirst = fields.next() == "1"
    return true
  }

  private mutating func takeTimes(_ fields: inout IqfeedSimulatorRequestFields) -> Bool {
    let (first, last) = (fields.next(), fields.next())
    if !first.isEmpty {
      guard let time = IqfeedSimulatorTime.parse(first) else { return false }
      begin = time
    }
    if !last.isEmpty {
      guard let time = IqfeedSimulatorTime.parse(last) else { return false }
      // The end is a whole second, or a day with all of it.
      end = time + (last.utf8.count == 8 ? 86_400_000_000_000 : 1_000_000_000)
    }
    return true
  }

  private mutating func takeDays(_ fields: inout IqfeedSimulatorRequestFields) -> Bool {
    symbol = fields.next()
    guard !symbol.isEmpty else { return false }
    if command == "HDT" {
      guard takeTimes(&fields) else { return false }
      limit = min(fields.count() ?? limit, limit)
    } else {
      guard let count = fields.count() else { return false }
      limit = min(count, limit)
    }
    isOldestFirst = fields.next() == "1"
    return true
  }

  /// The earliest time that is wanted: days count backwards, today being the first.
  func earliest(_ now: UInt64, _ hours: SimulatedHours) -> UInt64 {
    guard days > 0 else { return begin }
    let day = CivilDate(daysSince1970: max(hours.day - (days - 1), 0))
    return NewYorkTime.midnight(of: day)
  }

  /// Whether the time of day is within the filters.
  func passes(_ time: UInt64, _ hours: SimulatedHours) -> Bool {
    guard beginFilter > 0 || endFilter < 86_400 else { return true }
    let seconds = Int(IqfeedSimulatorTime(time, hours).nanosOfDay / 1_000_000_000)
    return seconds >= beginFilter && seconds <= endFilter
  }
}

/// The fields behind a command, one after the other; those that are left off are empty.
struct IqfeedSimulatorRequestFields {
  private let words: [String]
  private var at = 1

  init(_ words: [String]) { self.words = words }

  mutating func next() -> String {
    guard at < words.count else { return "" }
    at += 1
    return words[at - 1]
  }

  /// A whole number over 0; nil where there is none.
  mutating func count() -> Int? {
    guard let value = Int(next()), value > 0, value <= 1 << 40 else { return nil }
    return value
  }

  /// The request id with its comma; empty for none.
  mutating func prefix() -> String {
    let id = next()
    return id.isEmpty ? "" : "\(id),"
  }
}

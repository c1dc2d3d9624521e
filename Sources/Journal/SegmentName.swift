/// Where a segment lies: `<root>/<dataset>/<yyyy-mm-dd>/<hh>-<source>[.part].<ending>`.
///
/// Ordered by hour, then source, then part: the order in which they were written, source by source.
public struct SegmentName: Hashable, Sendable {
  /// UTC, of the first record's receive time.
  public var year: Int
  public var month: Int
  public var day: Int
  public var hour: Int
  /// Index of the shard in digits, or the name of a raw capture's source.
  public var source: String
  /// 1 for the first segment of the hour, which has no number in its name.
  public var part: Int
  /// `dbn.zst`, `dbn.lz4`, `dbn`, `mrc`, `pcapng.lz4`, `stream.lz4`, …
  public var ending: String

  /// The name of a segment whose first record was received at `nanos` (ns since the Unix epoch).
  public init(nanos: UInt64, source: String, part: Int = 1, ending: String) {
    (year, month, day) = Self.date(day: nanos / Self.dayNanos)
    hour = Int(nanos % Self.dayNanos / Self.hourNanos)
    self.source = source
    self.part = part
    self.ending = ending
  }

  /// The name of a shard's segment.
  public init(nanos: UInt64, shard: Int, part: Int = 1, codec: JournalCodec) {
    self.init(nanos: nanos, source: String(shard), part: part, ending: codec.fileEnding)
  }

  /// Reads the last two components of a path; nil where they are no segment's name.
  public init?(path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: true)
    guard let file = parts.last, parts.count >= 2 else { return nil }
    self.init(day: String(parts[parts.count - 2]), file: String(file))
  }

  /// Reads a day's folder name and a file name in it; nil where they are none of a segment.
  public init?(day: String, file: String) {
    let date = day.split(separator: "-", omittingEmptySubsequences: false)
    guard date.count == 3, let year = Self.number(date[0], digits: 4),
      let month = Self.number(date[1], digits: 2), (1...12).contains(month),
      let dayOfMonth = Self.number(date[2], digits: 2), (1...31).contains(dayOfMonth),
      let dash = file.firstIndex(of: "-"), let hour = Self.number(file[..<dash], digits: 2),
      hour < 24
    else { return nil }
    let rest = file[file.index(after: dash)...].split(
      separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard rest.count == 2, !rest[0].isEmpty else { return nil }
    (self.year, self.month, self.day, self.hour) = (year, month, dayOfMonth, hour)
    source = String(rest[0])
    let parts = rest[1].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, parts[0].allSatisfy(\.isWholeNumber), let part = Int(parts[0]), part > 1 {
      self.part = part
      ending = String(parts[1])
    } else {
      part = 1
      ending = String(rest[1])
    }
    guard Self.endings.contains(ending) else { return nil }
  }

  /// Endings of the files that are segments.
  public static let endings: Set<String> = [
    "dbn", "dbn.lz4", "dbn.zst", "mrc", "pcapng.lz4", "pcapng.zst", "stream.lz4", "stream.zst",
  ]

  /// A raw capture's name as it may stand in a file's: what is no ASCII letter, digit, `-` or `_`
  /// becomes `_`.
  public static func source(_ name: String) -> String {
    let kept = name.map { character in
      character.isASCII && (character.isLetter || character.isNumber || "-_".contains(character))
        ? character : "_"
    }
    return kept.isEmpty ? "_" : String(kept)
  }

  /// Index of the shard; nil for a raw capture.
  public var shard: Int? { ending.hasPrefix("dbn") || ending == "mrc" ? Int(source) : nil }

  /// Name of the day's folder.
  public var dayFolder: String {
    "\(Self.text(year, 4))-\(Self.text(month, 2))-\(Self.text(day, 2))"
  }

  /// The day as DBN has dates, yyyymmdd.
  public var date: UInt32 { UInt32(year * 10_000 + month * 100 + day) }

  /// The day after it, as DBN has dates.
  public var nextDate: UInt32 {
    let next = Self.date(day: startNanos / Self.dayNanos + 1)
    return UInt32(next.year * 10_000 + next.month * 100 + next.day)
  }

  /// Name of the file in the day's folder.
  public var fileName: String {
    "\(Self.text(hour, 2))-\(source)\(part > 1 ? ".\(part)" : "").\(ending)"
  }

  /// Path of the segment of `dataset` under a journal's root.
  public func path(root: String, dataset: String) -> String {
    "\(root)/\(dataset)/\(dayFolder)/\(fileName)"
  }

  /// When the hour begins, ns since the Unix epoch.
  public var startNanos: UInt64 {
    // As `date(day:)`, the other way round: years begin in March.
    let marchYear = UInt64(month <= 2 ? year - 1 : year)
    let fromMarch = UInt64(month > 2 ? month - 3 : month + 9)
    let dayOfYear = (153 * fromMarch + 2) / 5 + UInt64(day) - 1
    let inCycle = marchYear % 400
    let dayOfCycle = inCycle * 365 + inCycle / 4 - inCycle / 100 + dayOfYear
    let days = marchYear / 400 * 146_097 + dayOfCycle
    guard days >= 719_468 else { return 0 }
    return (days - 719_468) * Self.dayNanos + UInt64(hour) * Self.hourNanos
  }

  static var hourNanos: UInt64 { 3_600_000_000_000 }
  static var dayNanos: UInt64 { 24 * hourNanos }

  /// The Gregorian date of a day number since 1970-01-01: in cycles of 400 years = 146,097 days,
  /// years from 1 March, 719,468 days between 0000-03-01 and 1970-01-01.
  private static func date(day: UInt64) -> (year: Int, month: Int, day: Int) {
    let (cycle, dayOfCycle) = (day + 719_468).quotientAndRemainder(dividingBy: 146_097)
    let yearOfCycle =
      (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
    let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    let fromMarch = (5 * dayOfYear + 2) / 153
    let month = Int(fromMarch < 10 ? fromMarch + 3 : fromMarch - 9)
    let year = Int(cycle * 400 + yearOfCycle) + (month <= 2 ? 1 : 0)
    return (year, month, Int(dayOfYear - (153 * fromMarch + 2) / 5 + 1))
  }

  private static func number(_ text: Substring, digits: Int) -> Int? {
    guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int(text)
  }

  private static func text(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(digits - text.count, 0)) + text
  }
}

extension SegmentName: Comparable {
  public static func < (left: SegmentName, right: SegmentName) -> Bool {
    let (leftHour, rightHour) = (left.startNanos, right.startNanos)
    if leftHour != rightHour { return leftHour < rightHour }
    if left.source != right.source {
      // Shard 10 stands behind shard 9.
      if let first = Int(left.source), let second = Int(right.source) { return first < second }
      return left.source < right.source
    }
    if left.part != right.part { return left.part < right.part }
    return left.ending < right.ending
  }
}

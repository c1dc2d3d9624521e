internal import FeedKit

/// Sizes, spans and beginnings of historical bars (fact sheet, section 5).
enum IbSimulatorBars {
  /// A span of time as a request gives it.
  struct Span: Equatable {
    var seconds = 0
    var days = 0

    func start(before end: Int) -> Int { max(end - seconds - days * 86_400, 0) }
  }

  private static let sizes: [(name: String, seconds: Int)] = [
    ("1 secs", 1), ("5 secs", 5), ("10 secs", 10), ("15 secs", 15), ("30 secs", 30),
    ("1 min", 60), ("2 mins", 120), ("3 mins", 180), ("5 mins", 300), ("10 mins", 600),
    ("15 mins", 900), ("20 mins", 1_200), ("30 mins", 1_800), ("1 hour", 3_600),
    ("2 hours", 7_200), ("3 hours", 10_800), ("4 hours", 14_400), ("8 hours", 28_800),
    ("1 day", 86_400), ("1 week", 604_800), ("1 month", 2_592_000),
  ]

  static func seconds(_ size: String) -> Int? { sizes.first { $0.name == size }?.seconds }

  /// `n S|D|W|M|Y`.
  static func duration(_ text: String) -> Span? {
    let words = text.split(separator: " ")
    guard words.count == 2, let number = Int(words[0]), (1...100_000).contains(number) else {
      return nil
    }
    switch words[1] {
    case "S": return Span(seconds: number)
    case "D": return Span(days: number)
    case "W": return Span(days: 7 * number)
    case "M": return Span(days: 30 * number)
    case "Y": return Span(days: 365 * number)
    default: return nil
    }
  }

  static func days(_ days: Int) -> Int { min(max(days, 1), 3_650) }

  /// Where the bars of a span begin: whole multiples of their size, or days of the gateway's zone;
  /// never on a weekend, and within 9:30 to 16:00 of New York where only that is wanted. The latest
  /// so many, where there are more than one answer may have.
  static func starts(from: Int, to end: Int, barSeconds: Int, regularOnly: Bool) -> [Int] {
    var starts: [Int] = []
    if barSeconds >= 86_400 {
      var day = IbSimulatorTime.parts(max(end - 1, 0)).day
      while starts.count < IbSimulatorLimits.bars {
        let open = Int(NewYorkTime.midnight(of: day) / 1_000_000_000) + 34_200
        guard open >= from - 86_400, open > 0, day.daysSince1970 > 0 else { break }
        if open < end, isWanted(day, barSeconds) { starts.append(open) }
        day = CivilDate(daysSince1970: day.daysSince1970 - 1)
      }
      return starts.reversed()
    }
    var start = (max(end, 1) - 1) / barSeconds * barSeconds
    while start >= from, start >= 0, starts.count < IbSimulatorLimits.bars {
      let local = IbSimulatorTime.parts(start)
      // The first bar of a regular session begins with it, also where it is a shorter one.
      let late = regularOnly ? max(34_200 - local.seconds, 0) : 0
      let isRegular = late < barSeconds && local.seconds < 57_600
      if (1...5).contains(local.day.weekday), isRegular || !regularOnly, start + late < end {
        starts.append(start + late)
      }
      start -= barSeconds
    }
    return starts.reversed()
  }

  /// Every weekday, the Monday of each week, or the first of each month.
  private static func isWanted(_ day: CivilDate, _ barSeconds: Int) -> Bool {
    switch barSeconds {
    case 604_800: day.weekday == 1
    case 2_592_000: day.day == 1
    default: (1...5).contains(day.weekday)
    }
  }
}

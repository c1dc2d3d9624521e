/// Which day a file of messages is of, where the file itself does not say.
public enum TradingDay {
  /// A date in the file's name, as exchanges write them: `mmddyyyy`, `yyyymmdd`, `yyyy-mm-dd` or
  /// `mmddyy`, in this order. Folders do not count. `S083023-v50.txt.gz` is 2023-08-30.
  public static func date(inFileName path: String) -> CivilDate? {
    let name = path.split(separator: "/").last ?? ""
    let runs = name.split { !($0.isASCII && $0.isNumber) }.map(String.init)
    for run in runs where run.utf8.count == 8 {
      if let date = date(run, year: 4..<8, month: 0..<2, day: 2..<4) { return date }
      if let date = date(run, year: 0..<4, month: 4..<6, day: 6..<8) { return date }
    }
    for (index, run) in runs.enumerated() where run.utf8.count == 4 && index + 2 < runs.count {
      if let date = CivilDate("\(run)-\(runs[index + 1])-\(runs[index + 2])") { return date }
    }
    for run in runs where run.utf8.count == 6 {
      // mmddyy of this century, moved into mmddyyyy.
      let full = run.prefix(4) + "20" + run.suffix(2)
      if let date = date(String(full), year: 4..<8, month: 0..<2, day: 2..<4) { return date }
    }
    return nil
  }

  private static func date(
    _ digits: String, year: Range<Int>, month: Range<Int>, day: Range<Int>
  ) -> CivilDate? {
    let all = Array(digits)
    func number(_ range: Range<Int>) -> Int { Int(String(all[range])) ?? 0 }
    // Electronic feeds are younger than 1990; other eight-digit numbers are not dates.
    guard number(year) >= 1990, number(year) <= 2100 else { return nil }
    return CivilDate(year: number(year), month: number(month), day: number(day))
  }
}

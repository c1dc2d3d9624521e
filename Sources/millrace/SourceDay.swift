internal import Engine
internal import FeedKit
internal import Ledger

/// The trading day of a source whose times count from midnight in New York.
enum SourceDay {
  /// The `--date` given, else the day of the input: of a file by its name or its last change, of a
  /// live source today. UTC ns of its midnight.
  static func midnight(
    _ arguments: CommandArguments, input: SourceInput
  ) throws(CommandError) -> UInt64 {
    if let text = arguments[RunOptions.date] {
      guard let date = CivilDate(text) else {
        throw CommandError(
          .usage, verb: RunVerb.name, happened: "not a date", what: "--date \(text)",
          remedy: "write it as 2026-11-21")
      }
      return NewYorkTime.midnight(of: date)
    }
    let now = RealtimeClock.now().rawValue
    guard case .file(let path) = input else {
      return NewYorkTime.midnight(of: NewYorkTime.date(of: now))
    }
    if let date = TradingDay.date(inFileName: path) { return NewYorkTime.midnight(of: date) }
    let changed = SystemCalls.modificationTime(path) ?? now
    return NewYorkTime.midnight(of: NewYorkTime.date(of: changed))
  }
}

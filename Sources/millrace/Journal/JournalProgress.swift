internal import Ledger

/// The progress line of a verb that reads journals, and its look at the stop signals.
struct JournalProgress {
  private let bar: ProgressBar
  private let start = MonotonicClock.now().rawValue
  private var calls = 0
  private var looked: UInt64 = 0
  /// Whether a stop signal has come.
  private(set) var isStopped = false

  /// Calls between two looks at the clock, and ns between two looks at the signals.
  private static var callsPerLook: Int { 64 }
  private static var signalNanos: UInt64 { 20_000_000 }

  /// Holds the stop signals: the verb must ask for `isStopped` and end in good order.
  init(_ label: String, total: UInt64 = 0, _ terminal: Terminal) {
    StopSignals.hold()
    bar = ProgressBar(label, total: total, unit: .bytes, terminal: terminal)
  }

  /// Time since the start, ns, at least 1.
  var nanos: UInt64 { max(MonotonicClock.now().rawValue &- start, 1) }

  /// Says how far the work is: bytes of files, and records for the note. Cheap when called often.
  mutating func update(
    records: UInt64, _ progress: @autoclosure () -> (done: UInt64, total: UInt64)
  ) {
    calls &+= 1
    guard calls % Self.callsPerLook == 0 else { return }
    look(records: records, progress())
  }

  /// The same for callers that call seldom.
  mutating func look(records: UInt64, _ progress: (done: UInt64, total: UInt64)) {
    let now = MonotonicClock.now().rawValue
    if now &- looked > Self.signalNanos {
      looked = now
      if StopSignals.hasCome { isStopped = true }
    }
    bar.update(
      progress.done, total: progress.total,
      note: "\(RunProgress.short(Double(records))) records")
  }

  func end() { bar.end() }
}

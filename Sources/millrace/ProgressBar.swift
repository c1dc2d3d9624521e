internal import Ledger

/// A progress bar with rate and time left on standard error, for verbs that know how much there is
/// to do. Draws nothing where there is no terminal or silence was asked for; one thread.
///
///     let bar = ProgressBar("2023-08-22", total: bytes, unit: .bytes, terminal: context.terminal)
///     bar.update(done)       // as often as is handy: the clock is looked at now and then
///     bar.end()              // takes the line away
///
/// Has no colours, so that NO_COLOR needs no heed.
final class ProgressBar {
  /// What is counted.
  enum Unit {
    case bytes
    case records
  }

  private let terminal: Terminal
  private let unit: Unit
  private var label: String
  private var total: UInt64
  private var calls = 0
  private var rate: ProgressRate
  private var shown: UInt64 = 0

  /// Time between two lines, ns, and calls between two looks at the clock.
  private static var interval: UInt64 { 200_000_000 }
  private static var callsPerLook: Int { 16 }

  init(_ label: String, total: UInt64, unit: Unit, terminal: Terminal) {
    self.label = label
    self.total = total
    self.unit = unit
    self.terminal = terminal
    rate = ProgressRate(now: MonotonicClock.now().rawValue)
  }

  /// Says how far the work is; cheap when nothing is to be drawn. `note` is made only when it is.
  func update(_ done: UInt64, total: UInt64? = nil, note: @autoclosure () -> String = "") {
    guard terminal.showsProgress else { return }
    if let total { self.total = total }
    calls += 1
    guard calls % Self.callsPerLook == 1 else { return }
    let now = MonotonicClock.now().rawValue
    guard now - shown > Self.interval else { return }
    shown = now
    rate.update(done, now: now)
    terminal.progress(line(done, note()))
  }

  /// Goes on with another part of the work under another name; the rate starts anew.
  func restart(_ label: String, total: UInt64) {
    self.label = label
    self.total = total
    calls = 0
    rate = ProgressRate(now: MonotonicClock.now().rawValue)
  }

  /// Takes the line away; what follows on standard error begins in its first column.
  func end() { terminal.endProgress() }

  /// `2023-08-22 [=====>    ]  52%  1.3/2.5 GiB  310.0 MiB/s  ETA 0:04  note`.
  private func line(_ done: UInt64, _ note: String) -> String {
    let share = total > 0 ? min(Double(done) / Double(total), 1) : 0
    let filled = Int(share * Double(Self.barColumns))
    let bar =
      String(repeating: "=", count: filled) + (filled < Self.barColumns ? ">" : "")
      + String(repeating: " ", count: max(Self.barColumns - filled - 1, 0))
    let percent = "\(Int(share * 100))%"
    var parts = [
      "\(label) [\(bar)] " + String(repeating: " ", count: max(4 - percent.count, 0)) + percent,
      "\(amount(Double(done)))/\(amount(Double(total)))", "\(amount(rate.perSecond))/s",
      "ETA " + (rate.secondsLeft(of: total > done ? total - done : 0).map(Self.clock) ?? "-"),
    ]
    if !note.isEmpty { parts.append(note) }
    return parts.joined(separator: "  ")
  }

  private static var barColumns: Int { 20 }

  private func amount(_ value: Double) -> String {
    unit == .bytes ? ByteText.short(value) : RunProgress.short(value)
  }

  /// `0:04`, `12:30`, `1:02:03`.
  static func clock(_ seconds: Double) -> String {
    let whole = Int(min(seconds.rounded(.up), 359_999))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let minutes = whole / 60 % 60
    return whole < 3600
      ? "\(minutes):\(two(whole % 60))"
      : "\(whole / 3600):\(two(minutes)):\(two(whole % 60))"
  }
}

/// How fast a piece of work goes, so that what is left can be foretold.
///
/// A mean that forgets: what was seen 10 s ago weighs a third of what is seen now.
struct ProgressRate {
  private var lastDone: UInt64 = 0
  private var lastTime: UInt64
  /// Done a second, smoothed; 0 before the first look.
  private(set) var perSecond = 0.0

  private static var memorySeconds: Double { 10 }

  init(now: UInt64) { lastTime = now }

  mutating func update(_ done: UInt64, now: UInt64) {
    guard now > lastTime, done >= lastDone else { return }
    let seconds = Double(now - lastTime) / 1e9
    let current = Double(done - lastDone) / seconds
    // 1 - e^(-t/memory), near enough: never above one.
    let weight = perSecond == 0 ? 1 : seconds / (seconds + Self.memorySeconds)
    perSecond += (current - perSecond) * weight
    lastDone = done
    lastTime = now
  }

  /// Seconds that the rest will take; nil while the rate is not known.
  func secondsLeft(of rest: UInt64) -> Double? {
    perSecond > 0 ? Double(rest) / perSecond : nil
  }
}

/// Numbers of bytes for people.
enum ByteText {
  /// With one decimal and a binary unit: `1.3 GiB`, `17 B`.
  static func short(_ bytes: Double) -> String {
    for (shift, unit) in [(40.0, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")] {
      let size = Double(1 << Int(shift))
      guard bytes >= size else { continue }
      let tenths = Int(bytes / size * 10)
      return "\(tenths / 10).\(tenths % 10) \(unit)"
    }
    return "\(Int(max(bytes, 0))) B"
  }
}

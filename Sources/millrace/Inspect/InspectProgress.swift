internal import Ledger

/// The progress line of a long file.
final class InspectProgress {
  private let terminal: Terminal
  private let path: String
  private let start = MonotonicClock.now().rawValue
  private var calls = 0
  private var shown: UInt64 = 0

  /// Time between two lines: 0.2 s. Calls between two looks at the clock.
  private static var intervalNanos: UInt64 { 200_000_000 }
  private static var callsPerLook: Int { 64 }

  init(_ path: String, terminal: Terminal) {
    self.path = path
    self.terminal = terminal
  }

  /// Says how far the reading is; cheap when nothing is to be said.
  func update(_ bytes: UInt64, messages: UInt64) {
    guard terminal.showsProgress else { return }
    calls += 1
    guard calls % Self.callsPerLook == 0 else { return }
    let now = MonotonicClock.now().rawValue
    guard now - shown > Self.intervalNanos else { return }
    shown = now
    let seconds = Double(now - start) / 1e9
    let rate = Int(Double(messages) / max(seconds, 0.001))
    terminal.progress(
      "\(path): \(bytes >> 20) MiB, \(messages.grouped) messages, \(rate.grouped)/s")
  }

  func end() { terminal.endProgress() }
}

extension FixedWidthInteger {
  /// The number with a comma between groups of three digits.
  var grouped: String {
    var digits = String(magnitude)
    var groups: [Substring] = []
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits.removeLast(3)
    }
    return (self < 0 ? "-" : "") + ([Substring(digits)] + groups).joined(separator: ",")
  }
}

internal import Glibc

/// Ctrl-C and polite termination, asked for instead of being interrupted by.
///
/// A verb that has something to finish calls `hold` before it starts threads and then looks for the
/// signals where it can end in good order. No handler runs, so nothing has to be signal safe.
enum StopSignals {
  /// What asks any verb to end.
  static var usual: [Int32] { [SIGINT, SIGTERM] }
  /// And what ends a verb that has changed its terminal, which must be as it was afterwards.
  static var ofTerminals: [Int32] { usual + [SIGHUP, SIGQUIT] }

  /// Keeps the signals from ending this thread and those that it starts.
  static func hold(_ numbers: [Int32] = usual) {
    var signals = set(numbers)
    // Safety: the set is a local of the right type, only read.
    _ = unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  /// Sleeps for `nanos`, or until a held signal comes: then true, once for each signal.
  static func wait(nanos: UInt64, for numbers: [Int32] = usual) -> Bool {
    var signals = set(numbers)
    var time = timespec(
      tv_sec: Int(nanos / 1_000_000_000), tv_nsec: Int(nanos % 1_000_000_000))
    // Safety: both are locals of the right types, only read.
    return unsafe sigtimedwait(&signals, nil, &time) > 0
  }

  /// Sleeps for `nanos`, or until one of the held signals comes; gives its number.
  static func next(nanos: UInt64, of numbers: [Int32]) -> Int32? {
    var signals = set(numbers)
    var time = timespec(
      tv_sec: Int(nanos / 1_000_000_000), tv_nsec: Int(nanos % 1_000_000_000))
    // Safety: both are locals of the right types, only read.
    let number = unsafe sigtimedwait(&signals, nil, &time)
    return number > 0 ? number : nil
  }

  /// Whether a held signal has come, without waiting; true once for each signal.
  static var hasCome: Bool { wait(nanos: 0) }

  private static func set(_ numbers: [Int32]) -> sigset_t {
    var signals = sigset_t()
    // Safety: the calls fill and change a local of the right type.
    unsafe sigemptyset(&signals)
    for number in numbers {
      // Safety: as above.
      unsafe sigaddset(&signals, number)
    }
    return signals
  }
}

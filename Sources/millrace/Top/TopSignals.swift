internal import Glibc

/// What asks `top` to end: as `StopSignals`, and a terminal that is closed.
enum TopSignals {
  /// Keeps the signals from ending the process before the terminal is as it was.
  static func hold() {
    var signals = stopping
    // Safety: the set is a local of the right type, only read.
    _ = unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  /// Sleeps for `nanos`, or until one of the signals comes: then true.
  static func wait(nanos: UInt64) -> Bool {
    var signals = stopping
    var time = timespec(
      tv_sec: Int(nanos / 1_000_000_000), tv_nsec: Int(nanos % 1_000_000_000))
    // Safety: both are locals of the right types, only read.
    return unsafe sigtimedwait(&signals, nil, &time) > 0
  }

  private static var stopping: sigset_t {
    var signals = sigset_t()
    // Safety: the calls fill and change a local of the right type.
    unsafe sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
      // Safety: as above.
      unsafe sigaddset(&signals, signal)
    }
    return signals
  }
}

internal import Glibc

/// Ctrl-C and polite termination, asked for instead of being interrupted by.
///
/// A verb that has something to finish calls `hold` before it starts threads and then looks for the
/// signals where it can end in good order. No handler runs, so nothing has to be signal safe.
enum StopSignals {
  /// Keeps SIGINT and SIGTERM from ending this thread and those that it starts.
  static func hold() {
    var signals = stopping
    // Safety: the set is a local of the right type, only read.
    _ = unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  /// Sleeps for `nanos`, or until a held signal comes: then true, once for each signal.
  static func wait(nanos: UInt64) -> Bool {
    var signals = stopping
    var time = timespec(
      tv_sec: Int(nanos / 1_000_000_000), tv_nsec: Int(nanos % 1_000_000_000))
    // Safety: both are locals of the right types, only read.
    return unsafe sigtimedwait(&signals, nil, &time) > 0
  }

  /// Whether a held signal has come, without waiting; true once for each signal.
  static var hasCome: Bool { wait(nanos: 0) }

  private static var stopping: sigset_t {
    var signals = sigset_t()
    // Safety: the calls fill and change a local of the right type.
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGINT)
    unsafe sigaddset(&signals, SIGTERM)
    return signals
  }
}

internal import Glibc
internal import Synchronization

/// SIGINT and SIGTERM as a flag that loops look at; a second signal ends the process at once.
enum StopSignal {
  private static let received = Atomic<Int>(0)

  /// From now on the signals only set the flag.
  static func catchSignals() {
    let handler: @convention(c) (Int32) -> Void = { number in
      // Only async-signal-safe steps here: an atomic addition and _exit.
      if StopSignal.received.add(1, ordering: .relaxed).oldValue > 0 { _exit(128 + number) }
    }
    _ = signal(SIGINT, handler)
    _ = signal(SIGTERM, handler)
  }

  /// Whether the program has been asked to stop.
  static var isSet: Bool { received.load(ordering: .relaxed) > 0 }

  /// Sleeps, at most `nanos`, until a signal comes.
  static func nap(nanos: UInt64) {
    guard !isSet else { return }
    var time = timespec(
      tv_sec: Int(nanos / 1_000_000_000), tv_nsec: Int(nanos % 1_000_000_000))
    // Safety: the call only reads the time given.
    unsafe nanosleep(&time, nil)
  }
}

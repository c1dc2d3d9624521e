/// Limits of this module, by name.
enum SessionsLimits {
  /// Notes that wait for their reader.
  static var notes: Int { 4_096 }
  /// Of these, room that notes of single instruments leave for those of the session.
  static var notesOfSession: Int { 1_024 }
  /// Broken parts of an upstream that are remembered by name.
  static var parts: Int { 64 }
  /// Bytes of a text that came from outside.
  static var textBytes: Int { 256 }
  /// Connection times that are remembered.
  static var connectionTimes: Int { 10_000 }
  /// The longest wait that is asked for at once, ns: one hour, so that no deadline overflows.
  static var waitNanos: UInt64 { 3_600_000_000_000 }
  /// Doublings after which a wait is no longer doubled: 2^40 times the first is over any limit.
  static var doublings: Int { 40 }
}

/// A time that is never reached.
let never = UInt64.max

/// `time + nanos`, or never.
func after(_ time: UInt64, _ nanos: UInt64) -> UInt64 {
  let (sum, overflows) = time.addingReportingOverflow(nanos)
  return overflows ? never : sum
}

/// `later - earlier`, 0 where the clock of the caller has gone back.
func elapsed(from earlier: UInt64, to later: UInt64) -> UInt64 {
  later > earlier ? later - earlier : 0
}

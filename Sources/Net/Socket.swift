import CLinux
import Wire

/// An open socket: closes its descriptor when the value ends.
struct Socket: ~Copyable {
  let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  init(family: UInt16, stream: Bool, _ target: String) throws(NetError) {
    descriptor = try checked(ml_socket(family, stream), "socket", target)
  }

  deinit { ml_close(descriptor) }

  func bind(to address: ml_address, _ target: String) throws(NetError) {
    var address = address
    // Safety: the address is ours and is only read.
    try checked(unsafe ml_bind(descriptor, &address), "bind", target)
  }

  func localAddress(_ target: String) throws(NetError) -> SocketAddress {
    var address = ml_address()
    // Safety: the address is ours.
    try checked(unsafe ml_local_address(descriptor, &address), "getsockname", target)
    return SocketAddress(address)
  }
}

/// Waiting for several sockets at once, for a thread that reads more than one line.
public enum Readiness {
  /// Waits until one of up to four descriptors has something to read or has failed.
  ///
  /// Answers a bit set, bit 0 for the first; empty after `timeoutNanos` and after a signal, so that
  /// the caller can look whether it should stop. A negative time never ends by itself.
  public static func wait(
    _ first: Int32, _ second: Int32 = -1, _ third: Int32 = -1, _ fourth: Int32 = -1,
    timeoutNanos: Int64
  ) throws(NetError) -> UInt8 {
    let ready = ml_wait(first, second, third, fourth, false, timeoutNanos)
    return UInt8(truncatingIfNeeded: try checked(ready, "poll", "sockets"))
  }
}

extension Readiness {
  /// As `wait`, for up to eight descriptors; -1 for none.
  public static func wait(
    _ descriptors: InlineArray<8, Int32>, timeoutNanos: Int64
  ) throws(NetError) -> UInt8 {
    let all = descriptors
    // Safety: eight descriptors are read while the call lasts.
    let ready = unsafe withUnsafeBytes(of: all) {
      unsafe ml_wait_eight($0.bindMemory(to: Int32.self).baseAddress, timeoutNanos)
    }
    return UInt8(truncatingIfNeeded: try checked(ready, "poll", "sockets"))
  }
}

/// A point in time until which an operation may take.
struct Deadline {
  private let end: ContinuousClock.Instant?

  /// A negative time is no deadline.
  init(afterNanos nanos: Int64) {
    end = nanos < 0 ? nil : ContinuousClock.now.advanced(by: .nanoseconds(nanos))
  }

  /// Nanoseconds left, 0 once it has passed, -1 without end.
  var remainingNanos: Int64 {
    guard let end else { return -1 }
    let left = ContinuousClock.now.duration(to: end).components
    guard left.seconds >= 0, left.attoseconds >= 0 else { return 0 }
    let (nanos, overflow) = left.seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : nanos + left.attoseconds / 1_000_000_000
  }
}

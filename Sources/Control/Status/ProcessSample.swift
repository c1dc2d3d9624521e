internal import Glibc

/// What the kernel says of this process.
public struct ProcessSample: Sendable, Equatable {
  /// Memory that is in RAM, and the most that ever was; bytes.
  public var residentBytes: UInt64 = 0
  public var peakResidentBytes: UInt64 = 0
  public var threads: UInt64 = 0
  /// Time on a CPU, ns.
  public var userNanos: UInt64 = 0
  public var systemNanos: UInt64 = 0

  public init() {}

  /// The process as it is now; zero for what cannot be read.
  public static func now() -> Self {
    parse(readText("/proc/self/status"), usage: usage())
  }

  /// The figures of a `status` file (proc(5)): `VmRSS:      1234 kB`.
  static func parse(_ status: String, usage: (user: UInt64, system: UInt64)) -> Self {
    var sample = Self()
    for line in status.split(separator: "\n") {
      let words = line.split(whereSeparator: { $0 == ":" || $0 == " " || $0 == "\t" })
      guard words.count > 1, let number = UInt64(words[1]) else { continue }
      switch words[0] {
      case "VmRSS": sample.residentBytes = number &* 1_024
      case "VmHWM": sample.peakResidentBytes = number &* 1_024
      case "Threads": sample.threads = number
      default: continue
      }
    }
    (sample.userNanos, sample.systemNanos) = usage
    return sample
  }

  private static func usage() -> (user: UInt64, system: UInt64) {
    var usage = rusage()
    // Safety: the kernel fills the structure, which outlives the call.
    _ = unsafe getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    func nanos(_ time: timeval) -> UInt64 {
      UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_usec) &* 1_000
    }
    return (nanos(usage.ru_utime), nanos(usage.ru_stime))
  }

  private static func readText(_ path: String) -> String {
    // Safety: the path is a NUL-terminated copy for the time of the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8_192)
    // Safety: the kernel fills at most the buffer, which outlives the call.
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe read(descriptor, $0.baseAddress, $0.count)
    }
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }
}

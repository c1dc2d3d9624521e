internal import CLinux
internal import Glibc

/// How a thread waits for its neighbour.
public struct WaitStrategy: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Burns its core: for a core of its own, and the lowest latency.
  public static var spin: Self { Self(rawValue: 0) }
  /// Spins a while, then gives the core away at each look.
  public static var yield: Self { Self(rawValue: 1) }
  /// Spins, yields, then sleeps until the neighbour rings (the default: no core burnt when idle).
  public static var park: Self { Self(rawValue: 2) }

  /// The strategy of this name, or nil.
  public init?(name: String) {
    switch name {
    case "spin": self = .spin
    case "yield": self = .yield
    case "park": self = .park
    default: return nil
    }
  }

  /// The name in options and reports.
  public var name: String { ["spin", "yield", "park"][Int(min(rawValue, 2))] }
}

/// Counts how long a thread has waited, and says what to do next.
public struct Idler {
  private let strategy: WaitStrategy
  private var looks = 0

  /// Looks that only pause, about 10 µs: 256 × 40 ns.
  private static var spinLooks: Int { 256 }
  /// Looks that give the core away before a parking thread sleeps.
  private static var yieldLooks: Int { 64 }

  public init(_ strategy: WaitStrategy) { self.strategy = strategy }

  /// There was work: start over with the shortest wait.
  @inlinable
  public mutating func reset() { restart() }

  @usableFromInline
  mutating func restart() { looks = 0 }

  /// Waits a little. True: the caller may sleep on its doorbell instead of looking again.
  public mutating func pause() -> Bool {
    looks &+= 1
    if strategy == .spin || looks <= Self.spinLooks {
      ml_cpu_pause()
      return false
    }
    if strategy == .yield || looks <= Self.spinLooks + Self.yieldLooks {
      _ = sched_yield()
      return false
    }
    return true
  }
}

public import CLinux

/// What a lane does when it is full.
public struct LanePolicy: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Lossless: the reader thread waits, and its peer is slowed by flow control.
  public static var wait: Self { Self(rawValue: 0) }
  /// The oldest records give way; the consumer counts exactly how many (datagram sources).
  public static var dropOldest: Self { Self(rawValue: 1) }

  /// The policy of this name, or nil.
  public init?(name: String) {
    switch name {
    case "wait": self = .wait
    case "drop-oldest": self = .dropOldest
    default: return nil
    }
  }

  /// The name in options and reports.
  public var name: String { self == .wait ? "wait" : "drop-oldest" }
}

/// How the lanes of a pipeline are made.
public struct LaneOptions: Sendable {
  /// Lines of 64 bytes in each lane, rounded up to a power of two. Small rings stay in the cache: a
  /// 256 KiB one halves the decoder's rate.
  public var capacityLines: Int
  public var policy: LanePolicy
  public var strategy: WaitStrategy
  /// Whether a line may be written by one 64-byte store. Thread sanitizer runs say no.
  public var wideStores: Bool
  /// Whether lines are stored by the instructions that every machine has, for tests of that way.
  public var isPortable: Bool

  public init(
    capacityLines: Int = 1024, policy: LanePolicy = .wait, strategy: WaitStrategy = .park,
    wideStores: Bool = ml_cpu_has_wide_store(), isPortable: Bool = false
  ) {
    self.capacityLines = capacityLines
    self.policy = policy
    self.strategy = strategy
    self.wideStores = wideStores
    self.isPortable = isPortable
  }

  /// The capacity as it is used: a power of two within the limits.
  var roundedLines: Int {
    let bounded = min(max(capacityLines, LaneLimits.leastLines), LaneLimits.mostLines)
    return 1 << (Int.bitWidth - (bounded - 1).leadingZeroBitCount)
  }
}

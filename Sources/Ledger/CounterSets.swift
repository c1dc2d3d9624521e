/// The counters of one block as its thread keeps them: plain words in the order of `CounterTable`.
///
/// A conforming type consists of UInt64 and InlineArrays of UInt64 only, so that it has no padding
/// and can be published word by word. A test compares each field's offset with the table.
public protocol CounterSet: BitwiseCopyable, Sendable {
  /// The scope whose blocks have this layout.
  static var scope: CounterScope { get }
  /// All zero.
  init()
}

/// Counters of the whole process; its supervisor writes them.
public struct InstanceCounters: CounterSet {
  public static var scope: CounterScope { .instance }
  public var checks: UInt64 = 0
  public var violations: UInt64 = 0
  public var alarms: UInt64 = 0
  public var failing: UInt64 = 0
  public init() {}
}

/// Counters of one source; its reader thread writes them.
public struct SourceCounters: CounterSet {
  public static var scope: CounterScope { .source }
  public var packets: UInt64 = 0
  public var bytes: UInt64 = 0
  public var messages: UInt64 = 0
  public var decoded: UInt64 = 0
  public var records: UInt64 = 0
  public var duplicates: UInt64 = 0
  public var gapsDetected: UInt64 = 0
  public var gapMessagesFilled: UInt64 = 0
  public var gapMessagesLost: UInt64 = 0
  public var reRequests: UInt64 = 0
  public var heartbeats: UInt64 = 0
  public var kernelDrops: UInt64 = 0
  public var lastSequence: UInt64 = 0
  public var sessionRestarts: UInt64 = 0
  public var ignored = InlineArray<256, UInt64>(repeating: 0)
  public var rejected = InlineArray<32, UInt64>(repeating: 0)
  public init() {}

  /// Counts `count` messages of the type with this byte as valid, but without a record.
  @inlinable @inline(__always)
  public mutating func ignore(type: UInt8, count: UInt64 = 1) {
    ignored[Int(type)] &+= count
  }

  /// Counts `count` messages as rejected; `reason` is the raw value of a reject reason, 0 ..< 32.
  @inlinable @inline(__always)
  public mutating func reject(reason: UInt8, count: UInt64 = 1) {
    rejected[Int(reason & 31)] &+= count
  }
}

/// Counters of one lane; the source's reader thread writes them.
public struct LaneCounters: CounterSet {
  public static var scope: CounterScope { .lane }
  public var enqueued: UInt64 = 0
  public var fullWaits: UInt64 = 0
  public var waitNanos: UInt64 = 0
  public init() {}
}

/// Counters of one shard; its worker thread writes them.
public struct ShardCounters: CounterSet {
  public static var scope: CounterScope { .shard }
  public var received: UInt64 = 0
  public var delivered: UInt64 = 0
  public var duplicate: UInt64 = 0
  public var filtered: UInt64 = 0
  public var derived: UInt64 = 0
  public var unknownOrders: UInt64 = 0
  public var crossedBooks: UInt64 = 0
  public var sequenceGaps: UInt64 = 0
  public var openOrders: UInt64 = 0
  public var instruments: UInt64 = 0
  public var busyNanos: UInt64 = 0
  public var idleNanos: UInt64 = 0
  public var dropped = InlineArray<64, UInt64>(repeating: 0)
  public init() {}

  /// Counts `count` records of a source's lane as overwritten before they were taken.
  @inlinable @inline(__always)
  public mutating func drop(source: Int, count: UInt64) {
    dropped[source & 63] &+= count
  }
}

/// Counters of one outlet of one shard; the outlet's thread writes them.
public struct OutletCounters: CounterSet {
  public static var scope: CounterScope { .outlet }
  public var offered: UInt64 = 0
  public var written: UInt64 = 0
  public var lost = InlineArray<8, UInt64>(repeating: 0)
  public var durable: UInt64 = 0
  public var bytesWritten: UInt64 = 0
  public var blocks: UInt64 = 0
  public var segments: UInt64 = 0
  public var failures: UInt64 = 0
  public var holds: UInt64 = 0
  public var heldNanos: UInt64 = 0
  public var failingSince: UInt64 = 0
  public var lastError: UInt64 = 0
  public init() {}

  /// Counts `count` records as lost.
  @inlinable @inline(__always)
  public mutating func lose(_ cause: LossCause, count: UInt64 = 1) {
    lost[Int(cause.rawValue & 7)] &+= count
  }
}

/// Counters of one live session; its source's thread writes them.
public struct SessionCounters: CounterSet {
  public static var scope: CounterScope { .session }
  public var sessionState: UInt64 = 0
  public var stateSince: UInt64 = 0
  public var epoch: UInt64 = 0
  public var connects: UInt64 = 0
  public var connectFailures: UInt64 = 0
  /// By cause.
  public var disconnects = InlineArray<16, UInt64>(repeating: 0)
  public var wanted: UInt64 = 0
  public var confirmed: UInt64 = 0
  public var refused: UInt64 = 0
  public var unserved: UInt64 = 0
  public var requests: UInt64 = 0
  public var pacedNanos: UInt64 = 0
  public var keepAlives: UInt64 = 0
  public var health: UInt64 = 0
  /// Instruments, by their health.
  public var instrumentHealth = InlineArray<8, UInt64>(repeating: 0)
  public var lastHeard: UInt64 = 0
  public var clockOffsetNanos: UInt64 = 0
  public var upstreamMissing: UInt64 = 0
  public var backfilled: UInt64 = 0
  public var backfillFailures: UInt64 = 0
  public var quarantined: UInt64 = 0
  public var reconnectAlarms: UInt64 = 0
  public var circuitOpens: UInt64 = 0
  public var brokenParts: UInt64 = 0
  public var delayedSeconds: UInt64 = 0
  public var notesDropped: UInt64 = 0
  public init() {}
}

/// Stage latencies of one thread since its start, summarised from its histograms now and then.
public struct LatencyCounters: CounterSet {
  public static var scope: CounterScope { .latency }
  public var samples = InlineArray<8, UInt64>(repeating: 0)
  public var meanNanos = InlineArray<8, UInt64>(repeating: 0)
  public var p50Nanos = InlineArray<8, UInt64>(repeating: 0)
  public var p90Nanos = InlineArray<8, UInt64>(repeating: 0)
  public var p99Nanos = InlineArray<8, UInt64>(repeating: 0)
  public var p999Nanos = InlineArray<8, UInt64>(repeating: 0)
  public var p9999Nanos = InlineArray<8, UInt64>(repeating: 0)
  public var maxNanos = InlineArray<8, UInt64>(repeating: 0)
  public var sumNanos = InlineArray<8, UInt64>(repeating: 0)
  /// `LatencyBuckets.count` words a stage.
  public var bucketCounts = InlineArray<912, UInt64>(repeating: 0)
  public init() {}

  /// Takes a stage's figures from its histogram: a few microseconds, not for the hot path.
  public mutating func summarize(_ histogram: borrowing Histogram, as stage: Stage) {
    let index = Int(stage.rawValue & 7)
    let summary = histogram.summary()
    samples[index] = summary.count
    meanNanos[index] = summary.mean
    p50Nanos[index] = summary.p50
    p90Nanos[index] = summary.p90
    p99Nanos[index] = summary.p99
    p999Nanos[index] = summary.p999
    p9999Nanos[index] = summary.p9999
    maxNanos[index] = summary.max
    sumNanos[index] = histogram.sum
    // Through a span: an array of this size must not be copied for each of its elements.
    var all = bucketCounts.mutableSpan
    histogram.writeCoarse(to: &all, at: index * LatencyBuckets.count)
  }
}

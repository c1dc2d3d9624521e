/// What a block of counters counts for: the kind of its owner.
///
/// The set is open, because a file of another version may hold scopes that this one does not know.
public struct CounterScope: RawRepresentable, Hashable, Sendable {
  /// The number that stands in the file.
  public let rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The whole process.
  public static var instance: Self { Self(rawValue: 0) }
  /// One upstream and the reader thread that serves it.
  public static var source: Self { Self(rawValue: 1) }
  /// The ring from one source to one shard; written by the source's thread.
  public static var lane: Self { Self(rawValue: 2) }
  /// One worker.
  public static var shard: Self { Self(rawValue: 3) }
  /// One way out of one shard.
  public static var outlet: Self { Self(rawValue: 4) }
  /// The stage latencies of one thread.
  public static var latency: Self { Self(rawValue: 5) }

  /// The live session of one source.
  public static var session: Self { Self(rawValue: 6) }

  /// The scopes of this version, in the order of reports.
  public static var all: [Self] {
    [.instance, .source, .lane, .shard, .outlet, .latency, .session]
  }

  /// The word used in reports and metric names.
  public var name: String {
    let names = ["instance", "source", "lane", "shard", "outlet", "latency", "session"]
    return Int(rawValue) < names.count ? names[Int(rawValue)] : "scope_\(rawValue)"
  }
}

/// One counter (or array of counters) of a scope: `CounterTable` says what it means.
///
/// Numbers are stable: a new counter takes the next free one of its scope, none is used again.
public struct CounterID: RawRepresentable, Hashable, Sendable {
  /// The scope in the upper byte, the number within the scope in the lower one.
  public let rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }

  private init(_ scope: CounterScope, _ number: UInt16) {
    rawValue = scope.rawValue << 8 | number
  }

  /// The scope whose blocks hold the counter.
  public var scope: CounterScope { CounterScope(rawValue: rawValue >> 8) }
}

// What each one means stands in CounterTable, once.
extension CounterID {
  public static var checks: Self { Self(.instance, 0) }
  public static var violations: Self { Self(.instance, 1) }
  public static var alarms: Self { Self(.instance, 2) }
  public static var failing: Self { Self(.instance, 3) }

  public static var packets: Self { Self(.source, 0) }
  public static var bytes: Self { Self(.source, 1) }
  public static var messages: Self { Self(.source, 2) }
  public static var decoded: Self { Self(.source, 3) }
  public static var records: Self { Self(.source, 4) }
  public static var duplicates: Self { Self(.source, 5) }
  public static var gapsDetected: Self { Self(.source, 6) }
  public static var gapMessagesFilled: Self { Self(.source, 7) }
  public static var gapMessagesLost: Self { Self(.source, 8) }
  public static var reRequests: Self { Self(.source, 9) }
  public static var heartbeats: Self { Self(.source, 10) }
  public static var kernelDrops: Self { Self(.source, 11) }
  public static var lastSequence: Self { Self(.source, 12) }
  public static var sessionRestarts: Self { Self(.source, 13) }
  public static var ignored: Self { Self(.source, 14) }
  public static var rejected: Self { Self(.source, 15) }

  public static var enqueued: Self { Self(.lane, 0) }
  public static var fullWaits: Self { Self(.lane, 1) }
  public static var waitNanos: Self { Self(.lane, 2) }

  public static var received: Self { Self(.shard, 0) }
  public static var delivered: Self { Self(.shard, 1) }
  public static var duplicate: Self { Self(.shard, 2) }
  public static var filtered: Self { Self(.shard, 3) }
  public static var derived: Self { Self(.shard, 4) }
  public static var unknownOrders: Self { Self(.shard, 5) }
  public static var crossedBooks: Self { Self(.shard, 6) }
  public static var sequenceGaps: Self { Self(.shard, 7) }
  public static var openOrders: Self { Self(.shard, 8) }
  public static var instruments: Self { Self(.shard, 9) }
  public static var busyNanos: Self { Self(.shard, 10) }
  public static var idleNanos: Self { Self(.shard, 11) }
  public static var dropped: Self { Self(.shard, 12) }

  public static var offered: Self { Self(.outlet, 0) }
  public static var written: Self { Self(.outlet, 1) }
  public static var lost: Self { Self(.outlet, 2) }
  public static var durable: Self { Self(.outlet, 3) }
  public static var bytesWritten: Self { Self(.outlet, 4) }
  public static var blocks: Self { Self(.outlet, 5) }
  public static var segments: Self { Self(.outlet, 6) }
  public static var failures: Self { Self(.outlet, 7) }
  public static var holds: Self { Self(.outlet, 8) }
  public static var heldNanos: Self { Self(.outlet, 9) }
  public static var failingSince: Self { Self(.outlet, 10) }
  public static var lastError: Self { Self(.outlet, 11) }

  public static var samples: Self { Self(.latency, 0) }
  public static var meanNanos: Self { Self(.latency, 1) }
  public static var p50Nanos: Self { Self(.latency, 2) }
  public static var p90Nanos: Self { Self(.latency, 3) }
  public static var p99Nanos: Self { Self(.latency, 4) }
  public static var p999Nanos: Self { Self(.latency, 5) }
  public static var p9999Nanos: Self { Self(.latency, 6) }
  public static var maxNanos: Self { Self(.latency, 7) }
  public static var sumNanos: Self { Self(.latency, 8) }
  public static var bucketCounts: Self { Self(.latency, 9) }

  public static var sessionState: Self { Self(.session, 0) }
  public static var stateSince: Self { Self(.session, 1) }
  public static var epoch: Self { Self(.session, 2) }
  public static var connects: Self { Self(.session, 3) }
  public static var connectFailures: Self { Self(.session, 4) }
  public static var disconnects: Self { Self(.session, 5) }
  public static var wanted: Self { Self(.session, 6) }
  public static var confirmed: Self { Self(.session, 7) }
  public static var refused: Self { Self(.session, 8) }
  public static var unserved: Self { Self(.session, 9) }
  public static var requests: Self { Self(.session, 10) }
  public static var pacedNanos: Self { Self(.session, 11) }
  public static var keepAlives: Self { Self(.session, 12) }
  public static var health: Self { Self(.session, 13) }
  public static var instrumentHealth: Self { Self(.session, 14) }
  public static var lastHeard: Self { Self(.session, 15) }
  public static var clockOffsetNanos: Self { Self(.session, 16) }
  public static var upstreamMissing: Self { Self(.session, 17) }
  public static var backfilled: Self { Self(.session, 18) }
  public static var backfillFailures: Self { Self(.session, 19) }
  public static var quarantined: Self { Self(.session, 20) }
  public static var reconnectAlarms: Self { Self(.session, 21) }
  public static var circuitOpens: Self { Self(.session, 22) }
  public static var brokenParts: Self { Self(.session, 23) }
  public static var delayedSeconds: Self { Self(.session, 24) }
  public static var notesDropped: Self { Self(.session, 25) }
}

/// Why a record that an outlet was offered was not written.
public struct LossCause: RawRepresentable, Hashable, Sendable {
  /// Index of the cause's counter, 0 ..< `LossCause.limit`.
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// How many causes an outlet counts.
  @inlinable public static var limit: Int { 8 }

  /// The outlet had no room and does not hold its worker back.
  public static var full: Self { Self(rawValue: 0) }
  /// The record is larger than the outlet takes.
  public static var oversized: Self { Self(rawValue: 1) }
  /// Writing failed.
  public static var failed: Self { Self(rawValue: 2) }
  /// The outlet was closed already.
  public static var closed: Self { Self(rawValue: 3) }
  /// The disk, the quota or the largest size of a file was used up.
  public static var noSpace: Self { Self(rawValue: 4) }
  /// The file system is read-only, or the user may not write.
  public static var readOnly: Self { Self(rawValue: 5) }
  /// The device failed.
  public static var device: Self { Self(rawValue: 6) }
  /// The bytes were no records.
  public static var refused: Self { Self(rawValue: 7) }

  /// The causes' names in the order of their numbers.
  public static var names: [String] {
    ["full", "oversized", "failed", "closed", "no_space", "read_only", "device", "refused"]
  }
}

/// A stage of a record's way whose latency is measured.
///
/// A thread measures once per batch and counts every message of the batch with the figure of the
/// worst one, so that a percentile never says less than was so (docs/metrics.md).
public struct Stage: RawRepresentable, Hashable, Sendable {
  /// Index of the stage, 0 ..< `Stage.limit`.
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// How many stages a thread can measure.
  @inlinable public static var limit: Int { 8 }

  /// From the kernel's receive time to the reader, each datagram by itself.
  public static var receive: Self { Self(rawValue: 0) }
  /// From bytes in hand to all of the batch's records in the lanes; counted for each message.
  public static var decode: Self { Self(rawValue: 1) }
  /// From the lane to the worker; where a lab measures it.
  public static var laneWait: Self { Self(rawValue: 2) }
  /// The worker's own time for a batch, publication included; counted for each record taken.
  public static var worker: Self { Self(rawValue: 3) }
  /// Writing to the outlets.
  public static var publish: Self { Self(rawValue: 4) }
  /// From the receive time of a batch's oldest record to the end of the batch's publication.
  public static var total: Self { Self(rawValue: 5) }
  /// From the receive time of a batch's oldest record to the worker's taking the batch.
  public static var taken: Self { Self(rawValue: 6) }

  /// The stages' names in the order of their numbers.
  public static var names: [String] {
    ["receive", "decode", "lane_wait", "worker", "publish", "total", "taken"]
  }

  /// All stages in the order of a record's way.
  public static var all: [Self] {
    [.receive, .decode, .laneWait, .taken, .worker, .publish, .total]
  }

  /// The stage's name.
  public var name: String {
    let names = Self.names
    return Int(rawValue) < names.count ? names[Int(rawValue)] : "stage_\(rawValue)"
  }
}

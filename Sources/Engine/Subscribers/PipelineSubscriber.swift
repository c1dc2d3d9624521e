internal import Records

/// A function of this process that gets every record of every shard, in blocks.
///
///     worker ─▶ BlockLane ─▶ thread of the subscriber ─▶ callback
///
/// It runs in threads of its own, one a shard, and not in the worker: a callback takes as long as
/// it likes and may call whatever it likes, and neither the ring in shared memory nor the journal
/// must wait for that. The price is a copy of each record and the way from thread to thread; who
/// wants the last microsecond reads the ring. Where a callback is too slow, records are lost for
/// this subscriber alone, and counted one by one (`lost`, cause `full`).
public struct PipelineSubscriber: Sendable {
  /// What a call is about, beside its records.
  public struct Block: Sendable {
    public let shard: Int
    /// Records in the block, at least 1.
    public let count: Int
    /// Records of this shard that were lost for this subscriber so far.
    public let lost: UInt64
  }

  /// Name of its outlets in the ledger, with the shard behind it: `risk-0`.
  public var name: String
  /// Records of a block at most.
  public var blockRecords = 1_024
  /// Blocks between a worker and the subscriber.
  public var buffers = 8
  /// Calls in a row that throw before the subscriber is detached.
  public var failureLimit = 10
  /// Gets whole records, back to back, each as long as its header says (`forEachRecord`), in the
  /// order of its shard; the bytes are there until it returns. Calls of different shards come at
  /// the same time. What it throws is counted, and the block's records as lost (`failed`).
  public var callback: @Sendable (_ records: RawSpan, _ block: Block) throws -> Void

  public init(
    name: String,
    callback: @escaping @Sendable (_ records: RawSpan, _ block: Block) throws -> Void
  ) {
    self.name = name
    self.callback = callback
  }

  /// Calls `body` with each record of a block.
  public static func forEachRecord(
    in records: RawSpan, _ body: (_ record: RawSpan) throws -> Void
  ) rethrows {
    var start = 0
    while start < records.byteCount {
      let rest = records.extracting(start..<records.byteCount)
      guard let header = RecordHeader(copying: rest) else { return }
      let end = start + Int(header.length) * 4
      guard end > start, end <= records.byteCount else { return }
      try body(records.extracting(start..<end))
      start = end
    }
  }
}

/// A callback that threw, or a subscriber that was given up.
public struct SubscriberEvent: Sendable, Equatable {
  public let subscriber: String
  public let shard: Int
  /// What was thrown, as text.
  public let error: String
  /// Calls that have thrown in a row.
  public let failures: Int
  /// Whether it gets nothing any more.
  public let isDetached: Bool
}

public import Journal

/// How a pipeline records what its workers publish.
public struct JournalSettings: Sendable {
  /// Folder of the datasets; made where it is absent.
  public var root: String
  public var codec = JournalCodec()
  /// Records of a full block.
  public var blockRecords = 16_384
  /// What is asked of the disk, and when.
  public var sync = SyncPolicy.interval(1_000_000_000)
  /// Bytes after which a segment is ended.
  public var segmentBytes: UInt64 = 4 << 30
  public var rotation = SegmentRotation.hour
  /// Age at which a block that is not full is written all the same, ns.
  public var flushNanos: UInt64 = 1_000_000_000
  /// Buffers between a worker and its journal's thread; nil for what suits the block's size.
  public var buffers: Int?
  /// CPUs of the journal's threads, by shard; fewer than shards leaves the others free.
  public var cpus: [Int] = []

  public init(root: String) { self.root = root }

  /// Sets `sync` from `block`, `off` or `interval:TIME`, whose time `nanos` reads; false for
  /// anything else.
  public mutating func setSync(_ name: String, nanos: (String) -> UInt64?) -> Bool {
    switch name {
    case "block": sync = .block
    case "off": sync = .off
    default:
      let parts = name.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0] == "interval", let time = nanos(String(parts[1])), time > 0
      else { return false }
      sync = .interval(time)
    }
    return true
  }

  /// The writer's options for one shard.
  func options(
    shard: Int, shardCount: Int, instance: String, dataset: String, runID: UInt64
  ) -> JournalOptions {
    var options = JournalOptions(
      root: root, dataset: dataset, instance: instance, shard: shard, shardCount: shardCount,
      runID: runID)
    options.codec = codec
    options.blockRecords = blockRecords
    options.sync = sync
    options.segmentBytes = segmentBytes
    options.rotation = rotation
    return options
  }
}

/// A journal that has begun to fail, or writes again.
public struct JournalEvent: Sendable {
  /// The outlet's name, "journal-0".
  public let outlet: String
  /// What went wrong; nil where writing goes on.
  public let error: JournalError?
  /// Records lost by then.
  public let lost: UInt64
}

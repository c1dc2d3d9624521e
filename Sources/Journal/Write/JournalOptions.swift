/// When a segment is ended by time.
public enum SegmentRotation: String, Sendable, CaseIterable { case hour, day }

/// What is asked of the disk, and when.
public enum SyncPolicy: Equatable, Sendable {
  /// After every block: what the writer has returned from is durable.
  case block
  /// When so many ns have passed since the last time: a power cut costs at most what came since.
  case interval(UInt64)
  /// Never while writing: the system decides, and nothing is reported as durable.
  case off
}

/// How the journal of one shard is written.
public struct JournalOptions: Sendable {
  /// Folder of the datasets; made where it is absent.
  public var root: String
  /// DBN dataset, 1...15 bytes, also the name of the folder.
  public var dataset: String
  /// Name of the pipeline, at most 47 bytes.
  public var instance: String
  public var shard: Int
  public var shardCount: Int
  /// Random; the same for all shards of a run.
  public var runID: UInt64
  public var codec = JournalCodec()
  /// Records a block at most, for readers to know; up to `JournalLimits.blockRecords`.
  public var blockRecords = 16_384
  public var sync = SyncPolicy.interval(1_000_000_000)
  /// Bytes after which a segment is ended.
  public var segmentBytes: UInt64 = 4 << 30
  public var rotation = SegmentRotation.hour

  public init(
    root: String, dataset: String, instance: String, shard: Int, shardCount: Int, runID: UInt64
  ) {
    self.root = root
    self.dataset = dataset
    self.instance = instance
    self.shard = shard
    self.shardCount = shardCount
    self.runID = runID
  }

  /// Throws `badOption` for what cannot be meant.
  func check() throws(JournalError) {
    try JournalOptions.checkName(dataset, limit: 15, what: "the dataset")
    guard instance.utf8.count <= 47 else {
      throw .badOption("the instance's name '\(instance)' is longer than 47 bytes")
    }
    guard shardCount > 0, (0..<shardCount).contains(shard) else {
      throw .badOption("there is no shard \(shard) of \(shardCount)")
    }
    guard (1...JournalLimits.blockRecords).contains(blockRecords) else {
      throw .badOption("blocks have 1 to \(JournalLimits.blockRecords) records")
    }
  }

  static func checkName(_ name: String, limit: Int, what: String) throws(JournalError) {
    guard !name.isEmpty, name.utf8.count <= limit, !name.hasPrefix("."),
      name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") })
    else {
      throw .badOption(
        "\(what) '\(name)' cannot be a folder's name: 1 to \(limit) printable characters, "
          + "no slash, no dot at the start")
    }
  }
}

/// Why records were not written.
public enum JournalLossCause: Int, Sendable, CaseIterable {
  /// The disk, a quota or the file's largest size is reached.
  case noSpace
  /// The file system is read-only, or the user may not write.
  case readOnly
  /// The device failed.
  case device
  /// The records were none: a defect of who offered them.
  case refused
  /// Anything else.
  case other
}

/// What a journal has done so far.
public struct JournalStatus: Equatable, Sendable {
  /// Records taken: always `written + lost`.
  public var offered: UInt64 = 0
  /// Records in whole blocks that the system has taken.
  public var written: UInt64 = 0
  /// Records known to be on the disk; 0 with `SyncPolicy.off`.
  public var durable: UInt64 = 0
  /// Records in no block.
  public var lost: UInt64 = 0
  /// Records written of which the disk said, when it was to store them, that it could not: they may
  /// be there or not, and never count as durable.
  public var doubtful: UInt64 = 0
  /// Bytes on the disk, headers and all.
  public var bytesWritten: UInt64 = 0
  /// Bytes of the records before compression.
  public var rawBytes: UInt64 = 0
  public var segments: UInt64 = 0
  public var blocks: UInt64 = 0
  /// System calls that failed.
  public var failures: UInt64 = 0
  public var lastError: JournalError?
  /// Whether the last block could not be written.
  public var isFailing = false
  /// Times that the disk was asked to store, and how long that took.
  public var syncs: UInt64 = 0
  public var syncNanos: UInt64 = 0
  private var lostBy = [UInt64](repeating: 0, count: JournalLossCause.allCases.count)

  public init() {}

  /// Records lost for one reason; all reasons together make `lost`.
  public func lost(_ cause: JournalLossCause) -> UInt64 { lostBy[cause.rawValue] }

  mutating func lose(_ records: Int, _ cause: JournalLossCause) {
    lost &+= UInt64(records)
    lostBy[cause.rawValue] &+= UInt64(records)
  }
}

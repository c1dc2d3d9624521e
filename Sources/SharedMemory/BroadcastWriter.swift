internal import CMillrace
internal import Glibc

/// The one writer of a shard's broadcast ring; it never waits for anybody.
///
/// Belongs to one thread. Records are DBN version 3, byte for byte, and become visible to readers
/// as they are published; `flush`, once a batch, brings the header's progress hints up to date.
@safe public struct BroadcastWriter: ~Copyable {
  /// What a ring is made with.
  public struct Options: Sendable {
    /// Lines of 64 bytes, a power of two within `SharedMemoryLimits`.
    public var capacityLines: Int
    /// Index of the shard, below `shardCount`.
    public var shard: Int
    /// How many shards the instance has.
    public var shardCount: Int
    /// DBN dataset, at most 15 bytes, such as `XNAS.ITCH`.
    public var dataset: String
    /// Name of the running pipeline, at most 47 bytes.
    public var instance: String
    /// Permissions of a new file, before the process's umask.
    public var mode: UInt32
    /// How lines are stored.
    public var store: LineStore

    public init(
      instance: String, dataset: String = "", shard: Int = 0, shardCount: Int = 1,
      capacityLines: Int = SharedMemoryLimits.defaultCapacityLines, mode: UInt32 = 0o640,
      store: LineStore = .best
    ) {
      self.instance = instance
      self.dataset = dataset
      self.shard = shard
      self.shardCount = shardCount
      self.capacityLines = capacityLines
      self.mode = mode
      self.store = store
    }
  }

  private let file: RingFile
  @usableFromInline let lines: UnsafeMutableRawPointer
  /// Running position of the next line in this epoch. Not beside `word`: the optimiser would
  /// count both up in one vector register and then move them out of it for every line.
  @usableFromInline var position: UInt64 = 0
  @usableFromInline let mask: UInt64
  @usableFromInline let lineStore: LineStore
  /// The word of the next record's first line: epoch and ordinal.
  @usableFromInline var word: UInt64 = 0

  /// The present epoch; each start of a writer on the same file is a new one.
  public private(set) var epoch: UInt64
  private var lastOrdinalBefore: UInt64

  /// Takes the ring at `path` over, or makes it, and begins a new epoch.
  ///
  /// Throws `.writerAlive` while another writer has it, `.badOption` for a value out of range, and
  /// `.system` for what the file system refuses.
  public init(path: String, options: Options) throws(SharedMemoryError) {
    try options.check()
    file = try RingFile(
      path: path, capacityLines: options.capacityLines, mode: options.mode)
    // Safety: the mapping has `capacityLines` lines after its header and lives as long as `file`.
    unsafe lines = file.mapping.base + Int(MILLRACE_HEADER_BYTES)
    mask = UInt64(options.capacityLines) - 1
    lineStore = options.store
    epoch = file.previousEpoch
    lastOrdinalBefore = file.previousLastOrdinal
    file.mapping.setState(MILLRACE_STATE_INITIALISING)
    file.mapping.setWriter(options, pid: getpid(), startNanos: clockNanos(CLOCK_REALTIME))
    beginEpoch()
  }

  /// Takes over or makes the ring of `options.shard` at its usual place.
  public init(location: RingLocation, options: Options) throws(SharedMemoryError) {
    var options = options
    options.instance = location.instance
    try self.init(path: location.ring(shard: options.shard), options: options)
  }

  deinit {
    // Readers see `closed` only after the last record: setState is a release store.
    file.mapping.setState(MILLRACE_STATE_CLOSED)
  }

  /// Ends the stream: readers that have read all of it are told so. The file stays.
  public consuming func close(tsEvent: UInt64 = 0, tsRecv: UInt64 = 0) {
    flush(tsEvent: tsEvent, tsRecv: tsRecv, nowNanos: clockNanos(CLOCK_MONOTONIC))
  }

  /// The ordinal that the next record gets: 1 for the first record of the epoch.
  @inlinable
  public var nextOrdinal: UInt64 { word & 0xffff_ffff_ffff }

  /// Updates the progress hints: times of the last record, and `CLOCK_MONOTONIC` now, in ns.
  ///
  /// Call it once a batch, and every second or so when idle. Makes no system call.
  public mutating func flush(tsEvent: UInt64, tsRecv: UInt64, nowNanos: UInt64) {
    if nextOrdinal > SharedMemoryLimits.lastOrdinalOfEpoch {
      lastOrdinalBefore = nextOrdinal - 1
      file.mapping.setState(MILLRACE_STATE_INITIALISING)
      beginEpoch()
    }
    file.mapping.setProgress(
      position: position, ordinal: nextOrdinal, tsEvent: tsEvent, tsRecv: tsRecv,
      heartbeatNanos: nowNanos)
  }

  private mutating func beginEpoch() {
    let previous = epoch
    epoch &+= 1
    if epoch & MILLRACE_EPOCH_BITS == 0 { epoch &+= 1 }
    file.mapping.clearWords()
    position = 0
    word = (epoch & MILLRACE_EPOCH_BITS) << UInt64(MILLRACE_EPOCH_SHIFT) | 1
    file.mapping.setProgress(
      position: 0, ordinal: 1, tsEvent: 0, tsRecv: 0, heartbeatNanos: clockNanos(CLOCK_MONOTONIC))
    file.mapping.setEpoch(epoch, previous: previous, previousLast: lastOrdinalBefore)
    file.mapping.setState(MILLRACE_STATE_LIVE)
  }
}

extension BroadcastWriter.Options {
  fileprivate func check() throws(SharedMemoryError) {
    typealias Limits = SharedMemoryLimits
    guard capacityLines >= Limits.minimumCapacityLines,
      capacityLines <= Limits.maximumCapacityLines, capacityLines & (capacityLines - 1) == 0
    else {
      throw .badOption(
        "ring capacity \(capacityLines): a power of two from \(Limits.minimumCapacityLines) to "
          + "\(Limits.maximumCapacityLines) lines")
    }
    guard shardCount >= 1, shardCount <= Limits.maximumShards, shard >= 0, shard < shardCount else {
      throw .badOption("shard \(shard) of \(shardCount): 0 to \(Limits.maximumShards - 1)")
    }
    guard instance.utf8.count <= Limits.maximumInstanceBytes else {
      throw .badOption("instance name: at most \(Limits.maximumInstanceBytes) bytes")
    }
    guard dataset.utf8.count <= Limits.maximumDatasetBytes else {
      throw .badOption("dataset name: at most \(Limits.maximumDatasetBytes) bytes")
    }
  }
}

/// Writes the journal of one shard: takes blocks of records, makes segments, survives its disk.
///
///     <root>/<dataset>/<yyyy-mm-dd>/<hh>-<shard>[.part].<ending>
///
/// A segment ends when the hour (or day) of the blocks' receive times does, or when it is large
/// enough. Writing never throws: what cannot be written is lost and counted in `status`, and tried
/// again with the next block after a pause of 0.1 to 5 s. One thread.
public struct JournalWriter: ~Copyable {
  private var shard: ShardWriter<LinuxFiles>
  private let lock: LockedFile
  /// What was found torn from earlier runs, and put right.
  public let recovered: [RecoveredSegment]
  /// Segments that could not be put right, and why; they stay as they are.
  public let recoveryErrors: [JournalError]

  /// Opens the journal of a shard and recovers its earlier segments; a segment is made when the
  /// first block comes.
  ///
  /// Throws `badOption` for options that cannot be meant and where another process writes the same
  /// shard of the same dataset below this root, and `system` where the folder cannot be made.
  public init(_ options: JournalOptions) throws(JournalError) {
    try options.check()
    guard options.codec.payload == .dbn || options.codec.payload == .columnar else {
      throw .badOption("a journal of records is not written as \(options.codec.payload)")
    }
    let files = LinuxFiles()
    let folder = "\(options.root)/\(options.dataset)"
    try files.makeFolders(folder)
    let lock = try options.lock("\(options.shard)", what: "shard \(options.shard)")
    let (shard, count) = (options.shard, options.shardCount)
    // Shards that this run does not have belong to who has their number modulo the count, unless
    // they are written by somebody.
    let outcome = ShardRecovery(files: files, root: options.root, dataset: options.dataset)
      .run { name in
        guard let found = name.shard else { return false }
        if found == shard { return true }
        return found >= count && found % count == shard
          && !LockedFile.isHeld("\(folder)/.lock-\(found)")
      }
    recovered = outcome.recovered
    recoveryErrors = outcome.errors
    self.shard = ShardWriter(options, files: files)
    self.lock = lock
  }

  /// Takes one block of whole DBN records, back to back; `nowNanos` is civil time, ns.
  ///
  /// They are in the file when this returns, or lost and counted.
  public mutating func write(_ records: RawSpan, recordCount: Int, nowNanos: UInt64) {
    shard.write(records, recordCount: recordCount, nowNanos: nowNanos)
  }

  /// Asks the disk to store where the interval has passed. Some times a second.
  public mutating func tick(nowNanos: UInt64) { shard.tick(nowNanos: nowNanos) }

  /// Ends the segment: index, and a last sync where the policy has any. Writing may go on; it makes
  /// a new segment.
  public mutating func close(nowNanos: UInt64) { shard.close(nowNanos: nowNanos) }

  public var status: JournalStatus { shard.status }

  /// Path of the segment that is being written; nil between two.
  public var segmentPath: String? { shard.segmentPath }
}

/// Writes what one source has received, as it was received: the raw capture. Otherwise as
/// `JournalWriter`; status counts datagrams or chunks in place of records. One thread.
public struct RawCaptureWriter: ~Copyable {
  private var shard: ShardWriter<LinuxFiles>
  private let lock: LockedFile
  public let recovered: [RecoveredSegment]
  public let recoveryErrors: [JournalError]

  /// Opens the capture of `source`; `payload` is `.pcapng` or `.stream`, and `preamble` what every
  /// segment begins with. Of `options` the shard is the source's index.
  ///
  /// Throws as `JournalWriter` does.
  public init(
    _ options: JournalOptions, source: String, payload: JournalPayload, preamble: [UInt8]
  ) throws(JournalError) {
    var options = options
    options.codec = JournalCodec(payload: payload, coder: .lz4, level: 0)
    try options.check()
    guard payload == .pcapng || payload == .stream else {
      throw .badOption("a raw capture is not written as \(payload)")
    }
    let files = LinuxFiles()
    let name = SegmentName.source(source)
    try files.makeFolders("\(options.root)/\(options.dataset)")
    let lock = try options.lock(name, what: "the raw capture of \(name)")
    let outcome = ShardRecovery(files: files, root: options.root, dataset: options.dataset)
      .run { $0.shard == nil && $0.source == name }
    recovered = outcome.recovered
    recoveryErrors = outcome.errors
    shard = ShardWriter(
      options, files: files, raw: RawCapture(source: name, preamble: preamble))
    self.lock = lock
  }

  /// Takes one block: `count` whole datagrams or chunks, received from `first` to `last`, ns.
  public mutating func write(
    _ bytes: RawSpan, count: Int, first: UInt64, last: UInt64, nowNanos: UInt64
  ) {
    var place = BlockHeader()
    place.recordCount = UInt32(clamping: count)
    place.hasReceiveTimes = true
    (place.minTsRecv, place.maxTsRecv) = (first, last)
    shard.write(raw: bytes, place: place, nowNanos: nowNanos)
  }

  public mutating func tick(nowNanos: UInt64) { shard.tick(nowNanos: nowNanos) }

  public mutating func close(nowNanos: UInt64) { shard.close(nowNanos: nowNanos) }

  public var status: JournalStatus { shard.status }

  public var segmentPath: String? { shard.segmentPath }
}

extension JournalOptions {
  /// Locks what is written under `name`; throws where somebody else writes it.
  func lock(_ name: String, what: String) throws(JournalError) -> LockedFile {
    guard let lock = try LockedFile("\(root)/\(dataset)/.lock-\(name)") else {
      throw .badOption(
        "another process writes \(what) of \(dataset) below \(root): stop it, or give this "
          + "pipeline a journal folder of its own")
    }
    return lock
  }
}

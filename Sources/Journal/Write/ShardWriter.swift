internal import CLinux
internal import Glibc
internal import Records
internal import Wire

/// What a raw capture's segments are called and begin with.
struct RawCapture: Sendable {
  /// The source's name, as `SegmentName.source` makes it.
  var source: String
  /// Content of the first frame.
  var preamble: [UInt8]
}

/// Writes one shard's records, or one source's raw bytes, into segments, on any file system, and
/// never gives up. One thread.
///
///     block ─▶ rotate? ─▶ open? ─▶ append ─▶ sync (by policy)
///                │          │        │         │
///                └──────────┴────────┴─────────┴─▶ failed: block lost and counted, tail cut,
///                                                  a pause, then again; after a failed sync, or
///                                                  where the tail cannot be cut: a new segment
struct ShardWriter<Files: JournalFiles>: ~Copyable {
  private(set) var status = JournalStatus()
  /// Path of the segment that is being written.
  private(set) var segmentPath: String?
  private let options: JournalOptions
  private let files: Files
  private let raw: RawCapture?
  private var segment: SegmentOutput<Files>?
  private var name: SegmentName
  private var symbols = SymbolStore()
  /// The segment is to begin with what was known of the instruments before it.
  private var needsRepeating = false
  /// Mappings and definitions of blocks that were lost: written as soon as writing goes on.
  private var lostSymbols = SymbolStore()
  /// Records in blocks that are not repeated ones.
  private var ordinal: UInt64 = 0
  /// Receive time of the last record that had one, ns.
  private var lastTime: UInt64 = 0
  /// Records of the segment that no sync has covered.
  private var unsynced: UInt64 = 0
  private var lastSync: UInt64 = 0
  private var pause = Self.firstPause
  private var retryAt: UInt64 = 0
  /// Bytes and blocks of ended segments.
  private var endedBytes: UInt64 = 0
  private var endedBlocks: UInt64 = 0

  /// ns between two tries, doubled from the first to the last.
  private static var firstPause: UInt64 { 100_000_000 }
  private static var lastPause: UInt64 { 5_000_000_000 }
  /// Parts of an hour that are tried for one that is free.
  private static var partLimit: Int { 100_000 }

  init(_ options: JournalOptions, files: Files, raw: RawCapture? = nil) {
    self.options = options
    self.files = files
    self.raw = raw
    name = SegmentName(
      nanos: 0, source: raw?.source ?? String(options.shard), ending: options.codec.fileEnding)
  }

  /// One block of whole records.
  mutating func write(_ records: RawSpan, recordCount: Int, nowNanos: UInt64) {
    write(records, recordCount, rawPlace: nil, nowNanos)
  }

  /// One block of a raw capture; `place` has the count and the range of the receive times.
  mutating func write(raw bytes: RawSpan, place: BlockHeader, nowNanos: UInt64) {
    write(bytes, Int(place.recordCount), rawPlace: place, nowNanos)
  }

  private mutating func write(
    _ records: RawSpan, _ recordCount: Int, rawPlace: BlockHeader?, _ nowNanos: UInt64
  ) {
    guard recordCount > 0 else { return }
    status.offered &+= UInt64(recordCount)
    if status.isFailing, isPausing(nowNanos) {
      return lose(records, recordCount, status.lastError)
    }
    do throws(JournalError) {
      try store(records, recordCount, rawPlace, nowNanos)
    } catch {
      fail(error, nowNanos)
      lose(records, recordCount, error)
      return
    }
    status.isFailing = false
    pause = Self.firstPause
    status.written &+= UInt64(recordCount)
    status.rawBytes &+= UInt64(records.byteCount)
    unsynced &+= UInt64(recordCount)
    count()
    if options.sync == .block { sync(nowNanos) }
  }

  /// Syncs where the interval has passed, and cuts a torn end that could not be cut before.
  mutating func tick(nowNanos: UInt64) {
    if status.isFailing, !isPausing(nowNanos) { cutTail(nowNanos) }
    guard case .interval(let interval) = options.sync, unsynced > 0 else { return }
    // The clock may be set back.
    if nowNanos < lastSync || nowNanos - lastSync >= interval { sync(nowNanos) }
  }

  /// Ends the segment with its index and syncs it, whatever the policy.
  mutating func close(nowNanos: UInt64) {
    guard segment != nil else { return }
    end(nowNanos)
  }

  private func isPausing(_ nowNanos: UInt64) -> Bool {
    nowNanos < retryAt && retryAt - nowNanos <= Self.lastPause
  }

  private mutating func store(
    _ records: RawSpan, _ recordCount: Int, _ rawPlace: BlockHeader?, _ nowNanos: UInt64
  ) throws(JournalError) {
    let first = rawPlace.map(\.minTsRecv) ?? firstTime(records)
    let time = first ?? (lastTime > 0 ? lastTime : nowNanos)
    lastTime = time
    // A tail that cannot be cut now either is left to the next start: the segment is given up.
    if segment?.hasTail == true {
      cutTail(nowNanos)
      if segment?.hasTail == true { giveUp() }
    }
    if segment != nil, isDue(time) { end(nowNanos) }
    if segment == nil { try open(records, time: time, nowNanos) }
    if let rawPlace {
      _ = try segment?.append(raw: records, place: rawPlace)
      ordinal &+= UInt64(recordCount)
      return
    }
    if needsRepeating {
      try Self.append(symbols, isRepeated: true, to: &segment, limit: options.blockRecords)
      needsRepeating = false
    }
    if !lostSymbols.isEmpty {
      ordinal &+= try Self.append(
        lostSymbols, isRepeated: false, to: &segment, limit: options.blockRecords)
      lostSymbols.removeAll()
    }
    _ = try segment?.append(records, recordCount: recordCount)
    ordinal &+= UInt64(recordCount)
    if segment?.hasSymbols == true { symbols.learn(records) }
  }

  /// Whether a block that begins at `time` belongs into a new segment.
  private mutating func isDue(_ time: UInt64) -> Bool {
    guard let bytes = segment?.byteCount else { return true }
    if bytes >= options.segmentBytes { return true }
    let length = options.rotation == .hour ? SegmentName.hourNanos : SegmentName.dayNanos
    let (current, wanted) = (name.startNanos / length, time / length)
    // Records may come a little out of order; a step of more than one back is another day's replay,
    // or the end of a wrong clock.
    return wanted > current || wanted &+ 1 < current
  }

  /// Receive time of the first record that has one: not the end of an interval, which would send a
  /// block that happens to begin with a sampled quote into another hour's segment.
  private func firstTime(_ records: RawSpan) -> UInt64? {
    var at = 0
    while let head = RecordHeader(copying: records, at: at), head.length >= 4 {
      if !head.rtype.isSampled, let offset = head.rtype.receiveTimeOffset,
        let time = records.loadLE(UInt64.self, at: at + offset), time != Undefined.timestamp
      {
        return time
      }
      at += head.byteCount
    }
    return nil
  }
}

extension ShardWriter {
  /// Makes the next segment, with what is known of the instruments where it is not the first.
  private mutating func open(
    _ records: RawSpan, time: UInt64, _ nowNanos: UInt64
  ) throws(JournalError) {
    name = SegmentName(nanos: time, source: name.source, ending: name.ending)
    let folder = "\(options.root)/\(options.dataset)/\(name.dayFolder)"
    try files.makeFolders(folder)
    name.part = nextPart(in: folder)
    let preamble: [UInt8]
    if let raw { preamble = raw.preamble } else { preamble = try metadata(records, time: time) }
    segment = try create(header(nowNanos), preamble: preamble, folder: folder)
    segmentPath = "\(folder)/\(name.fileName)"
    status.segments &+= 1
    lastSync = nowNanos
  }

  /// The first frame's content: all symbols known, those of the block that comes too.
  private mutating func metadata(
    _ records: RawSpan, time: UInt64
  ) throws(JournalError) -> [UInt8] {
    needsRepeating = !symbols.isEmpty
    symbols.learn(records)
    var metadata = DBNMetadata(dataset: options.dataset, start: time)
    symbols.describe(in: &metadata, date: name.date, nextDate: name.nextDate)
    return try metadata.journalBytes()
  }

  /// Takes the first part that is free.
  private mutating func create(
    _ header: SegmentHeader, preamble: [UInt8], folder: String
  ) throws(JournalError) -> SegmentOutput<Files> {
    var header = header
    while true {
      header.part = UInt32(name.part)
      do throws(JournalError) {
        let made = try SegmentOutput(
          path: "\(folder)/\(name.fileName)", header: header, preamble: rawBytes(of: preamble),
          files: files)
        try files.syncFolder(folder)
        return made
      } catch {
        guard case .system("open", _, EEXIST) = error, name.part < Self.partLimit else {
          throw error
        }
        name.part += 1
      }
    }
  }

  private func header(_ nowNanos: UInt64) -> SegmentHeader {
    var header = SegmentHeader()
    header.segmentID = .random(in: 1...UInt64.max)
    header.runID = options.runID
    header.createdNanos = nowNanos
    header.firstOrdinal = ordinal
    header.shard = UInt32(options.shard)
    header.shardCount = UInt32(options.shardCount)
    header.blockRecords = UInt32(options.blockRecords)
    header.codec = options.codec
    if raw != nil { header.dbnVersion = 0 }
    header.dataset = options.dataset
    header.instance = options.instance
    return header
  }

  /// The part after the last one of the hour, whatever its files' endings are.
  private func nextPart(in folder: String) -> Int {
    var last = 0
    for file in files.names(in: folder) {
      guard
        let taken = SegmentName(day: name.dayFolder, file: ShardRecovery<Files>.segmentFile(file)),
        taken.hour == name.hour, taken.source == name.source
      else { continue }
      last = max(last, taken.part)
    }
    return last + 1
  }

  /// Writes mappings and definitions as blocks of their own and gives their number.
  @discardableResult
  private static func append(
    _ store: borrowing SymbolStore, isRepeated: Bool, to segment: inout SegmentOutput<Files>?,
    limit: Int
  ) throws(JournalError) -> UInt64 {
    let records = store.records
    var at = 0
    var total: UInt64 = 0
    while at < records.byteCount {
      let (size, count) = Self.prefix(records, from: at, limit: limit)
      guard count > 0 else { break }
      _ = try segment?.append(
        records.extracting(at..<(at + size)), recordCount: count, isRepeated: isRepeated)
      total += UInt64(count)
      at += size
    }
    return total
  }

  /// Bytes and number of the whole records from `start` on, `limit` at most.
  private static func prefix(_ records: RawSpan, from start: Int, limit: Int) -> (Int, Int) {
    var at = start
    var count = 0
    while count < limit, let head = RecordHeader(copying: records, at: at) {
      at += head.byteCount
      count += 1
    }
    return (at - start, count)
  }
}

extension ShardWriter {
  /// Takes the block for lost; its mappings and definitions are kept all the same.
  private mutating func lose(_ records: RawSpan, _ recordCount: Int, _ error: JournalError?) {
    status.lose(recordCount, error?.lossCause ?? .other)
    guard raw == nil else { return }
    symbols.learn(records)
    lostSymbols.learn(records)
  }

  private mutating func fail(_ error: JournalError, _ nowNanos: UInt64) {
    status.lastError = error
    // Records that are none say nothing about the disk.
    guard error.lossCause != .refused else { return }
    status.failures &+= 1
    status.isFailing = true
    retryAt = nowNanos &+ pause
    pause = min(pause * 2, Self.lastPause)
    cutTail(nowNanos)
  }

  /// Cuts what a failed write has left; where that fails, it is tried again later.
  private mutating func cutTail(_ nowNanos: UInt64) {
    guard segment?.hasTail == true else { return }
    do throws(JournalError) {
      try segment?.cutTail()
    } catch {
      status.failures &+= 1
      status.lastError = error
    }
  }

  private mutating func sync(_ nowNanos: UInt64) {
    lastSync = nowNanos
    guard segment != nil, options.sync != .off else { return }
    let start = monotonicNanos()
    do throws(JournalError) {
      try segment?.sync()
      status.durable &+= unsynced
      unsynced = 0
    } catch {
      fail(error, nowNanos)
      giveUp()
    }
    status.syncs &+= 1
    status.syncNanos &+= monotonicNanos() &- start
  }

  /// Ends the segment in order: index, and sync where the policy knows it.
  private mutating func end(_ nowNanos: UInt64) {
    do throws(JournalError) {
      try segment?.cutTail()
      try segment?.seal()
    } catch {
      // It stays readable without its index; the next start's recovery adds it.
      status.failures &+= 1
      status.lastError = error
      try? segment?.cutTail()
    }
    sync(nowNanos)
    close()
  }

  /// Leaves the segment as it is; what no sync has covered never counts as durable.
  private mutating func giveUp() {
    if options.sync != .off { status.doubtful &+= unsynced }
    close()
  }

  private mutating func close() {
    unsynced = 0
    count()
    endedBytes &+= segment?.byteCount ?? 0
    endedBlocks &+= segment?.blockCount ?? 0
    segment = nil
    segmentPath = nil
  }

  private mutating func count() {
    status.bytesWritten = endedBytes &+ (segment?.byteCount ?? 0)
    status.blocks = endedBlocks &+ (segment?.blockCount ?? 0)
  }

  private func monotonicNanos() -> UInt64 { ml_clock_nanos() }
}

extension JournalError {
  /// What a loss by this error is counted as.
  var lossCause: JournalLossCause {
    switch self {
    case .system(_, _, let code):
      switch code {
      case ENOSPC, EDQUOT, EFBIG: .noSpace
      case EROFS, EACCES, EPERM: .readOnly
      case EIO, ENXIO, ENODEV: .device
      default: .other
      }
    case .badOption: .refused
    default: .other
    }
  }
}

internal import FeedKit
internal import Lanes
internal import Records
internal import Timing
internal import Wire

/// What the lab records in a worker: for each record when it was taken and when it was published,
/// counted from when it was due.
///
/// `laneWait` is the time from the writing of a record to its taking, of those that the reader has
/// stamped. `work` is the time from the taking of a batch to its last publication, divided by its
/// records.
struct WorkerRecords: ~Copyable {
  var taken: LatencyRecorder
  var laneWait: LatencyRecorder
  var work: LatencyRecorder
  var published: LatencyRecorder
  var watch: HiccupWatch
  private let clock: TickClock
  private let dues: DueTimes
  private let stamps: StampLane?
  /// Whether the thread does nothing but look for records, so that every gap is the machine's.
  private let spins: Bool
  private var now: UInt64
  /// Ends of the last batches, as ordinals, and when they were taken: stamps come a little later.
  private var ends = InlineArray<16, UInt64>(repeating: 0)
  private var times = InlineArray<16, UInt64>(repeating: 0)
  private var batches = 0
  /// Batches in all.
  private var looks = 0

  /// Whether each record's publication is recorded; else that of every eighth small batch, since
  /// recording takes time that the next record waits for.
  private let recordsPublished: Bool

  /// Batches, and records of one, up to which most are recorded as taken only.
  private static var publishedEvery: Int { 8 }
  private static var smallBatch: Int { 8 }

  /// What a record with its book may take.
  private static var workNanos: UInt64 { 500 }

  init(
    clock: TickClock, due: LabProbe.DueField, options: LatencyRecorder.Options,
    marks: WindowMarks?, stamps: StampLane?, thresholdNanos: UInt64, spins: Bool,
    recordsPublished: Bool
  ) {
    self.spins = spins
    self.recordsPublished = recordsPublished
    var plain = options
    plain.slots = 0
    taken = LatencyRecorder(options, marks: marks)
    laneWait = LatencyRecorder(plain, marks: marks)
    work = LatencyRecorder(plain, marks: marks)
    published = LatencyRecorder(options, marks: marks)
    self.clock = clock
    self.stamps = stamps
    dues = DueTimes(due, from: marks?.start ?? options.start)
    now = clock.now
    watch = HiccupWatch(now: now, marks: marks, thresholdNanos: thresholdNanos)
  }

  /// A batch was taken from a lane. Reads the clock and no more: the records wait.
  @inline(__always)
  mutating func take() {
    now = clock.now
    if spins { watch.note(now) } else { watch.skip(to: now) }
  }

  /// The batch was published. `ordinal` is the number of its last record in the lane.
  mutating func published(_ batch: borrowing RecordBatch, upTo ordinal: UInt64) {
    looks &+= 1
    if !recordsPublished, batch.count <= Self.smallBatch, looks % Self.publishedEvery != 0 {
      for index in 0..<batch.count {
        // Safety: the batch's records are whole until they are given back.
        let due = unsafe dues.due(of: batch[index])
        if due > 0 { taken.record(due: due, seen: now) }
      }
      taken.noteDepth(UInt64(batch.count))
      if stamps != nil { note(end: ordinal, takenAt: now) }
      return
    }
    let start = now
    let count = UInt64(batch.count)
    let end = clock.now
    watch.note(end, after: count &* Self.workNanos)
    // One small batch stands for those that are passed over: large ones are all recorded, and would
    // weigh too much.
    let weight = UInt64(
      recordsPublished || batch.count > Self.smallBatch ? 1 : Self.publishedEvery)
    var oldest: UInt64 = 0
    for index in 0..<batch.count {
      // Safety: the batch's records are whole until they are given back.
      let due = unsafe dues.due(of: batch[index])
      guard due > 0 else { continue }
      taken.record(due: due, seen: start)
      published.record(
        due: due, seen: end, nanos: end > due ? end &- due : 0, count: weight)
      if oldest == 0 { oldest = due }
    }
    taken.noteDepth(count)
    if oldest > 0 {
      work.record(
        due: oldest, seen: end, nanos: (end &- start) / count, count: count &* weight)
    }
    // The recording itself, at most 2 µs a batch, is below what counts as a gap.
    if stamps != nil { note(end: ordinal, takenAt: start) }
  }

  /// There was nothing to take.
  @inline(__always)
  mutating func look() {
    now = clock.now
    watch.note(now)
  }

  /// There has been nothing to take for a while: settles what waits.
  mutating func idle() {
    taken.settle(now: now, atMost: 8)
    published.settle(now: now, atMost: 8)
  }

  private mutating func note(end ordinal: UInt64, takenAt time: UInt64) {
    ends[batches & 15] = ordinal
    times[batches & 15] = time
    batches &+= 1
    takeStamps(upTo: ordinal)
  }

  private mutating func takeStamps(upTo ordinal: UInt64) {
    guard let stamps else { return }
    while let stamp = stamps.first, stamp.ordinal <= ordinal {
      if let time = timeTaken(stamp.ordinal) {
        laneWait.record(
          due: stamp.nanos, seen: time, nanos: time > stamp.nanos ? time &- stamp.nanos : 0)
      }
      stamps.drop()
    }
  }

  /// When a record was taken: of the last batches the earliest that reaches it; nil where that may
  /// have been one before them.
  private func timeTaken(_ ordinal: UInt64) -> UInt64? {
    let oldest = max(0, batches - 16)
    guard oldest == 0 || ends[oldest & 15] < ordinal else { return nil }
    for batch in oldest..<batches where ends[batch & 15] >= ordinal { return times[batch & 15] }
    return nil
  }

  /// Settles what waits. After the run.
  mutating func finish() {
    taken.finish()
    laneWait.finish()
    work.finish()
    published.finish()
  }
}

/// The records of one worker, at a place of their own: the worker looks some million times a
/// second, and a class's fields would be checked for exclusive access at each of them.
///
/// Owned by the worker's thread until it has ended.
@safe final class WorkerProbe: @unchecked Sendable {
  // Safety of `@unchecked`: one thread at a time, as above.
  private let records: UnsafeMutablePointer<WorkerRecords>

  init(_ made: consuming WorkerRecords) {
    // Safety: one value, initialised here and ended by `deinit`.
    unsafe records = ApartMemory.allocate(WorkerRecords.self, count: 1)
    unsafe records.initialize(to: made)
  }

  deinit {
    // Safety: made by `init`; nobody looks any more.
    unsafe records.deinitialize(count: 1)
    unsafe records.deallocate()
  }

  // Safety of the calls below: the value lives as long as `self`, and one thread calls at a time.

  @inline(__always)
  func take() { unsafe records.pointee.take() }

  func published(_ batch: borrowing RecordBatch, upTo ordinal: UInt64) {
    unsafe records.pointee.published(batch, upTo: ordinal)
  }

  @inline(__always)
  func look() { unsafe records.pointee.look() }

  func idle() { unsafe records.pointee.idle() }

  func finish() { unsafe records.pointee.finish() }

  /// Gives the recorders to `body`. After the thread has ended.
  func withRecords(_ body: (borrowing WorkerRecords) -> Void) { unsafe body(records.pointee) }
}

/// Finds in a record when its message was due.
@safe struct DueTimes {
  /// Where the field stands, by record type; 0 where there is none.
  private let offsets: InlineArray<256, UInt8>
  private let start: UInt64

  /// `start`: when the first message is due, Unix ns. What has an earlier time is none of the load.
  init(_ field: LabProbe.DueField, from start: UInt64) {
    self.start = start
    var offsets = InlineArray<256, UInt8>(repeating: 0)
    for type in 0..<256 {
      let place = RType(rawValue: UInt8(type)).receiveTimeOffset ?? 0
      offsets[type] = field == .tsRecv ? UInt8(place) : 8
    }
    // Records of our own carry times that no message had.
    for type in [RType.system, .error, .symbolMapping] { offsets[Int(type.rawValue)] = 0 }
    self.offsets = offsets
  }

  /// The due time of the record at `record`, Unix ns; 0 where it has none of the load.
  @inline(__always)
  func due(of record: UnsafeRawPointer) -> UInt64 {
    // Safety: a whole record lies there; the offsets lie inside of the records of these types.
    let type = unsafe record.load(fromByteOffset: 1, as: UInt8.self)
    let offset = Int(offsets[Int(type)])
    guard offset > 0 else { return 0 }
    let due = unsafe record.load(fromByteOffset: offset, as: UInt64.self)
    return due == Undefined.timestamp || due < start ? 0 : due
  }
}

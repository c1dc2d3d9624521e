internal import FeedKit
public import Ledger
public import Timing

/// What the latency lab records in the threads of a pipeline. One probe for one run.
///
/// Give it to `PipelineOptions.lab`; after `Pipeline.stop`, `finish` and read `stages` and
/// `hiccups`. Every thread records into histograms of its own; the memory is had and touched by
/// `init`, and for each shard before the pipeline starts.
///
/// | stage | `from` | what |
/// | --- | --- | --- |
/// | receive | due | age of a message when the decoder gets it (paced input only) |
/// | decode | stage | own time of a message, of every eighth group (paced input only) |
/// | decode | due | age of a message once it is in the lane (paced input only) |
/// | lane_wait | stage | from the writing of a record to its taking, of one in 16 groups |
/// | lane_wait | due | age of a record when the worker takes it |
/// | worker | stage | own time of a record: book and publication |
/// | publish | due | age of a record when the worker's batch is in shared memory |
///
/// The paced reader records every eighth group of messages that were due at one reading of its
/// clock, with the age of the oldest; the worker records each record, at the clock of its batch.
public final class LabProbe: @unchecked Sendable {
  // Safety of `@unchecked`: changed while the pipeline is built and after it has stopped only.
  /// Where a record says when its message was due.
  public enum DueField: String, Sendable {
    /// The receive time: paced input in this process.
    case tsRecv
    /// The event time: a sender has stamped the message.
    case tsEvent
  }

  public let clock: TickClock
  public let dueField: DueField
  public let marks: WindowMarks?
  public let options: LatencyRecorder.Options
  public let thresholdNanos: UInt64
  private let recordsPublished: Bool
  let reader: ReaderProbe
  private var workers: [WorkerProbe] = []
  private let stamps: StampLane
  /// The reader's watch, once it has ended.
  var readerWatch: HiccupWatch?
  private var isFinished = false

  /// - Parameters:
  ///   - due: the field that carries due times.
  ///   - options: memory of each recorder. The series is kept of records taken and published.
  ///   - marks: where gaps of the threads are marked; held by the caller until the probe is gone.
  ///   - thresholdNanos: the longest gap between two readings of a clock that is none.
  ///   - recordsPublished: whether `publish` and `worker` are recorded of each record, not only of
  ///     every eighth small batch.
  public init(
    clock: TickClock, due: DueField, options: LatencyRecorder.Options, marks: WindowMarks? = nil,
    thresholdNanos: UInt64 = HiccupWatch.defaultThresholdNanos, recordsPublished: Bool = true
  ) {
    self.recordsPublished = recordsPublished
    self.clock = clock
    dueField = due
    self.options = options
    self.marks = marks
    self.thresholdNanos = thresholdNanos
    stamps = StampLane()
    var plain = options
    plain.slots = 0
    reader = ReaderProbe(plain, marks: marks, stamps: stamps)
  }

  /// The probe of the next shard's worker.
  func makeWorker(shards: Int, spins: Bool) -> WorkerProbe {
    let worker = WorkerProbe(
      WorkerRecords(
        clock: clock, due: dueField, options: options, marks: marks,
        stamps: shards == 1 ? stamps : nil, thresholdNanos: thresholdNanos, spins: spins,
        recordsPublished: recordsPublished))
    workers.append(worker)
    return worker
  }

  /// Settles what waits for its windows. After `Pipeline.stop`, and after other processes have
  /// marked their gaps.
  public func finish() {
    guard !isFinished else { return }
    isFinished = true
    reader.finish()
    for worker in workers { worker.finish() }
  }

  /// Every stage that has recorded anything, in the order of a message's way. After `finish`.
  public var stages: [LabStageLatency] {
    var stages: [LabStageLatency] = []
    func add(_ name: String, _ from: String, _ merge: (LabStageLatency) -> Void) {
      let stage = LabStageLatency(name: name, from: from)
      merge(stage)
      if stage.all.count > 0 { stages.append(stage) }
    }
    add("receive", "due") { $0.merge(reader.receive) }
    add("decode", "stage") { $0.merge(reader.decode) }
    add("decode", "due") { $0.merge(reader.decoded) }
    func each(_ body: (borrowing WorkerRecords) -> Void) {
      for worker in workers { worker.withRecords(body) }
    }
    add("lane_wait", "stage") { stage in each { stage.merge($0.laneWait) } }
    add("lane_wait", "due") { stage in each { stage.merge($0.taken) } }
    add("worker", "stage") { stage in each { stage.merge($0.work) } }
    add("publish", "due") { stage in each { stage.merge($0.published) } }
    return stages
  }

  /// Gaps of the spinning threads by their names. After `Pipeline.stop`.
  public var hiccups: [(thread: String, watch: HiccupWatch)] {
    var all: [(thread: String, watch: HiccupWatch)] = []
    if let readerWatch { all.append(("reader", readerWatch)) }
    for (shard, worker) in workers.enumerated() {
      worker.withRecords { all.append(("worker-\(shard)", $0.watch)) }
    }
    return all
  }
}

/// The latencies of one stage, of all threads together.
public final class LabStageLatency {
  /// `receive`, `decode`, `lane_wait`, `worker` or `publish`.
  public let name: String
  /// `stage` (its own time) or `due` (from when the message was due to the stage's end).
  public let from: String
  /// Over all messages, and over those of clean windows.
  public private(set) var all = Histogram()
  public private(set) var clean = Histogram()
  /// What happened when, where the stage keeps a series: of several workers slot by slot the sums,
  /// and the greatest percentiles.
  public private(set) var slots: [SlotSeries.Slot] = []
  /// Messages that stand in `all` only, since too many waited for their windows.
  public private(set) var overflowed: UInt64 = 0
  /// Messages of marked windows.
  public private(set) var unclean: UInt64 = 0

  /// Messages in `all` and in `clean`.
  public var allCount: UInt64 { all.count }
  public var cleanCount: UInt64 { clean.count }

  init(name: String, from: String) {
    self.name = name
    self.from = from
  }

  func merge(_ recorder: borrowing LatencyRecorder) {
    all.merge(recorder.all)
    clean.merge(recorder.clean)
    overflowed &+= recorder.overflowed
    unclean &+= recorder.unclean
    let more = recorder.series.slots
    guard recorder.hasSeries else { return }
    guard !slots.isEmpty else {
      slots = more
      return
    }
    for (index, slot) in more.enumerated() where index < slots.count {
      slots[index].offered &+= slot.offered
      slots[index].seen &+= slot.seen
      slots[index].p50 = max(slots[index].p50, slot.p50)
      slots[index].p99 = max(slots[index].p99, slot.p99)
      slots[index].max = max(slots[index].max, slot.max)
      slots[index].depth = max(slots[index].depth, slot.depth)
    }
  }
}

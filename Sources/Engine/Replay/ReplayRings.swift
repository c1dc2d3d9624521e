internal import CLinux
public import Ledger
internal import Records
public import SharedMemory
internal import Wire

/// How the rings of a replay are made.
public struct ReplayRingOptions: Sendable {
  public var location: RingLocation
  public var dataset = ""
  public var shards = 1
  /// Lines of each ring, a power of two.
  public var ringLines = 1 << 16
  public var version = ""
  /// Symbols that readers shall find from the start, by ring.
  public var symbols: [[SymbolFile.Entry]] = []

  public init(location: RingLocation) { self.location = location }
}

/// Shared memory as the outlet of a replay: rings, symbol files and counters where a live pipeline
/// of this name has them, so that readers, `status` and `tail` see no difference.
///
/// Rings never wait: a reader that is slower than the replay is lapped and learns it, as live.
public final class ReplayRings: ReplayOutlet, @unchecked Sendable {
  // Safety of `@unchecked`: `rings` and `source` belong to the giving thread, from `publish` to
  // `finish`; `counters` and `instance` to the thread that watches.
  private let rings: [Box]
  private var source: CounterBlock<SourceCounters>
  private var counters: CounterFileWriter
  private var instance: CounterBlock<InstanceCounters>
  private let counterPath: String
  private var isFinished = false
  private var isTouched: [Bool]
  private var nextCount: UInt64 = 0
  private var nextBeat: UInt64 = 0

  private final class Box {
    var ring: ReplayRing
    init(_ ring: consuming ReplayRing) { self.ring = ring }
  }

  /// The counters are published this often, ns, and the rings give a sign of life.
  private static var countNanos: UInt64 { 1_000_000 }
  private static var beatNanos: UInt64 { 100_000_000 }
  /// Most records between two publications: those of some chunks, or of `countNanos`.
  private static var batchRecords: Int { 200_000 }

  /// Opens everything. Throws where another pipeline has this name.
  public init(_ options: ReplayRingOptions) throws(ReplayError) {
    var writers: [RingBox] = []
    do throws(SharedMemoryError) {
      for shard in 0..<options.shards {
        let ring = BroadcastWriter.Options(
          instance: options.location.instance, dataset: options.dataset, shard: shard,
          shardCount: options.shards, capacityLines: options.ringLines)
        writers.append(try RingBox(location: options.location, options: ring))
      }
    } catch {
      throw .sharedMemory(error)
    }
    counterPath = "\(options.location.instanceFolder)/counters"
    do throws(CounterFileError) {
      counters = try CounterFileWriter(
        path: counterPath, plan: Self.plan(options),
        identity: InstanceIdentity(
          instance: options.location.instance, version: options.version, verb: "replay"))
    } catch {
      throw .counters(error)
    }
    instance = counters.claimInstance()
    source = counters.claimSource(0)
    var rings: [Box] = []
    for shard in 0..<options.shards {
      guard let ring = writers[shard].takeRing(), let symbols = writers[shard].takeSymbols() else {
        continue
      }
      rings.append(
        Box(
          ReplayRing(
            ring: ring, symbols: symbols, lane: counters.claimLane(source: 0, shard: shard),
            shard: counters.claimShard(shard),
            outlet: counters.claimOutlet(shard: shard, index: 0))))
    }
    self.rings = rings
    isTouched = Array(repeating: false, count: rings.count)
    for (shard, entries) in options.symbols.enumerated() where shard < rings.count {
      for entry in entries { rings[shard].ring.note(Self.mapping(entry)) }
    }
  }

  private static func mapping(_ entry: SymbolFile.Entry) -> SymbolMappingMessage {
    SymbolMappingMessage(
      publisherID: entry.publisherID, instrumentID: entry.instrumentID, stypeIn: .rawSymbol,
      stypeInSymbol: InlineArray(text: entry.symbol))
  }

  private static func plan(_ options: ReplayRingOptions) -> CounterPlan {
    var plan = CounterPlan(rejectReasons: [])
    plan.addSource(0, name: "replay", batchRecords: batchRecords)
    for shard in 0..<options.shards {
      plan.addLane(source: 0, shard: shard, capacityRecords: 0, batchRecords: batchRecords)
    }
    for shard in 0..<options.shards {
      plan.addShard(shard, name: "shard-\(shard)", batchRecords: batchRecords)
      plan.addOutlet(
        shard: shard, index: 0, name: "shm-\(shard)", batchRecords: batchRecords)
    }
    return plan
  }

  public func publish(_ records: RawSpan, recordCount: Int, ring: Int) {
    source.counters.messages &+= UInt64(recordCount)
    source.counters.decoded &+= UInt64(recordCount)
    source.counters.records &+= UInt64(recordCount)
    source.counters.bytes &+= UInt64(records.byteCount)
    source.counters.packets &+= 1
    rings[ring].ring.publish(records)
    isTouched[ring] = true
  }

  public func flush(nowNanos: UInt64) {
    for index in rings.indices where isTouched[index] {
      rings[index].ring.flush(nowNanos: nowNanos)
      isTouched[index] = false
    }
    if nowNanos >= nextCount { publishCounters(nowNanos) }
    if nowNanos >= nextBeat { beat(nowNanos) }
  }

  public func idle(nowNanos: UInt64) {
    beat(nowNanos)
    publishCounters(nowNanos)
  }

  private func beat(_ nowNanos: UInt64) {
    nextBeat = nowNanos &+ Self.beatNanos
    for box in rings { box.ring.flush(nowNanos: nowNanos) }
  }

  private func publishCounters(_ nowNanos: UInt64) {
    nextCount = nowNanos &+ Self.countNanos
    source.publish()
    for box in rings { box.ring.publishCounters() }
  }

  public func finish(nowNanos: UInt64) {
    beat(nowNanos)
    publishCounters(nowNanos)
  }

  /// Checks the ledger, as a pipeline does every second; from the thread that watches. Gives what
  /// is violated.
  public func check() -> [Ledger.Violation] {
    counters.beat()
    guard let snapshot = try? snapshot() else { return [] }
    let violations = Ledger.check(snapshot, quiesced: isFinished)
    instance.counters.checks &+= 1
    instance.counters.violations &+= UInt64(violations.count)
    instance.publish()
    return violations
  }

  /// The last account, after the replay was stopped.
  public func close() -> [Ledger.Violation] {
    isFinished = true
    counters.markStopped()
    return check()
  }

  /// Reads all counters.
  public func snapshot() throws(CounterFileError) -> CounterSnapshot {
    try CounterFile.open(counterPath).snapshot()
  }
}

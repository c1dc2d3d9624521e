internal import Glibc
internal import Ledger
internal import SharedMemory

/// Looks at an instance again and again, whoever writes it.
///
/// The counters file is opened anew each time: a pipeline that starts over replaces it, and the old
/// one would stay as it was for ever.
struct TopLook {
  private let location: RingLocation
  private var last: TopSample?
  private var previous: TopSample?

  init(_ location: RingLocation) { self.location = location }

  /// Takes a look. Throws where there never was anything to see.
  mutating func take() throws(CommandError) {
    let path = InstanceFolder.counters(location)
    do throws(CounterFileError) {
      let snapshot = try CounterFile.open(path).snapshot()
      previous = last
      last = TopSample(snapshot, rings: rings(snapshot))
    } catch {
      // Gone or unreadable while it was watched: the last figures stay, and no rates.
      if last != nil {
        previous = nil
        return
      }
      throw CommandError(
        .badInput, verb: TopVerb.name, happened: error.description, what: path,
        remedy: "make the file readable for this user, or start the instance again")
    }
  }

  /// What lies between the last two looks; nil before the first.
  var frame: TopFrame? { last.map { TopFrame(now: $0, before: previous) } }

  /// The headers of the shards' rings, as far as they can be read.
  private func rings(_ snapshot: CounterSnapshot) -> [Int: RingStatus] {
    var rings: [Int: RingStatus] = [:]
    for block in snapshot.blocks where block.scope == .shard {
      rings[block.major] = try? RingStatus(path: location.ring(shard: block.major))
    }
    return rings
  }
}

/// All that one look saw.
struct TopSample {
  let report: LedgerReport
  let rings: [Int: RingStatus]
  let monotonic: UInt64
  /// After the rings were looked at: no record in them is younger.
  let realtime: RealtimeInstant

  init(_ snapshot: CounterSnapshot, rings: [Int: RingStatus]) {
    report = LedgerReport(snapshot, quiesced: snapshot.isQuiesced)
    self.rings = rings
    monotonic = MonotonicClock.now().rawValue
    realtime = RealtimeClock.now()
  }

  var snapshot: CounterSnapshot { report.snapshot }
  var isRunning: Bool { report.stateName == InstanceState.running.name }

  /// Whether both are of one run of the pipeline.
  func isSameRun(as other: Self) -> Bool {
    snapshot.header.pid == other.snapshot.header.pid
      && snapshot.header.startedAt == other.snapshot.header.startedAt
  }
}

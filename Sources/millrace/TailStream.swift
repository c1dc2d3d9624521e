internal import CLinux
internal import Glibc
internal import Ledger
internal import SharedMemory

/// All shards of an instance, read in turn until there is a reason to end. One thread.
final class TailStream {
  private let location: RingLocation
  private let wanted: Set<String>
  private let follows: Bool
  private let terminal: Terminal
  private let hasAllShards: Bool
  private var shards: [TailShard] = []
  private var notedLost: UInt64 = 0
  private var nextLook: UInt64 = 0

  /// Records that one shard may give before the next one has its turn.
  private static var turnRecords: Int { 256 }
  /// Empty turns before the thread sleeps, about 40 ns each.
  private static var spinTurns: Int { 200 }
  private static var sleepNanos: UInt64 { 1_000_000 }
  private static var lookNanos: UInt64 { 1_000_000_000 }
  /// A writer gives a sign of life ten times a second.
  private static var deathNanos: UInt64 { 5_000_000_000 }

  init(
    _ location: RingLocation, shards numbers: [Int], start: BroadcastReader.Start,
    wanted: Set<String>, follows: Bool, terminal: Terminal
  ) throws(CommandError) {
    self.location = location
    self.wanted = wanted
    self.follows = follows
    self.terminal = terminal
    hasAllShards = numbers.isEmpty
    let first = try Self.open(location, numbers.first ?? 0, start, wanted)
    shards = [first]
    let count = Int(first.status.shardCount)
    for number in hasAllShards ? Array(1..<max(count, 1)) : Array(numbers.dropFirst()) {
      shards.append(try Self.open(location, number, start, wanted))
    }
    let missing = shards.reduce(wanted) { $0.intersection($1.missing) }.sorted()
    if !missing.isEmpty {
      terminal.note("no instrument is called \(missing.joined(separator: ", ")) so far")
    }
  }

  private static func open(
    _ location: RingLocation, _ shard: Int, _ start: BroadcastReader.Start, _ wanted: Set<String>
  ) throws(CommandError) -> TailShard {
    do throws(SharedMemoryError) {
      return try TailShard(location, shard: shard, start: start, wanted: wanted)
    } catch {
      guard case .system(_, let path, let code) = error else {
        throw TailVerb.failure(.badInput, error.description, location.ring(shard: shard), "")
      }
      if code == ENOENT {
        throw TailVerb.failure(
          .unavailable, "the instance has no such shard", path, "see millrace status")
      }
      throw TailVerb.failure(
        .permission, error.description, path, "read it as the user that runs the pipeline")
    }
  }

  /// Prints until the writers have ended, enough was printed, or somebody asks to stop.
  func run(_ printer: TailPrinter, duration: UInt64?) throws(CommandError) -> ExitCode {
    let started = MonotonicClock.now().rawValue
    var code = ExitCode.ok
    var emptyTurns = 0
    while !printer.isDone {
      var isEmpty = true
      for shard in shards where try shard.read(limit: Self.turnRecords, printer) {
        isEmpty = false
        if printer.isDone { break }
      }
      let now = MonotonicClock.now().rawValue
      if let duration, now &- started >= duration { break }
      look(now)
      guard isEmpty else {
        emptyTurns = 0
        if StopSignals.hasCome { break }
        continue
      }
      emptyTurns += 1
      if emptyTurns < Self.spinTurns {
        ml_cpu_pause()
        continue
      }
      try printer.flush()
      if !follows, shards.allSatisfy(\.isClosed) { break }
      if !follows, let dead = deadWriter(now) {
        terminal.note("process \(dead), which wrote \(location.instanceFolder), has died")
        code = .unavailable
        break
      }
      if StopSignals.wait(nanos: Self.sleepNanos) { break }
    }
    try printer.flush()
    summarize(printer)
    return code
  }

  /// Once a second: a note on what was lost, and shards that a new writer has more.
  private func look(_ now: UInt64) {
    guard now >= nextLook else { return }
    nextLook = now &+ Self.lookNanos
    noteLost()
    guard hasAllShards else { return }
    let count = Int(clamping: shards[0].status.shardCount)
    while shards.count < min(count, SharedMemoryLimits.maximumShards) {
      guard
        let shard = try? TailShard(
          location, shard: shards.count, start: .oldest, wanted: wanted)
      else { return }
      shards.append(shard)
    }
  }

  private func noteLost() {
    let lost = shards.reduce(0) { $0 + $1.lost }
    guard lost > notedLost else { return }
    terminal.note("lost \(lost - notedLost) records: overwritten before they were read")
    notedLost = lost
  }

  /// The process of a writer that is gone without having closed its ring.
  private func deadWriter(_ now: UInt64) -> UInt32? {
    for shard in shards where !shard.isClosed {
      let status = shard.status
      guard now > status.heartbeatNanos, now - status.heartbeatNanos > Self.deathNanos else {
        return nil
      }
      if kill(Int32(bitPattern: status.writerPid), 0) != 0, errno == ESRCH {
        return status.writerPid
      }
    }
    return nil
  }

  private func summarize(_ printer: TailPrinter) {
    noteLost()
    let unnamed = shards.reduce(0) { $0 + $1.unnamed }
    if unnamed > 0 {
      terminal.note("left out \(unnamed) records: the symbols of their instruments are unknown")
    }
    terminal.detail("\(printer.printed) records printed")
  }
}

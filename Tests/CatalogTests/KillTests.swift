import Catalog
import Foundation
import Sqlite
import Synchronization
import Testing

/// kill -9 in the middle of writes: a child process writes, and its other thread kills it.
@Suite struct KillTests {
  /// Entries and messages written so far by the child.
  static let written = Atomic<Int>(0)

  /// Kills this process as soon as so many are written: somewhere in the next write.
  static func killAfter(_ count: Int) {
    Thread.detachNewThread {
      while written.load(ordering: .acquiring) < count { sched_yield() }
      kill(getpid(), SIGKILL)
    }
  }

  @Test(arguments: [1, 7, 60, 200]) func theLedgerKeepsWhatItHasTaken(count: Int) async throws {
    let folder = try MadeFolder()
    let path = folder.path("g")
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = path as String, count = count as Int] in
      let ledger = try GapLedger(path: path, startingAt: 1)
      try ledger.watch(source: "iq", instruments: [1, 2, 3], at: 1)
      KillTests.killAfter(count)
      for index in 1... {
        try ledger.add(
          GapEntry(
            source: "iq", epoch: UInt32(index), cause: "reset", instruments: [1, 2, 3],
            from: UInt64(index) * 10, to: UInt64(index) * 10 + 5))
        KillTests.written.store(index, ordering: .releasing)
      }
    }
    let ledger = try GapLedger(path: path, startingAt: 1_000_000_000)
    let found = try ledger.entries()
    let kept = found.filter { $0.cause == "reset" }
    #expect(kept.count >= count)
    #expect(kept.map { Int($0.epoch) } == Array(1...kept.count))
    #expect(kept.allSatisfy { $0.instruments == [1, 2, 3] && $0.ending == .known })
    // The process was watching: its end is an entry of its own.
    #expect(found.count { $0.cause == GapEntry.notRunning } == 1)
  }

  @Test(arguments: [1, 5, 100]) func theQuarantineKeepsWhatItHasTaken(count: Int) async throws {
    let folder = try MadeFolder()
    let path = folder.path("q")
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = path as String, count = count as Int] in
      var writer = try QuarantineWriter(folder: path)
      KillTests.killAfter(count)
      for index in 1... {
        try writer.add(QuarantineTests.entry("message \(index)"))
        KillTests.written.store(index, ordering: .releasing)
      }
    }
    let file = try #require(try QuarantineReader.files(in: path).first)
    let entries = try QuarantineReader.read(file).entries
    #expect(entries.count >= count)
    #expect(entries == (1...entries.count).map { QuarantineTests.entry("message \($0)") })
    try QuarantineTests.keep([QuarantineTests.entry("behind")], in: path)
    #expect(try QuarantineReader.read(file).entries.last == QuarantineTests.entry("behind"))
  }
}

import Foundation
import Ledger
import Synchronization
import Testing

/// What the threads of a small pipeline share: how many records are in each lane's two ends.
private final class SmallPipeline: Sendable {
  let sent: [2 of Atomic<UInt64>] = [Atomic(0), Atomic(0)]
  let taken: [2 of Atomic<UInt64>] = [Atomic(0), Atomic(0)]
  let stop = Atomic(false)
  let finished = Atomic(0)
}

/// Hands a value that cannot be copied over to a thread.
private final class Parcel<Content: ~Copyable>: @unchecked Sendable {
  private var content: Content?
  init(_ content: consuming Content) { self.content = consume content }
  func take() -> Content? { content.take() }
}

@Suite("Counters of running threads", .timeLimit(.minutes(5)))
struct ConcurrencyTests {
  @Test("Snapshots of a hammering writer are consistent")
  func hammer() throws {
    let file = TestFile()
    var writer = try file.writer()
    let parcel = Parcel(writer.claimSource(0))
    let pipeline = SmallPipeline()
    let thread = Thread {
      guard var source = parcel.take() else { return }
      while !pipeline.stop.load(ordering: .relaxed) {
        source.counters.messages &+= 3
        source.counters.decoded &+= 1
        source.counters.ignore(type: UInt8(truncatingIfNeeded: source.counters.messages))
        source.counters.reject(reason: UInt8(truncatingIfNeeded: source.counters.decoded))
        source.publish()
      }
      pipeline.finished.add(1, ordering: .releasing)
    }
    thread.start()
    let reader = try CounterFile.open(file.path)
    var consistent = 0
    var last: UInt64 = 0
    while consistent < 300 || last == 0 {
      let snapshot = reader.snapshot()
      #expect(Ledger.check(snapshot, quiesced: false).isEmpty)
      guard let source = snapshot.block(.source), source.isConsistent else { continue }
      consistent += 1
      #expect(source[.messages] == source[.decoded] + source[.ignored] + source[.rejected])
      #expect(source[.messages] >= last)
      last = source[.messages]
    }
    pipeline.stop.store(true, ordering: .relaxed)
    while pipeline.finished.load(ordering: .acquiring) < 1 { usleep(100) }
  }

  @Test("The ledger of a running pipeline balances at every moment, and exactly at the end")
  func pipeline() throws {
    let file = TestFile()
    var writer = try file.writer(TestFile.plan(batchRecords: 16))
    let pipeline = SmallPipeline()
    startReader(&writer, pipeline)
    startWorker(&writer, pipeline, shard: 0)
    startWorker(&writer, pipeline, shard: 1)
    let file2 = try CounterFile.open(file.path)
    var rounds = 0
    while rounds < 500 {
      let violations = Ledger.check(file2.snapshot(), quiesced: false)
      #expect(violations.isEmpty, "\(violations)")
      rounds += 1
    }
    pipeline.stop.store(true, ordering: .relaxed)
    while pipeline.finished.load(ordering: .acquiring) < 3 { usleep(100) }
    let last = file2.snapshot()
    #expect(Ledger.check(last, quiesced: true).isEmpty)
    #expect(last.total(.received) == last.total(.records))
    #expect(last.total(.records) > 0)
  }

  /// The reader's thread: up to 16 records a batch, into lanes of 100 records, shared evenly.
  private func startReader(_ writer: inout CounterFileWriter, _ pipeline: SmallPipeline) {
    let source = Parcel(writer.claimSource(0))
    let lane0 = Parcel(writer.claimLane(source: 0, shard: 0))
    let lane1 = Parcel(writer.claimLane(source: 0, shard: 1))
    let thread = Thread {
      guard var source = source.take(), var lane0 = lane0.take(), var lane1 = lane1.take()
      else { return }
      while !pipeline.stop.load(ordering: .relaxed) {
        let first0 = pipeline.sent[0].load(ordering: .relaxed)
        let first1 = pipeline.sent[1].load(ordering: .relaxed)
        let free0 = 100 - (first0 - pipeline.taken[0].load(ordering: .acquiring))
        let free1 = 100 - (first1 - pipeline.taken[1].load(ordering: .acquiring))
        let count = min(free0, free1, 8)
        pipeline.sent[0].store(first0 + count, ordering: .releasing)
        pipeline.sent[1].store(first1 + count, ordering: .releasing)
        source.counters.messages += 2 * count
        source.counters.decoded += 2 * count
        source.counters.records += 2 * count
        lane0.counters.enqueued += count
        lane1.counters.enqueued += count
        source.publish()
        lane0.publish()
        lane1.publish()
        if count == 0 { usleep(1) }
      }
      pipeline.finished.add(1, ordering: .releasing)
    }
    thread.start()
  }

  /// A worker's thread: takes up to 16 records a batch, adds one of its own to each batch.
  private func startWorker(
    _ writer: inout CounterFileWriter, _ pipeline: SmallPipeline, shard: Int
  ) {
    let block = Parcel(writer.claimShard(shard))
    let outlet = Parcel(writer.claimOutlet(shard: shard, index: 0))
    let thread = Thread {
      guard var block = block.take(), var outlet = outlet.take() else { return }
      while true {
        let isLast = pipeline.finished.load(ordering: .acquiring) > 0
        let taken = pipeline.taken[shard].load(ordering: .relaxed)
        let sent = pipeline.sent[shard].load(ordering: .acquiring)
        let count = min(sent - taken, 15)
        if count == 0, isLast { break }
        pipeline.taken[shard].store(taken + count, ordering: .releasing)
        block.counters.received += count
        block.counters.delivered += count
        block.counters.derived += count > 0 ? 1 : 0
        outlet.counters.offered = block.counters.delivered + block.counters.derived
        outlet.counters.written = outlet.counters.offered
        block.publish()
        outlet.publish()
      }
      pipeline.finished.add(1, ordering: .releasing)
    }
    thread.start()
  }
}

import Engine
import FeedRegistry
import Foundation
import Ledger
import Records
import SharedMemory
import Synchronization
import TestSupport
import Testing
import Wire

/// Functions of the process behind a whole pipeline: what they get, what they lose, and that their
/// failures are theirs alone.
@Suite struct SubscriberTests {
  private struct Refused: Error, CustomStringConvertible {
    var description: String { "not today" }
  }

  /// What a callback has seen; its calls come from one thread a shard.
  private final class Seen: Sendable {
    let records = Mutex<[UInt64]>([])

    /// Fingerprints of records, in order.
    func take(_ block: RawSpan) {
      var marks: [UInt64] = []
      PipelineSubscriber.forEachRecord(in: block) { marks.append(SubscriberTests.mark($0)) }
      records.withLock { $0 += marks }
    }
  }

  /// FNV-1a.
  private static func mark(_ record: RawSpan) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in 0..<record.byteCount {
      hash = (hash ^ UInt64(record.uncheckedByte(at: index))) &* 0x100_0000_01B3
    }
    return hash
  }

  /// Runs a file of a simulated day; gives the pipeline after its end.
  private func run(
    _ subscribers: [PipelineSubscriber], beforeEnd: (Pipeline) -> Void = { _ in }
  ) throws -> Pipeline {
    let url = FileManager.default.temporaryDirectory.appending(path: "millrace-\(UUID()).itch")
    try Data(PacedDay.bytes(6_000, symbols: 50, seed: 11)).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let feed = try #require(FeedRegistry.feed(named: "itch50"))
    var options = PipelineOptions(instance: "test-\(UUID().uuidString.prefix(8))", verb: "test")
    options.ringLines = 1 << 18
    options.subscribers = subscribers
    let pipeline = try Pipeline(
      options: options,
      sources: [
        SourceConfiguration(
          name: "itch", feed: feed, input: .file(try InputRecognition(path: url.path, as: feed)))
      ], version: "test")
    try pipeline.start()
    #expect(Patience.wait { pipeline.isFinished })
    beforeEnd(pipeline)
    #expect(pipeline.stop().map(\.description) == [])
    return pipeline
  }

  private func ring(_ pipeline: Pipeline) throws -> [UInt64] {
    var reader = try BroadcastReader(path: "\(pipeline.folder)/shard-0.ring")
    var marks: [UInt64] = []
    while case .record = reader.poll() { marks.append(Self.mark(reader.record)) }
    return marks
  }

  /// The account of a subscriber, by its place in the options: outlets 0 and 1 are the ring's and
  /// the journal's.
  private func account(_ pipeline: Pipeline, _ place: Int) throws -> BlockSnapshot {
    try #require(try pipeline.snapshot().block(.outlet, 0, place + 2))
  }

  private func loss(_ outlet: BlockSnapshot, _ cause: LossCause) -> UInt64 {
    outlet.words(.lost)[Int(cause.rawValue)]
  }

  @Test("A subscriber that keeps up gets what the ring gets, in its order")
  func everything() throws {
    let seen = Seen()
    var subscriber = PipelineSubscriber(name: "all") { records, block in
      #expect(block.shard == 0 && block.lost == 0)
      seen.take(records)
    }
    // Room for the whole day: it keeps up on any machine.
    subscriber.buffers = 64
    let pipeline = try run([subscriber])
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    let marks = seen.records.withLock { $0 }
    #expect(marks.count > 6_000)
    #expect(try marks == ring(pipeline))
    let outlet = try account(pipeline, 0)
    #expect(outlet[.written] == UInt64(marks.count) && outlet[.offered] == UInt64(marks.count))
  }

  @Test("A subscriber that stands still holds nobody back, and what it loses is counted exactly")
  func slow() throws {
    let seen = Seen()
    let gate = DispatchSemaphore(value: 0)
    let isOpen = Atomic(false)
    var subscriber = PipelineSubscriber(name: "slow") { records, _ in
      if !isOpen.load(ordering: .acquiring) {
        gate.wait()
        gate.signal()
      }
      seen.take(records)
    }
    subscriber.blockRecords = 64
    subscriber.buffers = 3
    let pipeline = try run([subscriber]) { pipeline in
      // The worker has gone on although the callback has not returned once and has room for 192
      // records: messages that become none, and records that the worker adds, do not count here.
      let isThrough = Patience.wait {
        guard let shard = try? pipeline.snapshot().block(.shard, 0) else { return false }
        return shard[.delivered] > 1_000
      }
      #expect(isThrough)
      isOpen.store(true, ordering: .releasing)
      gate.signal()
    }
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    let all = try ring(pipeline)
    let marks = seen.records.withLock { $0 }
    let outlet = try account(pipeline, 0)
    let lost = loss(outlet, .full)
    #expect(lost > 0)
    #expect(outlet[.offered] == UInt64(all.count))
    #expect(UInt64(marks.count) + lost == UInt64(all.count))
    // What it did get is the ring's, in order.
    var rest = all[...]
    for mark in marks {
      guard let place = rest.firstIndex(of: mark) else {
        Issue.record("a record that the ring does not have at this place")
        break
      }
      rest = rest[(place + 1)...]
    }
  }

  @Test("A subscriber that throws is counted, told, and given up; its neighbour gets everything")
  func failing() throws {
    let seen = Seen()
    let calls = Atomic(0)
    var failing = PipelineSubscriber(name: "failing") { records, _ in
      let call = calls.add(1, ordering: .relaxed).newValue
      // Two failures in a row are forgiven, three are not.
      if call != 3 { throw Refused() }
    }
    failing.failureLimit = 3
    failing.blockRecords = 100
    failing.buffers = 400
    var neighbour = PipelineSubscriber(name: "neighbour") { records, _ in seen.take(records) }
    neighbour.buffers = 64
    let pipeline = try run([failing, neighbour])
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    #expect(calls.load(ordering: .relaxed) == 6)
    let events = pipeline.takeSubscriberEvents()
    #expect(events.map(\.failures) == [1, 1, 3])
    #expect(events.map(\.isDetached) == [false, false, true])
    #expect(events.allSatisfy { $0.error == "not today" && $0.subscriber == "failing" })
    let outlet = try account(pipeline, 0)
    let all = try ring(pipeline)
    #expect(outlet[.failures] == 5)
    let failed = loss(outlet, .failed)
    let closed = loss(outlet, .closed)
    #expect(failed > 0 && closed > 0 && outlet[.written] > 0)
    #expect(outlet[.written] + failed + closed == UInt64(all.count))
    #expect(seen.records.withLock { $0 } == all)
  }
}

import Engine
import FeedKit
import Foundation
import Ledger
import Records
import Sessions
import SharedMemory
import Synchronization
import TestSupport
import Testing
import Wire

/// Sessions over real sockets: every way in which a connection can end, and what readers of the
/// ring see of it.
@Suite struct LiveSessionTests {
  private static func policy() -> SessionPolicy {
    var policy = SessionPolicy()
    policy.firstWaitNanos = 10_000_000
    policy.longestWaitNanos = 100_000_000
    policy.silenceNanos = 400_000_000
    policy.keepAliveNanos = 100_000_000
    policy.handshakeTimeoutNanos = 300_000_000
    policy.verifyTimeoutNanos = 300_000_000
    policy.breakerFailures = 50
    policy.stableNanos = 20_000_000
    return policy
  }

  /// A pipeline with one session of instruments A and B, connected to `port`.
  private static func pipeline(
    port: UInt16, policy: SessionPolicy = policy()
  ) throws -> Pipeline {
    let instruments = [
      LiveInstrument(instrumentID: 11, symbol: "A"), LiveInstrument(instrumentID: 12, symbol: "B"),
    ]
    let live = LiveOptions(
      decoder: DecoderOptions(shards: 1), instruments: instruments,
      settings: ["port": String(port)], policy: policy)
    let source = SourceConfiguration(
      name: "line", feed: LineFeed.self,
      input: .live(LineFeed.self, host: "127.0.0.1", live))
    return try Pipeline(
      options: PipelineOptions(
        instance: "test-\(UUID().uuidString.prefix(8))", verb: "test"),
      sources: [source], version: "test")
  }

  /// What a run has left: the ring's records, the notes, the last counters.
  private struct Outcome {
    var stream = StreamSeen()
    var notes: [LiveNote] = []
    var snapshot: CounterSnapshot
    var violations: [String]

    var states: [SessionState] {
      notes.compactMap { if case .state(_, let to, _, _) = $0.content { to } else { nil } }
    }
    var gaps: [(from: UInt64, to: UInt64, cause: DisconnectCause)] {
      notes.compactMap {
        if case .gap(let from, let to, let cause, _) = $0.content { (from, to, cause) } else { nil }
      }
    }
  }

  /// Runs against a server with these faults until the connection after them has brought trades.
  private func run(
    _ faults: [LineFault], policy: SessionPolicy = policy(),
    until isEnough: (LineServer, [LiveNote]) -> Bool
  ) throws -> Outcome {
    let server = try LineServer(faults)
    let pipeline = try Self.pipeline(port: server.port, policy: policy)
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    var notes: [LiveNote] = []
    let isThere = Patience.wait {
      notes += pipeline.takeLiveNotes()
      return isEnough(server, notes)
    }
    #expect(isThere)
    // Before the end: a session that has stopped is subscribed to nothing.
    let snapshot = try pipeline.snapshot()
    let violations = pipeline.stop().map(\.description)
    server.stop()
    notes += pipeline.takeLiveNotes()
    return Outcome(
      stream: try StreamSeen(path: "\(pipeline.folder)/shard-0.ring"), notes: notes,
      snapshot: snapshot, violations: violations)
  }

  /// Connections that were live, in the notes so far.
  private static func lives(_ notes: [LiveNote]) -> Int {
    notes.count { if case .state(_, .live, _, _) = $0.content { true } else { false } }
  }

  @Test(
    "A lost connection is noticed, made again, and its hole is recorded exactly",
    arguments: [
      (LineFault.fin(after: 20), DisconnectCause.ended),
      (.reset(after: 20), .reset),
      (.mute(after: 20), .silent),
    ])
  func lost(fault: LineFault, cause: DisconnectCause) throws {
    let outcome = try run([fault]) { server, notes in
      Self.lives(notes) >= 2 && server.trades.load(ordering: .relaxed) > 60
    }
    #expect(outcome.violations == [])
    #expect(outcome.gaps.count == 1)
    let gap = try #require(outcome.gaps.first)
    #expect(gap.cause == cause)
    // The hole begins with the last bytes of the old connection and ends before the first trade
    // that came after the session was live again.
    let stream = outcome.stream
    let lastOld = try #require(stream.trades.last { $0.epoch == 1 })
    #expect(gap.from >= lastOld.tsRecv && gap.from < gap.to)
    #expect(stream.trades.allSatisfy { $0.epoch == 1 || $0.epoch == 2 })
    // Nothing of the old connection behind the start of the new one.
    #expect(stream.epochsRise)
    #expect(
      stream.texts.contains {
        $0 == "gap source=line epoch=2 cause=\(cause.name) from=\(gap.from) to=\(gap.to)"
      })
    #expect(
      stream.texts.contains {
        $0 == "gap source=line epoch=1 cause=\(cause.name) from=\(gap.from)"
      })
    #expect(stream.texts.contains("session start line epoch=2"))
    let session = try #require(outcome.snapshot.block(.session, 0))
    #expect(session[.epoch] == 2 && session[.connects] == 2 && session[.disconnects] >= 1)
    #expect(session[.confirmed] == 2 && session[.wanted] == 2)
  }

  @Test(
    "An attempt that fails is made again, and leaves no hole before the first connection",
    arguments: [
      // Whether bytes of ours were under way decides between the two.
      (LineFault.slam, [DisconnectCause.ended, .reset]), (.dumb, [.timedOut]),
      (.refuseLogin, [.authentication]), (.wrongVersion, [.version]),
    ])
  func refused(fault: LineFault, expected: [DisconnectCause]) throws {
    let outcome = try run([fault, fault]) { _, notes in Self.lives(notes) >= 1 }
    #expect(outcome.violations == [])
    #expect(outcome.gaps.isEmpty)
    let causes = outcome.notes.compactMap { note -> DisconnectCause? in
      if case .state(_, .backoff, let cause, _) = note.content { cause } else { nil }
    }
    #expect(causes.filter { expected.contains($0) }.count == 2)
    let session = try #require(outcome.snapshot.block(.session, 0))
    #expect(session[.connectFailures] == 2 && session[.epoch] == 3)
  }

  @Test("Nobody listens: the circuit opens, and an operator can close it")
  func circuit() throws {
    let server = try LineServer([])
    let port = server.port
    server.stop()
    var policy = Self.policy()
    policy.breakerFailures = 3
    policy.breakerCoolDownNanos = 3_600_000_000_000
    let pipeline = try Self.pipeline(port: port, policy: policy)
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    var notes: [LiveNote] = []
    func isOpen() -> Bool {
      notes += pipeline.takeLiveNotes()
      return notes.contains {
        if case .state(_, .openCircuit, .refused, _) = $0.content { true } else { false }
      }
    }
    #expect(Patience.wait(isOpen))
    notes = []
    #expect(pipeline.command(.resetCircuit, source: "line"))
    #expect(!pipeline.command(.resetCircuit, source: "no such source"))
    #expect(Patience.wait(isOpen))
    #expect(pipeline.stop().isEmpty)
    let session = try #require(try pipeline.snapshot().block(.session, 0))
    #expect(session[.circuitOpens] == 2 && session[.connectFailures] >= 4)
  }

  @Test("The upstream's own link: a hole without a new connection")
  func upstream() throws {
    let outcome = try run([.upstream(after: 20)]) { server, notes in
      Self.lives(notes) >= 2 && server.trades.load(ordering: .relaxed) > 60
    }
    #expect(outcome.violations == [])
    #expect(outcome.gaps.map(\.cause) == [.upstream])
    #expect(outcome.stream.trades.allSatisfy { $0.epoch == 1 })
    #expect(outcome.states.contains(.degraded))
  }

  @Test("An instrument that is refused is reported, and the others are served")
  func unknown() throws {
    let outcome = try run([.unknown]) { _, notes in Self.lives(notes) >= 1 }
    let refused = outcome.notes.compactMap { note -> String? in
      if case .notServed(12, let symbol, 200, let text) = note.content {
        "\(symbol) \(text)"
      } else {
        nil
      }
    }
    #expect(refused == ["B unknown"])
    let session = try #require(outcome.snapshot.block(.session, 0))
    #expect(session[.refused] == 1 && session[.confirmed] == 1)
  }

  @Test("What cannot be decoded is counted and kept as it came")
  func rubbish() throws {
    let outcome = try run([.rubbish]) { server, notes in
      Self.lives(notes) >= 1 && server.trades.load(ordering: .relaxed) > 40
    }
    #expect(outcome.violations == [])
    let kept = outcome.notes.compactMap { note -> String? in
      guard case .poison(let bytes, "main", let reason) = note.content else { return nil }
      return "\(reason.name) \(String(decoding: bytes, as: UTF8.self))"
    }
    #expect(Set(kept) == ["bad_field T A none", "bad_field T B none", "unknown_type Q"])
    let source = try #require(outcome.snapshot.block(.source, 0))
    let session = try #require(outcome.snapshot.block(.session, 0))
    #expect(source[.rejected] == session[.quarantined] && source[.rejected] > 0)
    #expect(kept.count >= Int(source[.rejected]))
  }
}

/// The trades and the texts of one ring, in order.
struct StreamSeen {
  struct Trade {
    var epoch: UInt32
    var tsRecv: UInt64
  }

  var trades: [Trade] = []
  var texts: [String] = []
  /// Whether no trade came behind one of a later connection.
  var epochsRise: Bool { zip(trades, trades.dropFirst()).allSatisfy { $0.epoch <= $1.epoch } }

  init() {}

  init(path: String) throws {
    var reader = try BroadcastReader(path: path)
    while case .record = reader.poll() { take(reader.record) }
  }

  private mutating func take(_ record: RawSpan) {
    switch RecordHeader(copying: record)?.rtype {
    case .trade:
      guard let trade = TradeMessage(copying: record) else { return }
      trades.append(Trade(epoch: trade.sequence, tsRecv: trade.tsRecv))
    case .error: if let error = ErrorMessage(copying: record) { texts.append(error.err.text) }
    case .system: if let system = SystemMessage(copying: record) { texts.append(system.msg.text) }
    default: break
    }
  }
}

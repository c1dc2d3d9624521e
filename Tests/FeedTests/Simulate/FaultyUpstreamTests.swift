import FeedKit
import TestSupport
import Testing
import Wire

/// Says its number of the second on each connection once a second, and what it has heard back.
final class SpeakingSimulator: UpstreamSimulator {
  static var ports: [UpstreamPort] { [UpstreamPort("one", 1, ""), UpstreamPort("two", 2, "")] }
  static var summary: String { "speaks" }

  private var open: [Int] = []
  private var next: UInt64
  private(set) var events: UInt64 = 0
  private(set) var denied: [Int] = []
  private(set) var links: [Bool] = []
  private(set) var pace = 1.0

  private let step: UInt64

  init(_ options: SimulatorOptions) throws(SimulatorError) {
    step = UInt64(options.settings["step"] ?? "1000") ?? 1_000
    next = options.start + step
  }

  func opened(_ connection: SimulatorConnection, now: UInt64, _ wire: SimulatorWire) {
    open.append(connection.id)
    if connection.deniesAuthentication { denied.append(connection.id) }
    wire.send(Array("hello\n".utf8), on: connection.id)
  }
  func received(_ bytes: RawSpan, on connection: Int, now: UInt64, _ wire: SimulatorWire) -> Int {
    wire.send(Array("heard \(bytes.byteCount)\n".utf8), on: connection)
    return bytes.byteCount
  }
  func closed(_ connection: Int, now: UInt64) { open.removeAll { $0 == connection } }
  func advance(now: UInt64, _ wire: SimulatorWire) {
    while next <= now {
      events += 1
      for id in open { wire.send(Array("tick \(events)\n".utf8), on: id) }
      next += step
    }
  }
  func deadline(after now: UInt64) -> UInt64 { next }
  func upstreamLink(isUp: Bool, now: UInt64, _ wire: SimulatorWire) { links.append(isUp) }
  func pace(factor: Double, now: UInt64) { pace = factor }
  func spoil(_ message: inout [UInt8], _ random: inout SimulationRandom) -> String {
    message = Array("#\n".utf8)
    return "a hash"
  }
}

/// Faults, as connections see them. A "second" is 1,000 ns here.
@Suite struct FaultyUpstreamTests {
  private func make(_ faults: [Fault]) throws -> FaultyUpstream {
    var script = FaultScript()
    script.faults = faults
    return try FaultyUpstream(SpeakingSimulator.self, SimulatorOptions(), faults: script)
  }

  private func fault(
    _ kind: FaultKind, at: UInt64?, _ change: (inout Fault) -> Void = { _ in }
  ) -> Fault {
    var fault = Fault(kind)
    fault.at = at
    change(&fault)
    return fault
  }

  private func text(_ upstream: FaultyUpstream, _ id: Int, _ now: UInt64, limit: Int = .max)
    -> String
  {
    var bytes: [UInt8] = []
    upstream.output(id, now: now) { (span: RawSpan) in
      let count = min(span.byteCount, limit)
      for index in 0..<count { bytes.append(span.uncheckedByte(at: index)) }
      return count
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func withoutFaultsAllPasses() throws {
    let upstream = try make([])
    upstream.opened(id: 0, port: 0, now: 0)
    upstream.turn(now: 2_000)
    let asked = Array("abc".utf8)
    let consumed = upstream.received(asked.rawSpan, on: 0, now: 2_000)
    #expect(consumed == 3)
    #expect(text(upstream, 0, 2_000) == "hello\ntick 1\ntick 2\nheard 3\n")
    #expect(upstream.takeLog().isEmpty)
  }

  @Test func muteSwallowsAndOnlyWhatIsThere() throws {
    let upstream = try make([fault(.mute, at: 1_500)])
    upstream.opened(id: 0, port: 0, now: 0)
    upstream.turn(now: 1_000)
    #expect(text(upstream, 0, 1_000) == "hello\ntick 1\n")
    upstream.turn(now: 1_500)
    upstream.opened(id: 1, port: 0, now: 1_600)
    upstream.turn(now: 3_000)
    #expect(text(upstream, 0, 3_000) == "")
    #expect(text(upstream, 1, 3_000) == "hello\ntick 2\ntick 3\n")
    #expect(upstream.isReading(0, now: 3_000))
    let entry = try #require(upstream.takeLog().first)
    #expect(entry.kind == .mute && entry.time == 1_500 && entry.end == .max)
    #expect(entry.connections == ["one/0"])
  }

  @Test func muteEndsWhereItIsToEnd() throws {
    let upstream = try make([fault(.mute, at: 1_500) { $0.duration = 1_000 }])
    upstream.opened(id: 0, port: 0, now: 0)
    for now in stride(from: 500, through: 4_000, by: 500) { upstream.turn(now: UInt64(now)) }
    #expect(text(upstream, 0, 4_000) == "hello\ntick 1\ntick 3\ntick 4\n")
  }

  @Test func halfOpenIsDeafToo() throws {
    let upstream = try make([fault(.halfOpen, at: 100)])
    upstream.opened(id: 0, port: 0, now: 0)
    upstream.turn(now: 100)
    #expect(!upstream.isReading(0, now: 200))
    #expect(upstream.closing(0, now: 200) == nil)
  }

  @Test(arguments: [(FaultKind.drop, SimulatorWire.Closing.now), (.reset, .reset)])
  func connectionsAreCutOnOnePort(kind: FaultKind, closing: SimulatorWire.Closing) throws {
    let upstream = try make([fault(kind, at: 100) { $0.port = "two" }])
    upstream.opened(id: 0, port: 0, now: 0)
    upstream.opened(id: 1, port: 1, now: 0)
    upstream.turn(now: 100)
    #expect(upstream.closing(0, now: 100) == nil)
    #expect(upstream.closing(1, now: 100) == closing)
    #expect(upstream.takeLog().map(\.connections) == [["two/1"]])
  }

  @Test func restartRefusesForAWhileAndFaultsComeAgain() throws {
    let upstream = try make([
      fault(.restart, at: 1_000) {
        $0.duration = 500
        $0.every = 10_000
      }
    ])
    upstream.opened(id: 0, port: 0, now: 0)
    upstream.turn(now: 1_000)
    #expect(upstream.isRefusing(now: 1_400))
    #expect(!upstream.isRefusing(now: 1_500))
    upstream.turn(now: 11_000)
    #expect(upstream.isRefusing(now: 11_100))
    #expect(upstream.takeLog().map(\.time) == [1_000, 11_000])
  }

  @Test func everySoManyMessagesAreSpoilt() throws {
    let upstream = try make([fault(.garbage, at: nil) { $0.count = 3 }])
    upstream.opened(id: 0, port: 0, now: 0)
    upstream.turn(now: 0)
    upstream.turn(now: 7_000)
    let lines = text(upstream, 0, 7_000).split(separator: "\n")
    #expect(lines.filter { $0 == "#" }.count == 2)
    #expect(lines.count == 8)
    #expect(upstream.takeLog().map(\.detail) == ["a hash: tick 3\n", "a hash: tick 6\n"])
  }

  @Test func slowKeepsTheOrder() throws {
    let upstream = try make([fault(.slow, at: 500) { $0.delay = 2_500 }])
    upstream.opened(id: 0, port: 0, now: 0)
    upstream.turn(now: 500)
    upstream.turn(now: 1_000)
    upstream.turn(now: 2_000)
    #expect(text(upstream, 0, 2_000) == "hello\n")
    #expect(upstream.deadline(after: 2_000) <= 3_500)
    #expect(text(upstream, 0, 3_500) == "tick 1\n")
    #expect(text(upstream, 0, 4_500) == "tick 2\n")
  }

  @Test func piecesAreSmallWhereSplit() throws {
    let upstream = try make([fault(.split, at: nil) { $0.count = 2 }])
    upstream.opened(id: 0, port: 0, now: 0)
    upstream.turn(now: 0)
    var sizes: [Int] = []
    upstream.output(0, now: 0) { (span: RawSpan) in
      sizes.append(span.byteCount)
      return span.byteCount
    }
    #expect(sizes == [2, 2, 2])
  }

  @Test func firstLoginsAreRefused() throws {
    let upstream = try make([fault(.denyAuth, at: nil) { $0.count = 1 }])
    upstream.opened(id: 0, port: 0, now: 0)
    upstream.opened(id: 1, port: 0, now: 0)
    upstream.opened(id: 2, port: 1, now: 0)
    let simulator = try #require(upstream.simulator as? SpeakingSimulator)
    #expect(simulator.denied == [0, 2])
  }

  @Test func linkAndPaceAreTold() throws {
    let upstream = try make([
      fault(.upstreamDown, at: 1_000) { $0.duration = 500 },
      fault(.burst, at: 1_200) {
        $0.factor = 8
        $0.duration = 100
      },
    ])
    upstream.opened(id: 0, port: 0, now: 0)
    let simulator = try #require(upstream.simulator as? SpeakingSimulator)
    upstream.turn(now: 1_250)
    #expect(simulator.links == [false])
    #expect(simulator.pace == 8)
    upstream.turn(now: 2_000)
    #expect(simulator.links == [false, true])
    #expect(simulator.pace == 1)
  }

  @Test func whoDoesNotReadIsCutOff() throws {
    let upstream = try FaultyUpstream(
      SpeakingSimulator.self, SimulatorOptions(), faults: FaultScript(), queueBytes: 100)
    upstream.opened(id: 0, port: 0, now: 0)
    upstream.turn(now: 100_000)
    #expect(upstream.closing(0, now: 100_000) == .reset)
    #expect(upstream.slowClients == 1)
  }

  @Test func randomFaultsDependOnTheSeed() throws {
    func times(_ seed: UInt64) throws -> [String] {
      let script = try FaultScript(parsing: "random:\(seed):3600")
      var options = SimulatorOptions()
      options.settings["step"] = "1000000000"
      let upstream = try FaultyUpstream(SpeakingSimulator.self, options, faults: script)
      upstream.opened(id: 0, port: 0, now: 0)
      for second in 1...120 { upstream.turn(now: UInt64(second) * 1_000_000_000) }
      return upstream.takeLog().filter { $0.kind != .garbage }.map { "\($0.kind) \($0.time)" }
    }
    let first = try times(5)
    #expect(first.count > 20)
    #expect(try times(5) == first)
    #expect(try times(6) != first)
  }
}

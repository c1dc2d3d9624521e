import Ledger
import Testing

@Suite("Ledger equations")
struct EquationTests {
  /// What goes wrong, and what the check must say while running and when quiesced.
  struct Fault: Sendable, CustomTestStringConvertible {
    var name: String
    var running: [String]
    var quiesced: [String]
    var apply: @Sendable (inout Blocks) -> Void
    var testDescription: String { name }
  }

  static let faults: [Fault] = [
    Fault(name: "none", running: [], quiesced: []) { _ in },
    Fault(name: "a message vanishes", running: ["messages"], quiesced: ["messages"]) {
      $0.source.counters.messages += 1
    },
    Fault(name: "a rejection counted twice", running: ["messages"], quiesced: ["messages"]) {
      $0.source.counters.reject(reason: 31)
    },
    Fault(name: "an unpublished batch in the lanes", running: [], quiesced: ["records"]) {
      $0.source.counters.records += 10
    },
    Fault(name: "records that no lane took", running: ["records"], quiesced: ["records"]) {
      $0.source.counters.records += 1_000
    },
    Fault(name: "records in flight", running: [], quiesced: ["records", "lanes"]) {
      $0.lane0.counters.enqueued += 5
    },
    Fault(
      name: "more in flight than fits", running: ["lanes"], quiesced: ["records", "lanes"]
    ) {
      $0.lane0.counters.enqueued += 500
      $0.source.counters.records += 500
      $0.source.counters.records -= 1
    },
    Fault(
      name: "records received that nobody sent", running: ["lanes"], quiesced: ["lanes", "offers"]
    ) {
      $0.shard1.counters.received += 50
      $0.shard1.counters.delivered += 50
      $0.outlet1.counters.offered += 49
      $0.outlet1.counters.written += 49
    },
    Fault(name: "an overwritten record that nobody counted", running: [], quiesced: ["lanes"]) {
      $0.shard0.counters.dropped[0] -= 1
    },
    Fault(name: "a record lost by a worker", running: ["shard"], quiesced: ["shard"]) {
      $0.shard0.counters.filtered -= 1
    },
    Fault(name: "a record lost by an outlet", running: ["outlet"], quiesced: ["outlet"]) {
      $0.outlet0.counters.written -= 1
    },
    Fault(
      name: "records that an outlet was never offered", running: ["offers"], quiesced: ["offers"]
    ) {
      $0.shard0.counters.derived += 100
    },
  ]

  @Test("Each fault violates its equations, and no other", arguments: faults)
  func violations(fault: Fault) throws {
    let file = TestFile()
    var writer = try file.writer()
    var blocks = Blocks(&writer)
    blocks.balance()
    fault.apply(&blocks)
    blocks.publish()
    let snapshot = try CounterFile.open(file.path).snapshot()
    let running = Ledger.check(snapshot, quiesced: false)
    let quiesced = Ledger.check(snapshot, quiesced: true)
    #expect(running.map(\.equation) == fault.running, "\(running)")
    #expect(quiesced.map(\.equation) == fault.quiesced, "\(quiesced)")
  }

  @Test("A violation is a sentence with both sides' numbers")
  func sentence() throws {
    let file = TestFile()
    var writer = try file.writer()
    var blocks = Blocks(&writer)
    blocks.balance()
    blocks.source.counters.messages = 105
    blocks.publish()
    let violation = try #require(
      Ledger.check(CounterFile.open(file.path).snapshot(), quiesced: true).first)
    #expect(violation.left == 105)
    #expect(violation.right == 100)
    #expect(
      violation.description == "source itch-a: messages 105 is not "
        + "decoded 80 + ignored 17 + rejected 3 = 100: 5 more on the left")
  }

  @Test("A lane whose older records give way may be far ahead of its worker while running")
  func overrun() throws {
    let file = TestFile()
    var plan = CounterPlan(rejectReasons: [])
    plan.addLane(source: 0, shard: 0, capacityRecords: nil, batchRecords: 1)
    plan.addShard(0, name: "shard-0", batchRecords: 1)
    var writer = try file.writer(plan)
    var lane = writer.claimLane(source: 0, shard: 0)
    var shard = writer.claimShard(0)
    lane.counters.enqueued = 1_000_000
    lane.publish()
    let reader = try CounterFile.open(file.path)
    #expect(Ledger.check(reader.snapshot(), quiesced: false).isEmpty)
    shard.counters.drop(source: 0, count: 1_000_000)
    shard.publish()
    #expect(Ledger.check(reader.snapshot(), quiesced: true).isEmpty)
    shard.counters.drop(source: 0, count: 2)
    shard.publish()
    #expect(Ledger.check(reader.snapshot(), quiesced: true).map(\.equation) == ["lanes"])
  }

  @Test("An equation whose other side the file lacks is left out")
  func lacking() throws {
    let file = TestFile()
    var plan = CounterPlan(rejectReasons: [])
    plan.addSource(0, name: "file", batchRecords: 1)
    var writer = try file.writer(plan)
    var source = writer.claimSource(0)
    source.counters.records = 1_000
    source.publish()
    let snapshot = try CounterFile.open(file.path).snapshot()
    #expect(snapshot.total(.records) == 1_000)
    #expect(Ledger.check(snapshot, quiesced: true).isEmpty)
  }
}

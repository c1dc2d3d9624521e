import FeedKit
import TestSupport
import Testing

@testable import BrokerFeeds

@Suite("IB simulator: bad input")
struct IbSimulatorHostileTests {
  @Test(
    "whatever a client sends, the gateway goes on for others", arguments: [1, 2, 3] as [UInt64])
  func rubbish(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let harness = try IbSimulatorHarness()
    let good = harness.start(client: 1)
    _ = good.take()
    for round in 0..<300 {
      let client = harness.connect()
      client.hello(round.isMultiple(of: 2) ? "v200..200" : "v213..226")
      if round.isMultiple(of: 2) { client.startAPI(round + 10) }
      for _ in 0..<10 {
        var payload = (0..<Int(random.next() % 60)).map { _ in
          UInt8(truncatingIfNeeded: random.next())
        }
        // Half of them begin like a request that is known.
        if random.next() % 2 == 0 {
          let id = Int(random.next() % 108)
          payload.insert(
            contentsOf: round.isMultiple(of: 2)
              ? Array("\(id)\0\(id)\0".utf8) : [0, 0, 0, UInt8(truncatingIfNeeded: 200 + id)], at: 0
          )
        }
        client.frame(payload)
      }
      harness.upstream.closed(client.id, now: harness.now)
    }
    good.ask("49 1")
    #expect(good.take().last?.first == "49", "seed \(seed)")
  }

  @Test("requests cut short at every byte get an error and no more")
  func cutShort() throws {
    let request = "1 11 7 265598 AAPL STK _ _ _ _ SMART NASDAQ USD _ _ 0 233,236 0 0 _"
    let fields = request.split(separator: " ").map { $0 == "_" ? "" : String($0) }
    let whole = Array(fields.map { $0 + "\0" }.joined().utf8)
    let harness = try IbSimulatorHarness()
    let client = harness.start()
    _ = client.take()
    // The options at the end may be missing, as the gateway does not read them.
    for count in 1..<whole.count - 2 {
      client.frame(Array(whole.prefix(count)))
      #expect(client.errors() == [320], "\(count) bytes")
    }
    client.frame(whole)
    #expect(client.take().contains(["58", "1", "7", "1"]))
  }

  @Test("spoilt messages are of every kind that ended real clients")
  func spoilt() throws {
    let simulator = try IbSimulator(SimulatorOptions())
    var random = SimulationRandom(seed: 5)
    var kinds: Set<String> = []
    var writer = IbSimulatorWriter(version: 200, isTelling: false)
    writer.tickPrice(1, 1, price: 189_980_000_000, size: 1, mask: 1)
    let text = writer.bytes
    var protobuf = IbSimulatorWriter(version: 226, isTelling: false)
    protobuf.tickPrice(1, 1, price: 189_980_000_000, size: 1, mask: 1)
    for _ in 0..<200 {
      for whole in [text, protobuf.bytes] {
        var message = whole
        kinds.insert(simulator.spoil(&message, &random))
        #expect(message != whole || message.count == whole.count)
        #expect(message.count >= 4)
      }
    }
    #expect(kinds.count == 8, "\(kinds.sorted())")
  }
}

import FeedKit
import TestSupport
import Testing

@testable import BrokerFeeds

@Suite("IB simulator: limits and errors")
struct IbSimulatorLimitTests {
  private static let apple = "265598 _ STK _ _ _ _ SMART _ _ _ _"
  private static let future = "637533641 _ FUT _ _ _ _ CME _ _ _ _"

  private static func level1(_ id: Int, _ contract: String = apple) -> String {
    "1 11 \(id) \(contract) 0 _ 0 0 _"
  }

  @Test("more than the messages of a second are refused, and at last the client")
  func rate() throws {
    let harness = try IbSimulatorHarness(["message_limit": "50"])
    let client = harness.start()
    _ = client.take()
    // The session's start has taken one.
    for _ in 0..<50 { client.ask("49 1") }
    let frames = client.take()
    #expect(frames.count { $0[0] == "49" } == 49)
    #expect(frames.last?[2] == "100")
    harness.pass(IbSimulatorHarness.second)
    for _ in 0..<101 { client.ask("49 1") }
    #expect(client.errors().count { $0 == 100 } == 51)
    #expect(client.closing == .afterSending)
  }

  @Test("a client that asks to be paced is held back, not refused")
  func paced() throws {
    let harness = try IbSimulatorHarness(["message_limit": "50"])
    let client = harness.connect()
    client.hello("v200..200 +PACEAPI")
    client.startAPI(7)
    _ = client.take()
    for _ in 0..<120 { client.ask("49 1") }
    #expect(client.take().count == 49)
    harness.pass(IbSimulatorHarness.second)
    #expect(client.take().count == 50)
    harness.pass(IbSimulatorHarness.second)
    #expect(client.take().count == 21)
  }

  @Test("market-data lines are shared by all clients and come back when they are given up")
  func lines() throws {
    let harness = try IbSimulatorHarness(faults: "lines-limit:2")
    let first = harness.start(client: 1)
    let second = harness.start(client: 2)
    _ = (first.take(), second.take())
    first.ask(Self.level1(1))
    second.ask("50 3 2 \(Self.apple) 5 TRADES 0 _")
    second.ask(Self.level1(3))
    #expect(second.errors() == [101])
    first.ask("2 2 1")
    second.ask(Self.level1(3))
    #expect(second.errors().isEmpty)
  }

  @Test(
    "requests that cannot be served get the real gateway's codes",
    arguments: [
      ([level1(1), level1(1)], 102), ([level1(1, "0 NOSUCH STK _ _ _ _ SMART _ USD _ _")], 200),
      ([level1(1, "0 ES FUT _ _ _ _ CME _ USD _ _")], 200),
      (["1 11 1 \(apple) 0 233 1 0 _"], 321), (["1 11 1 \(apple) 0 9999 0 0 _"], 321),
      (["2 2 77"], 300), (["98 77"], 300), (["11 1 77 0"], 310), (["25 1 77"], 366),
      (["10 5 1 416904 _ IND _ _ _ _ CBOE _ _ _ _ 5 0 _"], 10_092),
      (["97 1 416904 _ IND _ _ _ _ CBOE _ _ _ _ Last 0 0"], 10_189),
      (["97 1 12087792 _ CASH _ _ _ _ IDEALPRO _ _ _ _ AllLast 0 0"], 10_189),
      (["97 1 \(apple) Trades 0 0"], 321),
      (["20 1 \(apple) 0 yesterday 1_min 1_D 1 TRADES 1 0 _"], 321),
      (["96 1 \(apple) 0 _ _ 10 TRADES 1 0 _"], 10_187),
      (["96 1 \(apple) 0 20261102 _ 10 TRADES 1 0 _"], 10_314),
      (["96 1 \(apple) 0 _ 20261102-14:30:00 5000 TRADES 1 0 _"], 10_187),
      (["3 1 _"], 321), (["4 1 _ _"], 321), (["58 _"], 321), (["6 2 1 NOBODY"], 321),
      (["62 1 1 All _", "62 1 2 All _", "62 1 3 All _"], 322), (["1 11 7"], 320),
      (["9 8 x"], 320), (["hello"], 320), (["42 1"], 321),
    ] as [([String], Int)])
  func codes(requests: [String], code: Int) throws {
    let harness = try IbSimulatorHarness()
    let client = harness.start()
    _ = client.take()
    for request in requests { client.ask(request) }
    #expect(client.errors().last == code)
    client.ask("49 1")
    #expect(client.take().last?.first == "49")
  }

  @Test("three books and five tick-by-tick requests at a time")
  func booksAndTicks() throws {
    let harness = try IbSimulatorHarness()
    let client = harness.start()
    _ = client.take()
    for id in 1...4 { client.ask("10 5 \(id) \(Self.future) 5 0 _") }
    #expect(client.errors() == [309])
    // The flag must be that of the request.
    client.ask("11 1 1 1")
    #expect(client.errors() == [310])
    client.ask("11 1 1 0")
    client.ask("10 5 4 \(Self.future) 5 0 _")
    #expect(client.errors().isEmpty)
    for id in 11...16 { client.ask("97 \(id) \(Self.apple) BidAsk 0 0") }
    #expect(client.errors() == [10_190])
  }

  @Test("historical requests have a pace of their own")
  func pacing() throws {
    let harness = try IbSimulatorHarness()
    let client = harness.start()
    _ = client.take()
    func bars(_ id: Int, _ days: Int) {
      let fields = [
        "20", "\(id)", "265598", "", "STK", "", "", "", "", "SMART", "", "", "", "", "0",
        "20261030 16:00:00 US/Eastern", "1 hour", "\(days) D", "1", "TRADES", "1", "0", "",
      ]
      client.frame(Array(fields.map { $0 + "\0" }.joined().utf8))
    }
    // The same twice within 15 s.
    bars(1, 1)
    bars(2, 1)
    #expect(client.errors() == [162])
    // The sixth of one instrument and type within 2 s.
    for day in 2...6 { bars(day, day) }
    #expect(client.errors() == [162])
    // The 61st of the small ones within ten minutes; a head timestamp counts as one.
    for number in 1...61 {
      harness.pass(3 * IbSimulatorHarness.second)
      client.ask("87 \(number) \(Self.apple) 0 1 SHOW\(number) 1")
    }
    #expect(client.errors() == [162])
    harness.pass(600 * IbSimulatorHarness.second)
    client.ask("87 100 \(Self.apple) 0 1 TRADES 1")
    #expect(client.errors().isEmpty)
  }

  @Test("without permission there is delayed data for who asks for it")
  func delayed() throws {
    let harness = try IbSimulatorHarness(["granted": "delayed"])
    let client = harness.start()
    _ = client.take()
    client.ask(Self.level1(1))
    #expect(client.errors() == [354])
    client.ask("59 1 3")
    client.ask(Self.level1(1))
    let frames = client.take()
    #expect(frames.first?[2] == "10167")
    #expect(frames.contains(["58", "1", "1", "3"]))
    let types = Set(frames.filter { $0[0] == "1" }.map { $0[3] })
    #expect(types == ["66", "67", "68", "72", "73", "75", "76"])
  }
}

import FeedKit
import TestSupport
import Testing

@testable import BrokerFeeds

@Suite("IB simulator: market data")
struct IbSimulatorMarketTests {
  private static let apple = "265598 _ STK _ _ _ _ SMART _ _ _ _"

  @Test("equal seeds give equal sessions, whatever the times of the turns")
  func deterministic() throws {
    func session(_ nanos: UInt64) throws -> [[String]] {
      let harness = try IbSimulatorHarness()
      let client = harness.start()
      client.ask("1 11 1 \(Self.apple) 0 233,236 0 0 _")
      client.ask("97 2 \(Self.apple) AllLast 0 0")
      for _ in 0..<(10 * IbSimulatorHarness.second / nanos) { harness.pass(nanos) }
      return client.take()
    }
    let coarse = try session(IbSimulatorHarness.second)
    #expect(coarse.count > 100)
    #expect(try session(IbSimulatorHarness.second / 20) == coarse)
  }

  @Test(
    "operations on rows make the book of the market",
    arguments: ["shift", "in-place"], [("12", "637533641 _ FUT"), ("13", "265598 _ STK")])
  func depth(setting: String, kind: (message: String, contract: String)) throws {
    let harness = try IbSimulatorHarness(["depth": setting])
    let client = harness.start()
    client.ask("10 5 1 \(kind.contract) _ _ _ _ SMART _ _ _ _ 8 \(kind.message == "13" ? 1 : 0) _")
    var sides: [[[String]]] = [[], []]
    let simulator = try #require(harness.upstream.simulator as? IbSimulator)
    let index = kind.message == "12" ? 4 : 0
    for _ in 0..<40 {
      harness.pass(IbSimulatorHarness.second / 4)
      for frame in client.take() where frame[0] == kind.message {
        // 13 has the exchange between position and operation.
        let shift = kind.message == "13" ? 1 : 0
        let side = try #require(Int(frame[5 + shift]))
        let place = try #require(Int(frame[3]))
        let row = [frame[6 + shift], frame[7 + shift]]
        switch frame[4 + shift] {
        case "0": sides[side].insert(row, at: place)
        case "1": sides[side][place] = row
        default: sides[side].remove(at: place)
        }
      }
      for (side, rows) in sides.enumerated() {
        let wanted = simulator.market.ladder(index, isBid: side == 1, rows: 8)
        #expect(rows == wanted.map { [Self.text($0.price), Self.text($0.size)] })
      }
    }
  }

  private static func text(_ nanos: Int64) -> String { IbSimulatorInstrument.text(nanos) }

  @Test("trades that came live are the ones that the history has afterwards")
  func history() throws {
    let harness = try IbSimulatorHarness()
    let client = harness.start()
    client.ask("97 1 \(Self.apple) AllLast 0 0")
    harness.pass(20 * IbSimulatorHarness.second)
    let live = client.take().filter { $0[0] == "99" }.map { Array($0[3...]) }
    #expect(live.count > 40)
    client.ask("96 2 \(Self.apple) 0 20261102-14:30:00 _ 1000 TRADES 0 0 _")
    let answer = try #require(client.take().first { $0[0] == "98" })
    var past: [[String]] = []
    for at in stride(from: 3, to: answer.count - 1, by: 6) {
      // Time, mask, price ... here; time, price, size, mask ... there.
      past.append([0, 2, 3, 1, 4, 5].map { (place: Int) -> String in answer[at + place] })
    }
    #expect(past == live)
    #expect(answer.last == "1")
  }

  @Test("the last second of historical ticks is complete")
  func completeSecond() throws {
    let harness = try IbSimulatorHarness()
    let client = harness.start()
    harness.pass(20 * IbSimulatorHarness.second)
    _ = client.take()
    client.ask("96 1 \(Self.apple) 0 20261102-14:30:00 _ 3 TRADES 0 0 _")
    client.ask("96 2 \(Self.apple) 0 20261102-14:30:00 _ 1000 TRADES 0 0 _")
    let answers = client.take().filter { $0[0] == "98" }
    func times(_ answer: [String]) -> [String] {
      stride(from: 3, to: answer.count - 1, by: 6).map { answer[$0] }
    }
    let few = times(answers[0])
    let all = times(answers[1])
    #expect(few.count >= 3)
    #expect(few == Array(all.prefix(few.count)))
    #expect(all[few.count] != few.last)
  }

  @Test("bars of five seconds are made of the trades between them")
  func bars() throws {
    let harness = try IbSimulatorHarness()
    let client = harness.start()
    client.ask("50 3 1 \(Self.apple) 5 TRADES 0 _")
    client.ask("97 2 \(Self.apple) AllLast 0 0")
    harness.pass(21 * IbSimulatorHarness.second)
    let frames = client.take()
    let bars = frames.filter { $0[0] == "50" }
    #expect(bars.count == 4)
    for bar in bars {
      let start = try #require(Int(bar[3]))
      let trades = frames.filter { frame in
        frame[0] == "99" && (start..<start + 5).contains(Int(frame[3]) ?? 0)
      }
      #expect(bar[4] == trades.first?[4])
      #expect(bar[7] == trades.last?[4])
      #expect(Int(bar[10]) == trades.count)
      let volume = trades.reduce(0) { $0 + (Int($1[5]) ?? 0) }
      #expect(Int(bar[8]) == volume)
    }
  }

  @Test("start and end stand in the bars' message below 196, in one of their own from then on")
  func historyEnd() throws {
    for version in [178, 200] {
      let harness = try IbSimulatorHarness()
      let client = harness.start(version)
      _ = client.take()
      let fields = [
        "20", "1", "265598", "", "STK", "", "", "", "", "SMART", "", "", "", "", "0",
        "20261030 16:00:00 US/Eastern", "1 hour", "1 D", "1", "TRADES", "1", "0", "",
      ]
      client.frame(Array(fields.map { $0 + "\0" }.joined().utf8))
      let frames = client.take()
      #expect(frames.map { $0[0] } == (version == 178 ? ["17"] : ["17", "108"]))
      let count = version == 178 ? 4 : 2
      #expect(frames[0][count] == "7")
      // As real gateways have it: from the opening to the full hour, then hours.
      #expect(frames[0][count + 1] == "20261030 09:30:00 US/Eastern")
      #expect(frames[0][count + 9] == "20261030 10:00:00 US/Eastern")
      #expect(frames[0].count == count + 1 + 7 * 8)
    }
  }

  @Test("the volume of stocks stands in hundreds below 220")
  func volume() throws {
    let harness = try IbSimulatorHarness()
    let client = harness.start()
    harness.pass(10 * IbSimulatorHarness.second)
    client.ask("1 11 1 \(Self.apple) 0 _ 1 0 _")
    let frames = client.take()
    let volume = frames.first { $0[0] == "2" && $0[3] == "8" }
    let simulator = try #require(harness.upstream.simulator as? IbSimulator)
    #expect(
      volume?[4] == Self.text(simulator.market.boards[0].volume / 100_000_000_000 * 1_000_000_000))
    #expect(frames.last == ["57", "1", "1"])
  }
}

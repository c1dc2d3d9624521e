import FeedKit
import Testing

@testable import ExchangeFeeds

/// Our own mistakes end the program at once; each public precondition is tried once.
@Suite struct SimulatorPreconditionTests {
  @Test func bufferWithoutRoomForAFrame() async {
    await #expect(processExitsWith: .failure) {
      var market = try ItchMarket(ItchMarketOptions())
      var buffer = [UInt8](repeating: 0, count: ItchMarketLimits.frameBytes - 1)
      _ = withRaw(writing: &buffer) { market.next(into: &$0) }
    }
  }

  @Test func indexOutsideOfATable() async {
    await #expect(processExitsWith: .failure) {
      let table = FixedTable<UInt8>(repeating: 1, count: 4)
      _ = table[4]
    }
  }

  @Test func datagramsWithoutRoomForAHeader() async {
    await #expect(processExitsWith: .failure) {
      if let session = MoldUDP64SessionName("A") {
        _ = MoldUDP64Sender(session: session, maximumBytes: 63)
      }
    }
  }

  @Test func storeThatIsNoPowerOfTwo() async {
    await #expect(processExitsWith: .failure) {
      if let session = MoldUDP64SessionName("A") {
        _ = RetransmissionStore(session: session, capacityBytes: 1_025, capacityMessages: 8)
      }
    }
  }

  @Test func impossibleProbability() async {
    await #expect(processExitsWith: .failure) {
      var options = LineImpairmentOptions()
      options.loss = 2
      _ = LineImpairment(options, seed: 1, line: 0)
    }
  }
}

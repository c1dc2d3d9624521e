import BrokerFeeds
import FeedKit
import Records
import Sessions
import Testing

/// Our session against the simulated IQConnect: what the market did is what the stream says.
@Suite struct IqfeedLoopTests {
  private static let symbols = ["SPY", "AAPL", "@ESZ26"]

  private var instruments: [LiveInstrument] {
    Self.symbols.enumerated().map { index, symbol in
      LiveInstrument(
        instrumentID: UInt32(index + 1), symbol: symbol, interests: [.trades, .quotes])
    }
  }

  private struct Print: Hashable {
    let instrument: UInt32
    let micros: UInt64
    let price: Int64
    let size: UInt32
  }

  /// The trades of the same market, made anew from its seed: of those after `from`, in order.
  private func truth(_ options: SimulatorOptions, until end: UInt64) throws -> [[Print]] {
    var market = try SimulatedMarket(options)
    var all: [[Print]] = Self.symbols.map { _ in [] }
    while let event = market.next(until: end) {
      guard event.kind == .trade else { continue }
      let state = market[event.instrument]
      all[event.instrument].append(
        Print(
          instrument: UInt32(event.instrument + 1), micros: state.lastTime / 1_000,
          price: state.units(state.last), size: state.lastSize))
    }
    return all
  }

  private func streamed(_ loop: IqfeedLoop) -> [[Print]] {
    Self.symbols.indices.map { index in
      loop.tap.trades.filter { $0.header.instrumentID == UInt32(index + 1) }.map {
        Print(
          instrument: $0.header.instrumentID, micros: $0.header.tsEvent / 1_000, price: $0.price,
          size: $0.size)
      }
    }
  }

  @Test(arguments: [1, 2] as [UInt64]) func everyTradeArrivesOnceAndExactly(seed: UInt64) throws {
    var options = IqfeedPeer.options(Self.symbols, rate: 600)
    options.seed = seed
    let loop = try IqfeedLoop(options, faults: "", instruments: instruments)
    loop.pass(6)
    #expect(loop.session.state == .live)
    let truth = try truth(options, until: loop.now)
    for (found, expected) in zip(streamed(loop), truth) {
      #expect(found.count > 150)
      // From the subscription on, without a hole, to the last one.
      #expect(found == Array(expected.suffix(found.count)), "seed \(seed)")
      #expect(expected.count - found.count < 100)
    }
  }

  /// What was missed while the connection was gone is looked up: nothing is lost, nothing twice.
  @Test(arguments: ["drop@4s", "rst@4s", "restart@4s+2s", "mute@4s", "half-open@4s"])
  func holesAreFilledWithTheTruth(fault: String) throws {
    let options = IqfeedPeer.options(Self.symbols, rate: 300)
    let loop = try IqfeedLoop(options, faults: fault, instruments: instruments)
    loop.pass(4)
    #expect(loop.session.state == .live)
    loop.pass(45)
    #expect(loop.session.state == .live, "\(fault)")
    #expect(loop.upstream.takeLog().count == 1)
    let gaps = loop.notes.filter {
      if case .gap = $0.content { return true }
      return false
    }
    #expect(!gaps.isEmpty, "\(fault)")
    let truth = try truth(options, until: loop.now)
    for (index, expected) in truth.enumerated() {
      let found = streamed(loop)[index]
      let first = try #require(found.map(\.micros).min())
      let wanted = expected.filter { $0.micros >= first }
      let missing = Set(wanted).subtracting(found)
      #expect(missing.isEmpty, "\(fault): \(missing.count) of \(wanted.count) are missing")
      #expect(Set(found).subtracting(wanted).isEmpty)
    }
  }
}

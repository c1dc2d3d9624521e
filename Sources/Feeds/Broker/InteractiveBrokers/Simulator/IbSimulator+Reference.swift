internal import FeedKit

/// Requests about instruments and about the session itself (fact sheet, sections 5 and 10).
extension IbSimulator {
  func serveReference(
    _ request: IbSimulatorRequest, _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) {
    switch request {
    case .contractDetails(let id, let contract): details(id, contract, client, wire)
    case .matchingSymbols(let id, let pattern):
      send(client, wire) { $0.symbolSamples(id, catalog.samples(of: pattern)) }
    case .smartComponents(let id, _):
      let venues = catalog.instruments.first { $0.hasSmartDepth }?.venues ?? []
      send(client, wire) { $0.smartComponents(id, venues) }
    case .marketRule(let id):
      send(client, wire) { $0.marketRule(id, Self.steps(of: id)) }
    case .optionParameters(let id, let symbol, let conID):
      optionParameters(id, symbol, conID, client, wire)
    case .depthExchanges: send(client, wire) { $0.depthExchanges(IbSimulatorDepthExchange.all) }
    case .currentTime:
      step(wire)
      send(client, wire) { $0.currentTime(seconds: seconds) }
    case .currentTimeMillis:
      step(wire)
      send(client, wire) { $0.currentTime(millis: millis) }
    case .ids: send(client, wire) { $0.nextValidID(1) }
    case .managedAccounts: send(client, wire) { $0.managedAccounts([account.name]) }
    case .userInfo(let id): send(client, wire) { $0.userInfo(id) }
    default: break
    }
  }

  private func details(
    _ id: Int, _ contract: IbSimulatorContract, _ client: IbSimulatorConnection,
    _ wire: SimulatorWire
  ) {
    let found = contract.legs > 0 ? [] : catalog.matches(contract)
    guard !found.isEmpty else {
      return fail(
        client, id, 200, "No security definition has been found for the request", wire)
    }
    for index in found {
      send(client, wire) { $0.contractDetails(id, catalog.instruments[index]) }
    }
    send(client, wire) { $0.contractDetailsEnd(id) }
  }

  /// The steps of the catalogue's market rules; 26 is the usual one of US stocks.
  private static func steps(of rule: Int) -> [(low: Int64, step: Int64)] {
    let cent: Int64 = 10_000_000
    return switch rule {
    case 67: [(0, 25 * cent)]
    case 239: [(0, 50_000)]
    case 32, 109: [(0, cent), (300 * cent, 5 * cent)]
    default: [(0, cent)]
    }
  }

  private func optionParameters(
    _ id: Int, _ symbol: String, _ conID: Int, _ client: IbSimulatorConnection,
    _ wire: SimulatorWire
  ) {
    let underlying = catalog.instruments.first {
      conID != 0 ? $0.conID == conID : $0.symbol == symbol && $0.securityType == "STK"
    }
    if let underlying {
      let options = catalog.instruments.filter { $0.underlyingConID == underlying.conID }
      let expirations = Set(options.map(\.lastTradeDate)).sorted()
      let strikes = Set(options.map(\.strike)).sorted()
      if !options.isEmpty {
        send(client, wire) {
          $0.optionParameters(
            id, exchange: "SMART", underlying: underlying, expirations: expirations,
            strikes: strikes)
        }
      }
    }
    send(client, wire) { $0.optionParametersEnd(id) }
  }
}

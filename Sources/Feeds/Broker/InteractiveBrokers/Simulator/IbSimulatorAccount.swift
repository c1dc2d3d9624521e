/// A position of the simulated account.
struct IbSimulatorPosition: Sendable {
  var instrument: IbSimulatorInstrument
  /// In units of 1e-9, below 0 for a short one.
  var quantity: Int64
  /// Of one unit, in units of 1e-9.
  var averageCost: Int64

  private var whole: Int64 { quantity / 1_000_000_000 }
  private var factor: Int64 { Int64(max(instrument.multiplier, 1)) }

  /// What it is worth at a price, in units of 1e-9.
  func value(at price: Int64) -> Int64 { price &* whole &* factor }
  func profit(at price: Int64) -> Int64 { (price &- averageCost) &* whole &* factor }
}

/// A value of the simulated account.
struct IbSimulatorAccountValue: Sendable {
  var key: String
  var text: String
  var currency: String
}

/// A fill of an order that nobody placed here.
struct IbSimulatorFill: Sendable {
  var position: IbSimulatorPosition
  var orderID: Int
  var executionID: String
  var time: String
  var account: String
  var venue: String
}

/// The simulated account: what a read-only session sees of it. All made up.
struct IbSimulatorAccount: Sendable {
  let name: String
  let positions: [IbSimulatorPosition]

  init(name: String, _ catalog: IbSimulatorCatalog) {
    self.name = name
    let one: Int64 = 1_000_000_000
    positions = [(265_598, 100, 150), (756_733, -110, 580), (637_533_641, 2, 5_300)].compactMap {
      conID, quantity, cost in
      catalog.index(conID: conID).map {
        IbSimulatorPosition(
          instrument: catalog.instruments[$0], quantity: Int64(quantity) * one,
          averageCost: Int64(cost) * one + one / 4)
      }
    }
  }

  var values: [IbSimulatorAccountValue] {
    [
      IbSimulatorAccountValue(key: "AccountType", text: "INDIVIDUAL", currency: ""),
      IbSimulatorAccountValue(key: "NetLiquidation", text: "1000000.00", currency: "USD"),
      IbSimulatorAccountValue(key: "TotalCashValue", text: "912345.67", currency: "USD"),
      IbSimulatorAccountValue(key: "BuyingPower", text: "3649382.68", currency: "USD"),
      IbSimulatorAccountValue(key: "GrossPositionValue", text: "87654.33", currency: "USD"),
    ]
  }

  /// Fills of today: one for the first position, where they are wanted.
  func fills(time: String) -> [IbSimulatorFill] {
    positions.prefix(1).map {
      IbSimulatorFill(
        position: $0, orderID: 1, executionID: "0000e0d5.69dd7411.01.01", time: time,
        account: name, venue: "IEX")
    }
  }
}

extension IbSimulatorInstrument {
  /// The exchange that positions name: the primary one where there is one.
  var primaryOrOwn: String { primaryExchange.isEmpty ? exchange : primaryExchange }
}

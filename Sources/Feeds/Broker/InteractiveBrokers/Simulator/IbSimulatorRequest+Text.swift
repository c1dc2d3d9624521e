internal import Wire

/// A walk over the NUL-terminated fields of one text request: what is missing or no number is
/// thrown as the error that the client gets.
struct IbSimulatorFields: ~Escapable {
  private var fields: IbFields
  /// The request's id, once it was read.
  private(set) var id = -1

  @_lifetime(copy fields)
  init(_ fields: consuming IbFields) { self.fields = fields }

  var isAtEnd: Bool { fields.isAtEnd }

  private func check() throws(IbSimulatorRequestError) {
    guard let failure = fields.failure else { return }
    throw IbSimulatorRequestError(
      id: id, code: 320,
      text: failure == .truncated
        ? "Error reading request. Unexpected end of message."
        : "Error reading request. Unable to parse data.")
  }

  mutating func text() throws(IbSimulatorRequestError) -> String {
    let text = fields.string()
    try check()
    return text
  }

  /// A whole number; empty is 0, as real clients leave out what they do not set.
  mutating func integer() throws(IbSimulatorRequestError) -> Int {
    let value = fields.int(unset: 0)
    try check()
    return value
  }

  mutating func requestID() throws(IbSimulatorRequestError) -> Int {
    id = try integer()
    return id
  }

  mutating func flag() throws(IbSimulatorRequestError) -> Bool {
    let value = fields.bool()
    try check()
    return value
  }

  /// A decimal in units of 1e-9; what is unset or no price is 0.
  mutating func decimal() throws(IbSimulatorRequestError) -> Int64 {
    let value = fields.decimal()
    try check()
    return value.nanos ?? 0
  }

  mutating func skip(_ count: Int) throws(IbSimulatorRequestError) {
    fields.skip(count)
    try check()
  }

  /// `contract12`: conId, symbol, secType, lastTradeDate, strike, right, multiplier, exchange,
  /// primaryExchange, currency, localSymbol, tradingClass.
  mutating func contract() throws(IbSimulatorRequestError) -> IbSimulatorContract {
    var contract = IbSimulatorContract()
    contract.conID = try integer()
    contract.symbol = try text()
    contract.securityType = try text()
    contract.lastTradeDate = try text()
    contract.strike = try decimal()
    contract.right = try text()
    contract.multiplier = try text()
    contract.exchange = try text()
    contract.primaryExchange = try text()
    contract.currency = try text()
    contract.localSymbol = try text()
    contract.tradingClass = try text()
    return contract
  }

  /// Legs of a combination: their count, then `width` fields each.
  mutating func legs(_ width: Int) throws(IbSimulatorRequestError) -> Int {
    let count = try integer()
    guard (0...64).contains(count) else {
      throw IbSimulatorRequestError(
        id: id, code: 320, text: "Error reading request. Invalid number of legs.")
    }
    try skip(count * width)
    return count
  }
}

extension IbSimulatorRequest {
  /// Reads a text request: `message` is its id, `fields` what follows.
  init(message: Int, fields: consuming IbFields) throws(IbSimulatorRequestError) {
    var reader = IbSimulatorFields(fields)
    if let request = try Self.marketRequest(message, &reader) {
      self = request
    } else if let request = try Self.historyRequest(message, &reader) {
      self = request
    } else if let request = try Self.referenceRequest(message, &reader) {
      self = request
    } else if let request = try Self.accountRequest(message, &reader) {
      self = request
    } else {
      self = .unserved(id: -1, message: message)
    }
  }

  private static func marketRequest(
    _ id: Int, _ fields: inout IbSimulatorFields
  ) throws(IbSimulatorRequestError) -> Self? {
    switch id {
    case IbRequestID.marketData:
      try fields.skip(1)
      return try marketData(&fields)
    case IbRequestID.cancelMarketData:
      try fields.skip(1)
      return .cancelMarketData(id: try fields.requestID())
    case IbRequestID.marketDataType:
      try fields.skip(1)
      return .marketDataType(try fields.integer())
    case IbRequestID.tickByTick:
      let number = try fields.requestID()
      let contract = try fields.contract()
      let kind = try fields.text()
      let history = try fields.integer()
      return .tickByTick(
        id: number, contract, kind: kind, history: history, ignoresSize: try fields.flag())
    case IbRequestID.cancelTickByTick: return .cancelTickByTick(id: try fields.requestID())
    case IbRequestID.depth:
      try fields.skip(1)
      let number = try fields.requestID()
      let contract = try fields.contract()
      let rows = try fields.integer()
      return .depth(id: number, contract, rows: rows, isSmart: try fields.flag())
    case IbRequestID.cancelDepth:
      try fields.skip(1)
      let number = try fields.requestID()
      return .cancelDepth(id: number, isSmart: try fields.flag())
    case IbRequestID.depthExchanges: return .depthExchanges
    case IbRequestID.realTimeBars:
      try fields.skip(1)
      let number = try fields.requestID()
      let contract = try fields.contract()
      let seconds = try fields.integer()
      return .realTimeBars(id: number, contract, seconds: seconds, show: try fields.text())
    case IbRequestID.cancelRealTimeBars:
      try fields.skip(1)
      return .cancelRealTimeBars(id: try fields.requestID())
    default: return nil
    }
  }

  private static func marketData(
    _ fields: inout IbSimulatorFields
  ) throws(IbSimulatorRequestError) -> Self {
    let number = try fields.requestID()
    var contract = try fields.contract()
    if contract.securityType == "BAG" { contract.legs = try fields.legs(4) }
    if try fields.flag() { try fields.skip(3) }
    let generic = try fields.text()
    let isSnapshot = try fields.flag()
    let isRegulatory = try fields.flag()
    return .marketData(
      id: number, contract, generic: Self.genericTicks(generic), isSnapshot: isSnapshot,
      isRegulatory: isRegulatory)
  }

  /// `233,236` as numbers; `mdoff` and the like are -1, for they ask for something else.
  static func genericTicks(_ text: String) -> [Int] {
    text.split(separator: ",").map { Int($0) ?? -1 }
  }

  private static func historyRequest(
    _ id: Int, _ fields: inout IbSimulatorFields
  ) throws(IbSimulatorRequestError) -> Self? {
    switch id {
    case IbRequestID.historicalData: return try history(&fields)
    case IbRequestID.cancelHistoricalData:
      try fields.skip(1)
      return .cancelHistory(id: try fields.requestID())
    case IbRequestID.headTimestamp:
      let number = try fields.requestID()
      let contract = try fields.contract()
      try fields.skip(2)
      let show = try fields.text()
      return .headTimestamp(id: number, contract, show: show, format: try fields.integer())
    case IbRequestID.cancelHeadTimestamp: return .cancelHeadTimestamp(id: try fields.requestID())
    case IbRequestID.historicalTicks:
      let number = try fields.requestID()
      var contract = try fields.contract()
      contract.includesExpired = try fields.flag()
      var ticks = IbSimulatorTicksRequest()
      ticks.start = try fields.text()
      ticks.end = try fields.text()
      ticks.count = try fields.integer()
      ticks.show = try fields.text()
      try fields.skip(1)
      ticks.ignoresSize = try fields.flag()
      return .historicalTicks(id: number, contract, ticks)
    case IbRequestID.cancelHistoricalTicks:
      return .cancelHistoricalTicks(id: try fields.requestID())
    default: return nil
    }
  }

  /// Bar size comes before duration on the wire.
  private static func history(
    _ fields: inout IbSimulatorFields
  ) throws(IbSimulatorRequestError) -> Self {
    let number = try fields.requestID()
    var contract = try fields.contract()
    contract.includesExpired = try fields.flag()
    var request = IbSimulatorHistoryRequest()
    request.end = try fields.text()
    request.barSize = try fields.text()
    request.duration = try fields.text()
    request.useRegularHours = try fields.flag()
    request.show = try fields.text()
    request.format = try fields.integer()
    if contract.securityType == "BAG" { contract.legs = try fields.legs(4) }
    request.keepsUpToDate = try fields.flag()
    return .history(id: number, contract, request)
  }

  private static func referenceRequest(
    _ id: Int, _ fields: inout IbSimulatorFields
  ) throws(IbSimulatorRequestError) -> Self? {
    switch id {
    case IbRequestID.startAPI:
      try fields.skip(1)
      let client = try fields.integer()
      return .startAPI(client: client, capabilities: fields.isAtEnd ? "" : try fields.text())
    case IbRequestID.contractDetails:
      try fields.skip(1)
      let number = try fields.requestID()
      var contract = try fields.contract()
      contract.includesExpired = try fields.flag()
      return .contractDetails(id: number, contract)
    case IbRequestID.cancelContractDetails:
      return .cancelContractDetails(id: try fields.requestID())
    case IbRequestID.matchingSymbols:
      let number = try fields.requestID()
      return .matchingSymbols(id: number, pattern: try fields.text())
    case IbRequestID.smartComponents:
      let number = try fields.requestID()
      return .smartComponents(id: number, exchange: try fields.text())
    case IbRequestID.marketRule: return .marketRule(try fields.integer())
    case IbRequestID.optionParameters:
      let number = try fields.requestID()
      let symbol = try fields.text()
      try fields.skip(2)
      return .optionParameters(
        id: number, symbol: symbol, underlyingConID: try fields.integer())
    case IbRequestID.currentTime: return .currentTime
    case IbRequestID.currentTimeInMillis: return .currentTimeMillis
    case IbRequestID.ids: return .ids
    case IbRequestID.managedAccounts: return .managedAccounts
    case IbRequestID.serverLogLevel: return .logLevel
    case IbRequestID.userInfo: return .userInfo(id: try fields.requestID())
    default: return nil
    }
  }
}

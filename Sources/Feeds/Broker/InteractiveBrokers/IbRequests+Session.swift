/// Requests of no instrument: cancellations, accounts, signs of life.
extension IbRequests {
  /// A request that has a version field in its text form, and perhaps one number: a request id.
  mutating func simple(_ id: Int, version field: Int?, _ value: Int? = nil) {
    if version >= IbMessageID.protobufVersion {
      writer.beginProtobuf(id)
      if let value { writer.int(1, value) }
    } else {
      writer.beginText(id, serverVersion: version)
      if let field { writer.field(field) }
      if let value { writer.field(value) }
    }
    writer.end()
  }

  mutating func cancelMarketData(_ reqID: Int) {
    simple(IbRequestID.cancelMarketData, version: 2, reqID)
  }
  mutating func cancelTickByTick(_ reqID: Int) {
    simple(IbRequestID.cancelTickByTick, version: nil, reqID)
  }
  mutating func cancelRealTimeBars(_ reqID: Int) {
    simple(IbRequestID.cancelRealTimeBars, version: 1, reqID)
  }
  mutating func cancelHistoricalData(_ reqID: Int) {
    simple(IbRequestID.cancelHistoricalData, version: 1, reqID)
  }
  mutating func currentTime() { simple(IbRequestID.currentTime, version: 1) }
  mutating func currentTimeInMillis() { simple(IbRequestID.currentTimeInMillis, version: nil) }
  mutating func ids() { simple(IbRequestID.ids, version: 1, 1) }
  mutating func managedAccounts() { simple(IbRequestID.managedAccounts, version: 1) }
  mutating func depthExchanges() { simple(IbRequestID.depthExchanges, version: nil) }
  mutating func marketRule(_ rule: Int) { simple(IbRequestID.marketRule, version: nil, rule) }
  mutating func serverLogLevel(_ level: Int) {
    simple(IbRequestID.serverLogLevel, version: 1, level)
  }
  mutating func positions() { simple(IbRequestID.positions, version: 1) }
  mutating func cancelPositions() { simple(IbRequestID.cancelPositions, version: 1) }
  mutating func openOrders() { simple(IbRequestID.openOrders, version: 1) }
  mutating func allOpenOrders() { simple(IbRequestID.allOpenOrders, version: 1) }
  mutating func cancelAccountSummary(_ reqID: Int) {
    simple(IbRequestID.cancelAccountSummary, version: 1, reqID)
  }

  mutating func matchingSymbols(_ reqID: Int, _ pattern: String) {
    if version >= IbMessageID.protobufVersion {
      writer.beginProtobuf(IbRequestID.matchingSymbols)
      writer.int(1, reqID)
      writer.string(2, pattern)
    } else {
      writer.beginText(IbRequestID.matchingSymbols, serverVersion: version)
      writer.field(reqID)
      writer.field(pattern)
    }
    writer.end()
  }

  /// One account at a time.
  mutating func accountUpdates(_ account: String, isOn: Bool) {
    if version >= IbMessageID.protobufVersion {
      writer.beginProtobuf(IbRequestID.accountUpdates)
      if isOn { writer.bool(1, true) }
      writer.stringUnlessEmpty(2, account)
    } else {
      writer.beginText(IbRequestID.accountUpdates, serverVersion: version)
      writer.field(2)
      writer.field(isOn)
      writer.field(account)
    }
    writer.end()
  }

  mutating func accountSummary(_ reqID: Int, group: String, tags: String) {
    if version >= IbMessageID.protobufVersion {
      writer.beginProtobuf(IbRequestID.accountSummary)
      writer.int(1, reqID)
      writer.string(2, group)
      writer.string(3, tags)
    } else {
      writer.beginText(IbRequestID.accountSummary, serverVersion: version)
      writer.field(1)
      writer.field(reqID)
      writer.field(group)
      writer.field(tags)
    }
    writer.end()
  }

  /// All executions of the day; at 200 the two fields of days must be there.
  mutating func executions(_ reqID: Int) {
    if version >= IbMessageID.protobufVersion {
      writer.beginProtobuf(IbRequestID.executions)
      writer.int(1, reqID)
      let filter = writer.beginMessage(2)
      writer.int(1, 0)
      writer.endMessage(filter)
    } else {
      writer.beginText(IbRequestID.executions, serverVersion: version)
      writer.field(3)
      writer.field(reqID)
      writer.field(0)
      for _ in 0..<6 { writer.emptyField() }
      if version >= Ib.executionFilterDays {
        writer.field(IbFields.unset)
        writer.field(0)
      }
    }
    writer.end()
  }

  mutating func pnl(_ reqID: Int, account: String) {
    if version >= IbMessageID.protobufVersion {
      writer.beginProtobuf(IbRequestID.pnl)
      writer.int(1, reqID)
      writer.stringUnlessEmpty(2, account)
    } else {
      writer.beginText(IbRequestID.pnl, serverVersion: version)
      writer.field(reqID)
      writer.field(account)
      writer.emptyField()
    }
    writer.end()
  }
}

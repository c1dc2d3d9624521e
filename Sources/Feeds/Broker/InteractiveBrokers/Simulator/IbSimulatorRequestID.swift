/// Requests that our own session never makes, and that a gateway must know all the same (fact
/// sheet, section 4).
extension IbRequestID {
  static var positionsMulti: Int { 74 }
  static var cancelPositionsMulti: Int { 75 }
  static var optionParameters: Int { 78 }
  static var cancelPnLSingle: Int { 95 }
  static var userInfo: Int { 104 }
  static var cancelContractDetails: Int { 106 }
  static var cancelHistoricalTicks: Int { 107 }
  // What a read-only gateway refuses.
  static var placeOrder: Int { 3 }
  static var cancelOrder: Int { 4 }
  static var exerciseOptions: Int { 21 }
  static var globalCancel: Int { 58 }
}

/// Answers that our own session has no use for.
extension IbMessageID {
  static var optionParameters: Self { Self(rawValue: 75) }
  static var optionParametersEnd: Self { Self(rawValue: 76) }
  static var completedOrdersEnd: Self { Self(rawValue: 102) }
  static var userInfo: Self { Self(rawValue: 107) }
}

/// Server versions that the simulated gateway speaks.
enum IbSimulatorVersions {
  static var oldest: Int { 176 }
  static var newestText: Int { 200 }
  static var newest: Int { 226 }

  /// The version for a client's range: the newest that both know, text or protobuf alone. Between
  /// 201 and 212 both kinds would come on one connection; such a client gets text. Nil where the
  /// client is too old or too new.
  static func agreed(client range: ClosedRange<Int>, server newest: Int) -> Int? {
    var version = min(range.upperBound, newest)
    if version > newestText, version < IbMessageID.protobufVersion { version = newestText }
    return version >= oldest && version >= range.lowerBound ? version : nil
  }
}

/// New state of trading (DBN, "Enums", status action).
@frozen
public struct StatusAction: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt16

  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// None.
  @inlinable public static var none: Self { Self(rawValue: 0) }
  /// Pre open.
  @inlinable public static var preOpen: Self { Self(rawValue: 1) }
  /// Pre cross.
  @inlinable public static var preCross: Self { Self(rawValue: 2) }
  /// Quoting.
  @inlinable public static var quoting: Self { Self(rawValue: 3) }
  /// Cross.
  @inlinable public static var cross: Self { Self(rawValue: 4) }
  /// Rotation.
  @inlinable public static var rotation: Self { Self(rawValue: 5) }
  /// New price indication.
  @inlinable public static var newPriceIndication: Self { Self(rawValue: 6) }
  /// Trading.
  @inlinable public static var trading: Self { Self(rawValue: 7) }
  /// Halt.
  @inlinable public static var halt: Self { Self(rawValue: 8) }
  /// Pause.
  @inlinable public static var pause: Self { Self(rawValue: 9) }
  /// Suspend.
  @inlinable public static var suspend: Self { Self(rawValue: 10) }
  /// Pre close.
  @inlinable public static var preClose: Self { Self(rawValue: 11) }
  /// Close.
  @inlinable public static var close: Self { Self(rawValue: 12) }
  /// Post close.
  @inlinable public static var postClose: Self { Self(rawValue: 13) }
  /// Short sell restriction change.
  @inlinable public static var shortSellRestrictionChange: Self { Self(rawValue: 14) }
  /// Not available.
  @inlinable public static var notAvailable: Self { Self(rawValue: 15) }
}

/// Why the state of trading changed (DBN, "Enums", status reason).
@frozen
public struct StatusReason: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt16

  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// None.
  @inlinable public static var none: Self { Self(rawValue: 0) }
  /// Scheduled.
  @inlinable public static var scheduled: Self { Self(rawValue: 1) }
  /// Surveillance.
  @inlinable public static var surveillance: Self { Self(rawValue: 2) }
  /// Market event.
  @inlinable public static var marketEvent: Self { Self(rawValue: 3) }
  /// Activation.
  @inlinable public static var activation: Self { Self(rawValue: 4) }
  /// Expiration.
  @inlinable public static var expiration: Self { Self(rawValue: 5) }
  /// Recovery.
  @inlinable public static var recovery: Self { Self(rawValue: 6) }
  /// Regulatory.
  @inlinable public static var regulatory: Self { Self(rawValue: 10) }
  /// Administrative.
  @inlinable public static var administrative: Self { Self(rawValue: 11) }
  /// Non compliance.
  @inlinable public static var nonCompliance: Self { Self(rawValue: 12) }
  /// Filings not current.
  @inlinable public static var filingsNotCurrent: Self { Self(rawValue: 13) }
  /// Sec suspension.
  @inlinable public static var secSuspension: Self { Self(rawValue: 14) }
  /// New issue.
  @inlinable public static var newIssue: Self { Self(rawValue: 15) }
  /// Issue available.
  @inlinable public static var issueAvailable: Self { Self(rawValue: 16) }
  /// Reviewed.
  @inlinable public static var reviewed: Self { Self(rawValue: 17) }
  /// Filing satisfied.
  @inlinable public static var filingSatisfied: Self { Self(rawValue: 18) }
  /// News pending.
  @inlinable public static var newsPending: Self { Self(rawValue: 30) }
  /// News released.
  @inlinable public static var newsReleased: Self { Self(rawValue: 31) }
  /// News and times.
  @inlinable public static var newsAndTimes: Self { Self(rawValue: 32) }
  /// News not forthcoming.
  @inlinable public static var newsNotForthcoming: Self { Self(rawValue: 33) }
  /// Order imbalance.
  @inlinable public static var orderImbalance: Self { Self(rawValue: 40) }
  /// Luld pause.
  @inlinable public static var luldPause: Self { Self(rawValue: 50) }
  /// Operational.
  @inlinable public static var operational: Self { Self(rawValue: 60) }
  /// Information requested.
  @inlinable public static var informationRequested: Self { Self(rawValue: 70) }
  /// Merger.
  @inlinable public static var merger: Self { Self(rawValue: 80) }
  /// Etf.
  @inlinable public static var etf: Self { Self(rawValue: 90) }
  /// Corporate action.
  @inlinable public static var corporateAction: Self { Self(rawValue: 100) }
  /// New offering.
  @inlinable public static var newOffering: Self { Self(rawValue: 110) }
  /// Market wide halt level1.
  @inlinable public static var marketWideHaltLevel1: Self { Self(rawValue: 120) }
  /// Market wide halt level2.
  @inlinable public static var marketWideHaltLevel2: Self { Self(rawValue: 121) }
  /// Market wide halt level3.
  @inlinable public static var marketWideHaltLevel3: Self { Self(rawValue: 122) }
  /// Market wide halt carry over.
  @inlinable public static var marketWideHaltCarryOver: Self { Self(rawValue: 123) }
  /// Market wide halt resumption.
  @inlinable public static var marketWideHaltResumption: Self { Self(rawValue: 124) }
  /// Quotation not available.
  @inlinable public static var quotationNotAvailable: Self { Self(rawValue: 130) }
}

/// Further effect of a status (DBN, "Enums", trading_event).
@frozen
public struct TradingEvent: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt16

  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// None.
  @inlinable public static var none: Self { Self(rawValue: 0) }
  /// No cancel.
  @inlinable public static var noCancel: Self { Self(rawValue: 1) }
  /// Change trading session.
  @inlinable public static var changeTradingSession: Self { Self(rawValue: 2) }
  /// Implied matching on.
  @inlinable public static var impliedMatchingOn: Self { Self(rawValue: 3) }
  /// Implied matching off.
  @inlinable public static var impliedMatchingOff: Self { Self(rawValue: 4) }
}

/// Yes, no, or not known (DBN, "Enums", tri-state).
@frozen
public struct TriState: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Yes.
  @inlinable public static var yes: Self { Self(rawValue: UInt8(ascii: "Y")) }
  /// No.
  @inlinable public static var no: Self { Self(rawValue: UInt8(ascii: "N")) }
  /// Not known or not applicable.
  @inlinable public static var notAvailable: Self { Self(rawValue: UInt8(ascii: "~")) }
}

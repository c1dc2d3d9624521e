internal import Records

/// Numbers of the feed (fact sheet `ib-tws.md`; sections in brackets).
enum Ib {
  static var name: String { "ib" }
  static var dataset: String { "IB.TWS" }
  static var publisherID: UInt16 { 60_002 }

  /// What is offered by default: text, proven against live gateways [2].
  static var textVersion: Int { 200 }
  /// What is offered on request: protobuf for every message [1].
  static var protobufVersions: ClosedRange<Int> { 213...226 }

  /// Versions from which a layout differs [3].
  static var historyVersionless: Int { 124 }
  static var orderStatusVersionless: Int { 131 }
  static var executionVersionless: Int { 136 }
  static var smartDepth: Int { 146 }
  static var openOrderVersionless: Int { 145 }
  static var optionTickAttrib: Int { 156 }
  static var detailsVersionless: Int { 164 }
  static var advancedReject: Int { 166 }
  static var issuerID: Int { 176 }
  static var fundColumns: Int { 179 }
  static var lastTradeDate: Int { 182 }
  static var ineligibility: Int { 186 }
  static var errorTime: Int { 194 }
  static var historicalEnd: Int { 196 }
  static var executionFilterDays: Int { 200 }
  static var sharesInVolume: Int { 220 }

  /// Market data types [6]: what was granted.
  static var live: UInt8 { 1 }
  static var delayed: UInt8 { 3 }
  static var delayedFrozen: UInt8 { 4 }

  /// What a delay is where the upstream says only that there is one: exchanges free their data
  /// after 10 to 20 minutes, most after 15.
  static var delaySeconds: Int { 900 }
}

/// Limits, by name. Reaching one is counted, or an error says so.
enum IbLimits {
  /// The longest frame of the official client; a longer one is no frame [1].
  static var frameBytes: Int { 0xFF_FFFF }
  /// A longer frame than this is passed over as it streams by, by default: it need not fit the
  /// connection's buffer of 1 MiB. None of market data comes near.
  static var bufferedBytes: Int { 512 << 10 }
  /// The most that this may be set to: the buffer must hold such a frame and the beginning of the
  /// next one.
  static var largestBufferedBytes: Int { 960 << 10 }
  /// Instruments of a recording; a session has those of its list.
  static var instruments: Int { 1 << 13 }
  /// Books with depth at the same time. The upstream's own limit is 3, more with more lines.
  static var books: Int { 64 }
  /// Rows of one side of a book.
  static var bookRows: Int { 64 }
  /// Bytes of text that go into a record.
  static var textBytes: Int { 302 }
  /// Events that wait for the session; more are counted as notices that were dropped.
  static var events: Int { 4_096 }
  /// Ticks that one request of the past gives (fact sheet, section 5).
  static var historicalTicks: Int { 1_000 }
  /// Requests for one hole.
  static var historyPages: Int { 60 }
  /// Requests of the past that wait to be sent.
  static var waitingRequests: Int { 1_024 }
}

/// What a message means to the session, beside records. Rare: never one a tick.
enum IbEvent: Sendable, Equatable {
  case nextValidID(Int)
  case managedAccounts([String])
  /// The upstream's clock, ns; `isExact` where it came in ms.
  case currentTime(nanos: UInt64, isExact: Bool)
  case error(IbError)
  /// First word of an instrument's subscription on this connection.
  case confirmed(index: Int)
  /// What type of data the upstream grants.
  case granted(index: Int, type: Int)
  case details(reqID: Int, IbContractDetails)
  case detailsEnd(reqID: Int)
  /// Ticks of the past: how many became records, and the time of the last one in seconds.
  case pastTicks(reqID: Int, records: Int, lastSecond: Int, isDone: Bool)
  case pastBars(reqID: Int, records: Int, isDone: Bool)
  case headTimestamp(reqID: Int, text: String)
  /// A contract for difference: its data is that of another instrument.
  case reroute(reqID: Int, conID: Int, exchange: String, isDepth: Bool)
  /// What the upstream tells of an instrument's tick size and permissions.
  case tickParameters(index: Int, minTick: Int64, bboExchange: String, permissions: Int)
  /// Text for the log.
  case notice(code: Int, text: String)
}

/// Message 4: an error, a warning, or news of the connection (section 12).
struct IbError: Sendable, Equatable {
  /// -1 where it is about the connection.
  var reqID = -1
  var code = 0
  var text = ""
  var advancedReject = ""
  /// Milliseconds since the Unix epoch; 0 below version 194.
  var millis = 0

  /// Below 166 `version, id, code, text`; to 193 with `advancedRejectJson`; from 194 on without the
  /// version and with the time.
  init(_ fields: inout IbFields, version: Int) {
    if version < Ib.errorTime { fields.skip() }
    reqID = fields.int()
    code = fields.int()
    text = IbText.unescaped(fields.string())
    if version >= Ib.advancedReject { advancedReject = IbText.unescaped(fields.string()) }
    if version >= Ib.errorTime { millis = fields.int(unset: 0) }
  }

  init(_ message: inout IbProtobuf) {
    while message.next() {
      switch message.number {
      case 1: reqID = message.int()
      case 2: millis = message.int()
      case 3: code = message.int()
      case 4: text = message.string()
      case 5: advancedReject = message.string()
      default: message.skip()
      }
    }
  }

  init(reqID: Int, code: Int, text: String) {
    (self.reqID, self.code, self.text) = (reqID, code, text)
  }
}

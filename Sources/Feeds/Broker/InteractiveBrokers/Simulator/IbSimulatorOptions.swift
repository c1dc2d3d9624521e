public import FeedKit

/// What bounds the simulated gateway beside its options.
enum IbSimulatorLimits {
  /// No request of a client is anywhere near as long.
  static var frameBytes: UInt32 { 1 << 20 }
  /// Real-time bars are of five seconds.
  static var barNanos: UInt64 { 5_000_000_000 }
  /// Bars of one historical answer.
  static var bars: Int { 5_000 }
  /// Ticks that may be asked for at once (fact sheet, section 9).
  static var ticks: Int { 1_000 }
  /// Requests that wait with `+PACEAPI`; a client beyond is cut off.
  static var held: Int { 10_000 }
  static var realTimeBars: Int { 60 }
  static var summaries: Int { 2 }
  static var openHistory: Int { 50 }
}

/// The gateway's settings, checked.
struct IbSimulatorOptions {
  var newestVersion = IbSimulatorVersions.newest
  var account = "DU1234567"
  /// Requests a second.
  var messageLimit = 50
  var linesLimit = 100
  var depthLimit = 3
  /// 1 live, 3 delayed.
  var granted = 1
  /// After an outage of its own link the gateway says 1101 rather than 1102.
  var losesSubscriptions = false
  /// A denied login gets 326 rather than a closed connection.
  var deniesAsInUse = false
  var hasExecutions = false
  var hasPacing = true
  /// Rows of a book are written over in place, not shifted.
  var hasFixedRows = false
  /// Where time is stepped: by how much.
  var stepNanos: UInt64?
  /// Unix ns; nil for the caller's now.
  var start: UInt64?

  /// At most 5 % of the lines, 5 for 100.
  var tickByTickLimit: Int { max(linesLimit / 20, 1) }

  init(_ options: SimulatorOptions) throws(SimulatorError) {
    linesLimit = options.linesLimit ?? linesLimit
    start = options.start > 0 ? options.start : nil
    for (name, value) in options.settings { try apply(name, value) }
    // Stepped time owes nothing to the clock: Monday, 2 November 2026, 9:30 in New York.
    if stepNanos != nil { start = 1_793_629_800_000_000_000 }
  }

  private mutating func apply(_ name: String, _ value: String) throws(SimulatorError) {
    switch name {
    case "max_version":
      newestVersion = try number(
        name, value, IbSimulatorVersions.oldest...IbSimulatorVersions.newest)
    case "account": account = value
    case "message_limit": messageLimit = try number(name, value, 1...1_000_000)
    case "depth_limit": depthLimit = try number(name, value, 0...10_000)
    case "step": stepNanos = UInt64(try number(name, value, 0...86_400_000)) * 1_000_000
    case "granted": granted = try choice(name, value, ["live", "delayed"]) == 0 ? 1 : 3
    case "link": losesSubscriptions = try choice(name, value, ["kept", "lost"]) == 1
    case "deny": deniesAsInUse = try choice(name, value, ["close", "in-use"]) == 1
    case "executions": hasExecutions = try choice(name, value, ["none", "made"]) == 1
    case "depth": hasFixedRows = try choice(name, value, ["shift", "in-place"]) == 1
    case "pacing": hasPacing = try choice(name, value, ["on", "off"]) == 0
    default:
      let known = IbSimulator.settings.map(\.name).joined(separator: ", ")
      throw SimulatorError("there is no setting \"\(name)\" here; known are \(known)")
    }
    if stepNanos == 0 { stepNanos = nil }
  }

  private func number(
    _ name: String, _ value: String, _ range: ClosedRange<Int>
  ) throws(SimulatorError) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw SimulatorError(
        "\(name)=\(value): give a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private func choice(
    _ name: String, _ value: String, _ words: [String]
  ) throws(SimulatorError) -> Int {
    guard let place = words.firstIndex(of: value) else {
      throw SimulatorError("\(name)=\(value): give \(words.joined(separator: " or "))")
    }
    return place
  }
}

extension IbSimulator {
  public static func instruments(
    _ options: SimulatorOptions
  ) throws(SimulatorError) -> [LiveInstrument] {
    let catalog = IbSimulatorCatalog(symbols: options.symbols, count: options.symbolCount)
    return catalog.instruments.enumerated().map { number, instrument in
      LiveInstrument(
        instrumentID: UInt32(number + 1), symbol: instrument.symbol,
        canonical: instrument.localSymbol,
        details: [
          "con_id": String(instrument.conID), "sec_type": instrument.securityType,
          "exchange": instrument.exchange, "currency": instrument.currency,
          "local_symbol": instrument.localSymbol,
        ])
    }
  }

  public static var settings: [(name: String, help: String)] {
    [
      ("max_version", "newest server version, 176 to 226; 200 is the newest text"),
      ("account", "name of the account"),
      ("message_limit", "requests a second before error 100, usually 50"),
      ("depth_limit", "books at a time before error 309, usually 3"),
      ("granted", "live or delayed: what market data the login may have"),
      ("link", "kept or lost: whether subscriptions outlive an outage (1102 or 1101)"),
      ("deny", "close or in-use: how a login is refused (no byte, or error 326)"),
      ("depth", "shift or in-place: how rows of a book change"),
      ("executions", "none or made: whether there is a fill to report"),
      ("pacing", "on or off: limits of historical requests (error 162)"),
      ("step", "milliseconds that the market moves with each currentTime request; 0: the clock"),
    ]
  }
}

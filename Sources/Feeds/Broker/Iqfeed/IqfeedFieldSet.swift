/// What each column of P and Q lines is: the current field set of a connection (section 4).
///
/// Made of the names when a CURRENT UPDATE FIELDNAMES line arrives; lines before it have the older
/// set. Columns are counted with the line's letter as 0; -1 where the set does not have the field.
struct IqfeedFieldSet: BitwiseCopyable {
  /// Fields of a line without its letter.
  private(set) var count = 0
  var symbol = -1
  var contents = -1
  var totalVolume = -1
  var bid = -1
  var bidSize = -1
  var bidTime = -1
  var ask = -1
  var askSize = -1
  var askTime = -1
  var open = -1
  var high = -1
  var low = -1
  var close = -1
  var settle = -1
  var openInterest = -1
  var vwap = -1
  var delay = -1
  var conditions = -1
  var aggressor = -1
  var tickID = -1
  /// The columns of the trade, and the letters of Message Contents under which they are new.
  var trade = IqfeedTradeColumns()

  /// A set by its names, as the line and the settings have them.
  init(names: [String]) {
    count = names.count
    for (index, name) in names.enumerated() { setColumn(name, index + 1) }
    trade = Self.tradeColumns(names)
  }

  /// A set by its names with commas between them.
  init(list: String) { self.init(names: Self.names(list)) }

  static func names(_ list: String) -> [String] {
    var names = list.split(separator: ",", omittingEmptySubsequences: false).map {
      String($0.drop { $0 == " " })
    }
    if names.last == "" { names.removeLast() }
    return names
  }

  private mutating func setColumn(_ name: String, _ column: Int) {
    switch name {
    case "Symbol": symbol = column
    case "Message Contents": contents = column
    case "Total Volume": totalVolume = column
    case "Bid": bid = column
    case "Bid Size": bidSize = column
    case "Bid Time": bidTime = column
    case "Ask": ask = column
    case "Ask Size": askSize = column
    case "Ask Time": askTime = column
    case "Open": open = column
    case "High": high = column
    case "Low": low = column
    case "Close": close = column
    case "Settle": settle = column
    case "Open Interest": openInterest = column
    case "VWAP": vwap = column
    case "Delay": delay = column
    case "Most Recent Trade Conditions": conditions = column
    case "Most Recent Trade Aggressor": aggressor = column
    case "TickID": tickID = column
    default: break
    }
  }

  /// Most Recent Trade is any of C, E and O; Extended Trade is C or E; Last is C (section 4).
  private static func tradeColumns(_ names: [String]) -> IqfeedTradeColumns {
    for (prefix, price, letters) in [
      ("Most Recent Trade", "Most Recent Trade", IqfeedContents.anyTrade),
      ("Extended Trade", "Extended Trade", IqfeedContents.last | IqfeedContents.extended),
      ("Last", "Last", IqfeedContents.last),
    ] {
      func column(_ name: String) -> Int { names.firstIndex(of: name).map { $0 + 1 } ?? -1 }
      guard column(price) > 0, column(prefix + " Size") > 0 else { continue }
      return IqfeedTradeColumns(
        price: column(price), size: column(prefix + " Size"), time: column(prefix + " Time"),
        date: column(prefix + " Date"), center: column(prefix + " Market Center"),
        letters: letters)
    }
    return IqfeedTradeColumns()
  }
}

/// Columns of one of the three trades that a line may have.
struct IqfeedTradeColumns: BitwiseCopyable {
  var price = -1
  var size = -1
  var time = -1
  var date = -1
  var center = -1
  var letters: UInt64 = 0
}

/// Letters of Message Contents as bits: bit 0 is `A`.
enum IqfeedContents {
  static func bit(_ letter: UInt8) -> UInt64 { 1 &<< UInt64(letter &- 0x41 & 63) }

  static var last: UInt64 { 1 << 2 }
  static var extended: UInt64 { 1 << 4 }
  static var other: UInt64 { 1 << 14 }
  static var ask: UInt64 { 1 << 32 }
  static var bid: UInt64 { 1 << 33 }
  static var close: UInt64 { 1 << 34 }
  static var high: UInt64 { 1 << 39 }
  static var low: UInt64 { 1 << 43 }
  static var open: UInt64 { 1 << 46 }
  static var settle: UInt64 { 1 << 50 }
  static var volume: UInt64 { 1 << 53 }

  /// Not a letter, more letters than there are, or more than one of C, E and O.
  static var wrong: UInt64 { ~0 }

  static var anyTrade: UInt64 { last | extended | other }
  static var quote: UInt64 { bid | ask }
  static var statistics: UInt64 { close | high | low | open | settle | volume }
}

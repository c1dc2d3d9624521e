/// DTN IQFeed's text protocol, versions 6.2 and 6.1: message letters, ports and field names.
///
/// Source: the wire facts of IQConnect's client ports; sections are named where a rule is used.
/// Lines of fields between commas, no quoting; times are New York's wall clock.
enum Iqfeed {
  /// Under what a line is counted and shown: the wire's first letter, and letters of ours for lines
  /// that have none (history rows begin with a date or a request's id).
  enum MessageType {
    static var summary: UInt8 { UInt8(ascii: "P") }
    static var update: UInt8 { UInt8(ascii: "Q") }
    static var fundamental: UInt8 { UInt8(ascii: "F") }
    static var regional: UInt8 { UInt8(ascii: "R") }
    static var news: UInt8 { UInt8(ascii: "N") }
    static var time: UInt8 { UInt8(ascii: "T") }
    static var correction: UInt8 { UInt8(ascii: "C") }
    static var notFound: UInt8 { UInt8(ascii: "n") }
    static var noDepth: UInt8 { UInt8(ascii: "q") }
    static var system: UInt8 { UInt8(ascii: "S") }
    static var error: UInt8 { UInt8(ascii: "E") }
    static var leftover: UInt8 { UInt8(ascii: "O") }
    static var marketMaker: UInt8 { UInt8(ascii: "M") }
    static var levelOrder: UInt8 { UInt8(ascii: "0") }
    static var orderAdd: UInt8 { UInt8(ascii: "3") }
    static var orderChange: UInt8 { UInt8(ascii: "4") }
    static var orderDelete: UInt8 { UInt8(ascii: "5") }
    static var orderSummary: UInt8 { UInt8(ascii: "6") }
    static var levelSummary: UInt8 { UInt8(ascii: "7") }
    static var levelUpdate: UInt8 { UInt8(ascii: "8") }
    static var levelDelete: UInt8 { UInt8(ascii: "9") }
    /// Depth of both sides, protocol 6.1 and before.
    static var oldDepthImage: UInt8 { UInt8(ascii: "Z") }
    static var oldDepthUpdate: UInt8 { UInt8(ascii: "2") }
    /// Depth where no protocol was set.
    static var oldestDepth: UInt8 { UInt8(ascii: "U") }
    /// Rows of the lookup port (ours).
    static var history: UInt8 { UInt8(ascii: "h") }
    static var lookup: UInt8 { UInt8(ascii: "l") }
    /// Streaming bars (ours; the wire says `BH`, `BU`, `BC` behind a request's id).
    static var bar: UInt8 { UInt8(ascii: "B") }
  }

  /// Our own number, above those of the public list.
  static var publisherID: UInt16 { 60_001 }
  static var dataset: String { "IQFEED.L1" }

  /// What is selected where the settings say nothing: section 4, "Good set for a feed".
  static var goodFields: String {
    "Symbol,Message Contents,Most Recent Trade,Most Recent Trade Size,Most Recent Trade Time,"
      + "Most Recent Trade Date,Most Recent Trade Market Center,Most Recent Trade Conditions,"
      + "Most Recent Trade Aggressor,TickID,Total Volume,Bid,Bid Size,Bid Time,"
      + "Bid Market Center,Ask,Ask Size,Ask Time,Ask Market Center,Open,High,Low,Close,Settle,"
      + "Delay,Decimal Precision"
  }

  /// What a connection begins with at 6.1 and 6.2.
  static var defaultFields: String {
    "Symbol,Most Recent Trade,Most Recent Trade Size,Most Recent Trade Time,"
      + "Most Recent Trade Market Center,Total Volume,Bid,Bid Size,Ask,Ask Size,Open,High,Low,"
      + "Close,Message Contents,Most Recent Trade Conditions"
  }

  /// The set of 18 that public samples show: aggressor and day code behind the default one.
  static var sampleFields: String {
    defaultFields + ",Most Recent Trade Aggressor,Most Recent Trade Day Code"
  }
}

/// Limits of the feed; reaching one is counted.
enum IqfeedLimits {
  /// Instruments of one source (`instrument_limit`).
  static var instruments: Int { 1 << 15 }
  /// Bytes of a symbol: section 2.
  static var symbolBytes: Int { 30 }
  /// Bytes of a line; the longest known, the list of all field names, has 1,500 (`oversized`).
  static var lineBytes: Int { 1 << 14 }
  /// Fields of a line (`oversized`).
  static var fields: Int { 256 }
  /// Bytes behind a field's start that numbers are read with.
  static var readAhead: Int { 32 }
  /// Letters of Message Contents.
  static var contentsBytes: Int { 24 }
  /// Bytes of a trade's conditions: pairs of hexadecimal digits.
  static var conditionBytes: Int { 16 }
}

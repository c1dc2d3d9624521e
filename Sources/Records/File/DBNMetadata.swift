/// What stands before the records of a DBN file or stream (DBN, "Metadata header").
public struct DBNMetadata: Equatable, Sendable {
  /// Version of the format, 1...3; it decides the layouts of some records.
  public var version: UInt8
  /// Dataset code, such as `XNAS.ITCH`; at most 15 bytes.
  public var dataset: String
  /// Schema of all records, or `none`.
  public var schema: Schema
  /// First time, ns since the Unix epoch.
  public var start: UInt64
  /// Time after the last, ns; `Undefined.timestamp` where not known.
  public var end: UInt64
  /// Most records that were asked for; 0 = no limit.
  public var limit: UInt64
  /// Symbology of the request; version 1 knows no `none`.
  public var stypeIn: SType
  /// Symbology of the records.
  public var stypeOut: SType
  /// Whether every record is followed by a send time.
  public var hasSendTime: Bool
  /// Bytes of a symbol in the lists, the NUL included: 22 in version 1, 71 else.
  public var symbolLength: Int
  /// Symbols of the request.
  public var symbols: [String]
  /// Symbols that were resolved for a part of the time only.
  public var partial: [String]
  /// Symbols that were not resolved.
  public var notFound: [String]
  /// What each symbol stood for, and when.
  public var mappings: [Mapping]

  /// The intervals of one symbol.
  public struct Mapping: Equatable, Sendable {
    public var rawSymbol: String
    public var intervals: [Interval]

    public init(rawSymbol: String, intervals: [Interval]) {
      self.rawSymbol = rawSymbol
      self.intervals = intervals
    }
  }

  /// Days on which a symbol stood for another, as yyyymmdd; the end is not among them.
  public struct Interval: Equatable, Sendable {
    public var startDate: UInt32
    public var endDate: UInt32
    public var symbol: String

    public init(startDate: UInt32, endDate: UInt32, symbol: String) {
      self.startDate = startDate
      self.endDate = endDate
      self.symbol = symbol
    }
  }

  /// Metadata of a new stream: no symbols, no end, no limit.
  public init(
    version: UInt8 = 3, dataset: String, schema: Schema = .none, start: UInt64 = 0,
    end: UInt64 = Undefined.timestamp, limit: UInt64 = 0, stypeIn: SType = .rawSymbol,
    stypeOut: SType = .instrumentID, hasSendTime: Bool = false
  ) {
    self.version = version
    self.dataset = dataset
    self.schema = schema
    self.start = start
    self.end = end
    self.limit = limit
    self.stypeIn = stypeIn
    self.stypeOut = stypeOut
    self.hasSendTime = hasSendTime
    symbolLength = Self.symbolLength(version: version)
    symbols = []
    partial = []
    notFound = []
    mappings = []
  }

  static func symbolLength(version: UInt8) -> Int { version <= 1 ? 22 : 71 }
}

/// Offsets of the metadata's fixed part, which ends at byte 108 in every version.
enum MetadataLayout {
  static var prefixBytes: Int { 8 }
  static var fixedBytes: Int { 108 }
  static var datasetBytes: Int { 16 }
  static var dataset: Int { 8 }
  static var schema: Int { 24 }
  static var start: Int { 26 }
  static var end: Int { 34 }
  static var limit: Int { 42 }
  /// Version 1 has a record count at byte 50, written as 2^64-1, and the rest 8 bytes later.
  static func stypeIn(version: UInt8) -> Int { version <= 1 ? 58 : 50 }
  /// Versions 2 and 3 only.
  static var symbolLength: Int { 53 }
}

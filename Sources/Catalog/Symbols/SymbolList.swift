internal import Records

/// Reads a list of symbols line by line; the first line says of what kind it is.
///
///     symbol,canonical,exchange,currency,type,key,tick_size,valid_from,valid_to     CSV (RFC 4180)
///     SYMBOL⇥DESCRIPTION⇥EXCHANGE⇥LISTED_MARKET⇥SECURITY_TYPE⇥SIC⇥FRONTMONTH⇥NAICS  IQFeed's list
///     {"source":"ib","symbol":"AAPL","canonical":"AAPL", ...}                       JSON lines
///
/// Columns are found by their names, in any order and case; only `symbol` must be there. A time is
/// a day (UTC) or a moment; `valid_to` is the first moment that no longer counts.
public struct SymbolList {
  /// Why a line holds no symbol.
  public struct Mistake: Error, Equatable, Sendable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
  }

  /// A line's definition, and its source where it names one.
  public struct Line: Sendable, Equatable {
    public var definition: SymbolDefinition
    public var source: String?
  }

  private enum Kind {
    case unknown
    case separated(UInt8)
    case json
  }

  private var kind = Kind.unknown
  private var columns: [Column?] = []
  /// Lines read.
  public private(set) var lines = 0

  public init() {}

  private enum Column: String, CaseIterable {
    case symbol, canonical, name, exchange, market, currency, type, key, tick, from, to
    case source, instrument

    /// The names that a column may have.
    var names: [String] {
      switch self {
      case .name: ["name", "description"]
      case .market: ["listed_market"]
      case .type: ["type", "security_type", "securitytype", "sec_type"]
      case .key: ["key", "con_id", "conid"]
      case .tick: ["tick_size", "min_tick"]
      case .from: ["valid_from"]
      case .to: ["valid_to"]
      case .canonical: ["canonical", "canonical_symbol"]
      default: [rawValue]
      }
    }
  }

  /// Columns of known lists that say nothing here.
  private static var ignored: [String] { ["sic", "frontmonth", "naics", "listing_id"] }

  /// Reads one line without its line feed; nil for the header, an empty line or a comment (`#`).
  public mutating func read(_ bytes: [UInt8]) throws(Mistake) -> Line? {
    var line = bytes
    lines += 1
    if lines == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    if line.isEmpty || line[0] == UInt8(ascii: "#") { return nil }
    switch kind {
    case .unknown:
      if line[0] == UInt8(ascii: "{") {
        kind = .json
        return try json(line)
      }
      try header(line)
      return nil
    case .json: return try json(line)
    case .separated(let separator): return try row(Self.fields(line, separator))
    }
  }

  private mutating func header(_ line: [UInt8]) throws(Mistake) {
    let separator = line.contains(0x09) ? 0x09 : UInt8(ascii: ",")
    var found: [Column?] = []
    for field in try Self.fields(line, separator) {
      let name = field.lowercased().split(separator: " ").joined(separator: "_")
      let column = Column.allCases.first { $0.names.contains(name) }
      guard column != nil || Self.ignored.contains(name) else {
        throw Mistake(
          "the header has an unknown column \"\(field.bounded(to: 40))\"; known are "
            + Column.allCases.map { $0.names[0] }.joined(separator: ", "))
      }
      found.append(column)
    }
    guard found.contains(.symbol) else {
      throw Mistake("the first line must name the columns, \"symbol\" among them")
    }
    columns = found
    kind = .separated(separator)
  }

  /// The fields of a line: with quotes where the separator is a comma.
  private static func fields(
    _ line: [UInt8], _ separator: UInt8
  ) throws(Mistake) -> [String] {
    let quote = UInt8(ascii: "\"")
    guard separator == UInt8(ascii: ","), line.contains(quote) else {
      return line.split(separator: separator, omittingEmptySubsequences: false).map(trimmed)
    }
    var fields: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var at = 0
    while at < line.count {
      let byte = line[at]
      at += 1
      if isQuoted, byte == quote {
        if at < line.count, line[at] == quote {
          field.append(quote)
          at += 1
        } else {
          isQuoted = false
        }
      } else if !isQuoted, byte == quote, field.isEmpty {
        isQuoted = true
      } else if !isQuoted, byte == separator {
        fields.append(trimmed(field[...]))
        field = []
      } else {
        field.append(byte)
      }
    }
    guard !isQuoted else { throw Mistake("a quote is not closed in this line") }
    return fields + [trimmed(field[...])]
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
    var rest = bytes
    while rest.first == 0x20 { rest.removeFirst() }
    while rest.last == 0x20 { rest.removeLast() }
    return String(decoding: rest, as: UTF8.self)
  }

  private func row(_ fields: [String]) throws(Mistake) -> Line {
    guard fields.count <= columns.count else {
      throw Mistake(
        "\(fields.count) fields, where the header has \(columns.count)")
    }
    return try Self.line { column in
      for (index, field) in fields.enumerated() where columns[index] == column { return field }
      return ""
    }
  }

  private func json(_ line: [UInt8]) throws(Mistake) -> Line {
    guard let object = FlatJSON(line) else {
      throw Mistake("not one JSON object without objects inside")
    }
    return try Self.line { column in
      for name in column.names { if let value = object[name] { return value } }
      return ""
    }
  }

  private static func line(_ value: (Column) -> String) throws(Mistake) -> Line {
    func moment(_ column: Column) throws(Mistake) -> UInt64? {
      let text = value(column)
      if text.isEmpty { return nil }
      guard let moment = CatalogTime.moment(text) else {
        throw Mistake(
          "\(column.names[0]) \"\(text.bounded(to: 40))\" is no time; write "
            + "2026-12-18 or 2026-12-18T13:30:00Z")
      }
      return moment
    }
    let market = value(.market)
    let details = SymbolDetails(
      name: value(.name), exchange: market.isEmpty ? value(.exchange) : market,
      currency: value(.currency), securityType: value(.type), key: value(.key),
      tickSize: try tick(value(.tick)))
    let canonical = value(.canonical)
    let source = value(.source)
    return Line(
      definition: SymbolDefinition(
        symbol: value(.symbol), canonical: canonical.isEmpty ? nil : canonical, details: details,
        validFrom: try moment(.from), validTo: try moment(.to),
        instrument: UInt32(value(.instrument))),
      source: source.isEmpty ? nil : source)
  }

  /// A tick size in units of 1e-9, exact; 0 for none.
  private static func tick(_ text: String) throws(Mistake) -> Int64 {
    if text.isEmpty { return 0 }
    do throws(PriceError) {
      let tick = try Price.parse(text)
      if tick >= 0, tick != Undefined.price { return tick }
    } catch {}
    throw Mistake("tick_size \"\(text.bounded(to: 40))\" is no exact decimal number")
  }
}

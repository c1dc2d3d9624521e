public import Sqlite

/// The symbol master: which symbol meant which instrument, at which source, at which time.
///
///     (source, symbol) ── listing ──▶ instrument id ◀── canonical ── canonical symbol
///
/// At each moment a source's symbol means one instrument, a canonical symbol means one instrument,
/// and an instrument has one canonical symbol. Ids are stable across runs and never given out
/// again. One writer; `millrace symbols` reads beside it. Never called from a data thread.
public final class SymbolMaster {
  let database: SqliteDatabase
  let statements: SymbolStatements

  /// Opens the master at `path`; for writing it is made where it is missing.
  public init(path: String, access: SqliteAccess = .readWrite) throws(SqliteError) {
    database = try SqliteDatabase(path: path, schema: SymbolSchema.schema, access: access)
    statements = try SymbolStatements(database)
  }

  // MARK: Looking up

  /// What a source's symbol means at a moment (Unix ns); nil where it is not known to mean
  /// anything.
  public func resolve(
    source: String, symbol: String, at moment: UInt64
  ) throws(SqliteError) -> Listing? {
    let at = Int64(clamping: moment)
    let row = try statements.bySymbol.first(
      [.text(symbol), .text(source), .integer(at), .integer(Self.after(at))],
      SymbolStatements.listing)
    guard let row else { return nil }
    return try listing(row, at: at)
  }

  /// The instrument id of a source's symbol at a moment.
  public func instrumentID(
    source: String, symbol: String, at moment: UInt64
  ) throws(SqliteError) -> UInt32? {
    try resolve(source: source, symbol: symbol, at: moment)?.instrument
  }

  /// The instrument id of a canonical symbol at a moment.
  public func instrumentID(
    canonical: String, at moment: UInt64
  ) throws(SqliteError) -> UInt32? {
    let at = Int64(clamping: moment)
    return try statements.namesByName.first(
      [.text(canonical), .integer(at), .integer(Self.after(at))], SymbolStatements.name
    ).map { UInt32(clamping: $0.instrument) }
  }

  /// The canonical symbol of an instrument at a moment.
  public func canonical(
    instrument: UInt32, at moment: UInt64
  ) throws(SqliteError) -> String? {
    try canonical(Int64(instrument), at: Int64(clamping: moment))
  }

  /// What is known under `text`: an instrument id, a canonical symbol, a source's symbol
  /// (`source:symbol` for one source), or an upstream's key. At a moment, or ever where that is
  /// nil.
  public func find(_ text: String, at moment: UInt64?) throws(SqliteError) -> [Listing] {
    let at = moment.map { Int64(clamping: $0) }
    let bounds: [SqliteValue] = [
      .integer(at ?? -1), .integer(at.map(Self.after) ?? Stretch.forever),
    ]
    var rows: [ListingRow] = []
    var instruments: Set<Int64> = []
    if let id = Int64(text), id > 0 { instruments.insert(id) }
    let named = try statements.namesByName.all([.text(text)] + bounds, SymbolStatements.name)
    for name in named { instruments.insert(name.instrument) }
    for id in instruments.sorted() {
      rows += try statements.byInstrument.all([.integer(id)] + bounds, SymbolStatements.listing)
    }
    rows += try statements.byAnySymbol.all([.text(text)] + bounds, SymbolStatements.listing)
    rows += try statements.byAnyKey.all([.text(text)] + bounds, SymbolStatements.listing)
    for (index, byte) in text.utf8.enumerated() where byte == UInt8(ascii: ":") {
      let source = String(decoding: text.utf8.prefix(index), as: UTF8.self)
      let symbol = String(decoding: text.utf8.dropFirst(index + 1), as: UTF8.self)
      rows += try statements.bySymbol.all(
        [.text(symbol), .text(source)] + bounds, SymbolStatements.listing)
    }
    var seen: Set<Int64> = []
    var found: [Listing] = []
    for row in rows where seen.insert(row.id).inserted {
      found.append(try listing(row, at: at ?? row.stretch.from))
    }
    return found
  }

  /// Calls `body` with every listing, by symbol and source.
  public func each(_ body: (Listing) throws(SqliteError) -> Void) throws(SqliteError) {
    let query = SqliteQuery(
      "all listings",
      """
      SELECT id, source, symbol, instrument, name, exchange, currency, type, key, tick, from_ns,
        to_ns FROM listing ORDER BY symbol, source, from_ns
      """)
    try database.prepare(query).each { (row) throws(SqliteError) in
      let one = try SymbolStatements.listing(row)
      try body(try listing(one, at: one.stretch.from))
    }
  }

  /// The sources and the feeds by whose rules their symbols are checked.
  public func sources() throws(SqliteError) -> [(name: String, feed: String)] {
    try statements.sources.all { (row) throws(SqliteError) in (try row.text(0), try row.text(1)) }
  }

  func canonical(_ instrument: Int64, at moment: Int64) throws(SqliteError) -> String? {
    try statements.namesByInstrument.first(
      [.integer(instrument), .integer(moment), .integer(Self.after(moment))],
      SymbolStatements.name
    )?.name
  }

  private func listing(_ row: ListingRow, at moment: Int64) throws(SqliteError) -> Listing {
    Listing(
      source: row.source, symbol: row.symbol, instrument: UInt32(clamping: row.instrument),
      canonical: try canonical(row.instrument, at: moment) ?? "", details: row.details,
      validFrom: UInt64(clamping: row.stretch.from),
      validTo: row.stretch.to == Stretch.forever ? nil : UInt64(clamping: row.stretch.to))
  }

  /// The end of the stretch that holds one moment only. The last moment of all is never valid.
  private static func after(_ moment: Int64) -> Int64 { moment == .max ? .max : moment + 1 }
}

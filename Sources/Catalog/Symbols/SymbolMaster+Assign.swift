internal import Sqlite

/// What became of one definition.
public enum SymbolChange: Sendable, Equatable {
  case added
  case changed
  case renamed(from: String)
  case reused(before: UInt32)
  case unchanged
}

extension SymbolMaster {
  /// What `assign` and imports have done with one symbol.
  struct Placing {
    var instrument: Int64
    var change: SymbolChange
    var isNewInstrument = false
    /// What contradicts itself now; empty for nothing.
    var conflict = ""
  }

  /// The instrument id of a source's symbol, made where it is new: the one of `canonical` where
  /// that is known. For the instruments of a configuration, at the start (`moment`, Unix ns).
  ///
  /// Throws `badName` for a symbol that cannot be kept, `conflict` where the upstream's key says
  /// that another symbol of the same source has this canonical symbol.
  public func assign(
    source: String, symbol: String, canonical: String? = nil,
    details: SymbolDetails = SymbolDetails(), at moment: UInt64
  ) throws(CatalogError) -> UInt32 {
    let known = try stored { () throws(SqliteError) in
      try resolve(source: source, symbol: symbol, at: moment)
    }
    // A configuration that says nothing new changes nothing, the end of validity least of all.
    if let known, canonical == nil || canonical == known.canonical,
      details.bounded.filled(from: known.details) == known.details
    {
      return known.instrument
    }
    let definition = SymbolDefinition(symbol: symbol, canonical: canonical, details: details)
    let placing = try transaction { () throws(CatalogError) in
      try place(definition, source: source, at: moment)
    }
    return UInt32(clamping: placing.instrument)
  }

  /// The ids of many symbols of a source, in one transaction, in their order.
  public func assign(
    _ definitions: [SymbolDefinition], source: String, at moment: UInt64
  ) throws(CatalogError) -> [UInt32] {
    try transaction { () throws(CatalogError) in
      var ids: [UInt32] = []
      ids.reserveCapacity(definitions.count)
      for definition in definitions {
        let placing = try place(definition, source: source, at: moment)
        ids.append(UInt32(clamping: placing.instrument))
      }
      return ids
    }
  }

  /// Several calls in one transaction: all of them, or none where `body` throws.
  public func transaction<Value>(
    _ body: () throws(CatalogError) -> Value
  ) throws(CatalogError) -> Value {
    try stored { () throws(SqliteError) in try database.begin() }
    do throws(CatalogError) {
      let value = try body()
      try stored { () throws(SqliteError) in try database.commit() }
      return value
    } catch {
      database.rollBack()
      throw error
    }
  }

  /// A failure of the storage as one of the catalog.
  func stored<Value>(
    _ body: () throws(SqliteError) -> Value
  ) throws(CatalogError) -> Value {
    do throws(SqliteError) { return try body() } catch { throw .storage(error) }
  }

  /// Says by which feed's rule the symbols of a source are checked.
  public func setFeed(_ feed: String, of source: String) throws(CatalogError) {
    try Self.check(source, what: "a source's name")
    _ = try stored { () throws(SqliteError) in
      try statements.putSource.run([.text(source), .text(feed)])
    }
  }

  // MARK: Placing

  /// Puts one definition into its place in time: what it says holds for its whole stretch, and what
  /// was known of that stretch before gives way.
  func place(
    _ definition: SymbolDefinition, source: String, at moment: UInt64
  ) throws(CatalogError) -> Placing {
    try Self.check(source, what: "a source's name")
    try Self.check(definition.symbol, what: "a symbol")
    if let canonical = definition.canonical { try Self.check(canonical, what: "a canonical") }
    let stretch = Stretch(
      from: Int64(clamping: definition.validFrom ?? moment),
      to: definition.validTo.map { Int64(clamping: $0) } ?? Stretch.forever)
    guard stretch.from < stretch.to else {
      throw .badName(definition.symbol, why: "its validity ends before it begins")
    }
    let known = try stored { () throws(SqliteError) in
      try listings(source, definition.symbol, stretch)
    }
    let current = known.first { $0.stretch.contains(stretch.from) }
    var details = definition.details.bounded
    var placing = try identify(definition, details, source, stretch, current)
    if let current, current.instrument == placing.instrument {
      details = details.filled(from: current.details)
    }
    if !details.key.isEmpty {
      let values: [SqliteValue] = [
        .text(source), .text(details.key), .integer(placing.instrument),
      ]
      _ = try stored { () throws(SqliteError) in try statements.addKey.run(values) }
    }
    let canonical = try canonicalName(definition, placing, stretch)
    placing.conflict = try stored { () throws(SqliteError) in
      try setCanonical(canonical, placing.instrument, stretch, except: source)
    }
    let row = ListingRow(
      id: 0, source: source, symbol: definition.symbol, instrument: placing.instrument,
      details: details, stretch: stretch)
    try stored { () throws(SqliteError) in try put(row, over: known, change: &placing.change) }
    return placing
  }

  /// Which instrument it is: the upstream's key knows best, then the symbol's own past, then the
  /// canonical symbol, which other sources may have named before.
  private func identify(
    _ definition: SymbolDefinition, _ details: SymbolDetails, _ source: String,
    _ stretch: Stretch, _ current: ListingRow?
  ) throws(CatalogError) -> Placing {
    let keyed = try stored { () throws(SqliteError) in
      details.key.isEmpty
        ? []
        : try statements.byKey.all([.text(details.key), .text(source)], SymbolStatements.listing)
    }
    let known = try stored { () throws(SqliteError) in
      try statements.instrumentOfKey.first([.text(source), .text(details.key)]) {
        (row) throws(SqliteError) in try row.integer(0)
      }
    }
    if let known {
      if let current {
        return Placing(
          instrument: known,
          change: current.instrument == known
            ? .unchanged : .reused(before: UInt32(clamping: current.instrument)))
      }
      let other = keyed.last { $0.symbol != definition.symbol && $0.stretch.to > stretch.from }
      return Placing(
        instrument: known, change: other.map { .renamed(from: $0.symbol) } ?? .added)
    }
    if let current, current.details.canBe(details) {
      return Placing(instrument: current.instrument, change: .unchanged)
    }
    let name = definition.canonical ?? definition.symbol
    let named = try instrument(named: name, stretch.from, details, source)
    if let named, named != current?.instrument {
      try refuseSecond(definition, details, source, stretch, instrument: named)
      return Placing(
        instrument: named,
        change: current.map { .reused(before: UInt32(clamping: $0.instrument)) } ?? .added)
    }
    return Placing(
      instrument: try newInstrument(definition.instrument, at: stretch.from),
      change: current.map { .reused(before: UInt32(clamping: $0.instrument)) } ?? .added,
      isNewInstrument: true)
  }

  /// The instrument of a canonical symbol: at the moment, or else at the nearest time at which it
  /// has one, unless the source's own words say that this was another instrument.
  private func instrument(
    named name: String, _ moment: Int64, _ details: SymbolDetails, _ source: String
  ) throws(CatalogError) -> Int64? {
    try stored { () throws(SqliteError) in
      let rows = try statements.namesByName.all(
        [.text(name), .integer(-1), .integer(Stretch.forever)], SymbolStatements.name)
      if let exact = rows.first(where: { $0.stretch.contains(moment) }) { return exact.instrument }
      let later = rows.first { $0.stretch.from > moment }
      guard let near = later ?? rows.last else { return nil }
      let known = try statements.byInstrument.all(
        [.integer(near.instrument), .integer(-1), .integer(Stretch.forever)],
        SymbolStatements.listing)
      let isOther = known.contains { $0.source == source && !$0.details.canBe(details) }
      return isOther ? nil : near.instrument
    }
  }

  /// Two symbols of one source that its own words tell apart cannot have one canonical symbol.
  private func refuseSecond(
    _ definition: SymbolDefinition, _ details: SymbolDetails, _ source: String,
    _ stretch: Stretch, instrument: Int64
  ) throws(CatalogError) {
    let rows = try stored { () throws(SqliteError) in
      try statements.byInstrument.all(
        [.integer(instrument), .integer(stretch.from), .integer(stretch.from + 1)],
        SymbolStatements.listing)
    }
    for row in rows where row.source == source && row.symbol != definition.symbol {
      guard !row.details.canBe(details) else { continue }
      throw .conflict(
        definition.symbol,
        why: "\(row.symbol) of the same source is another instrument under the canonical symbol "
          + "\(definition.canonical ?? definition.symbol): give one of them another")
    }
  }

  private func newInstrument(
    _ wanted: UInt32?, at moment: Int64
  ) throws(CatalogError) -> Int64 {
    var id: Int64?
    if let wanted, (1...CatalogLimits.lastInstrumentID).contains(wanted) {
      let isTaken = try stored { () throws(SqliteError) in
        try statements.hasInstrument.first([.integer(Int64(wanted))]) {
          (row) throws(SqliteError) in try row.integer(0)
        } != nil
      }
      if !isTaken { id = Int64(wanted) }
    }
    do throws(SqliteError) {
      try statements.addInstrument.run([.optional(id), .integer(max(moment, 0))])
    } catch {
      // The table's own rule: ids end at 2^27 - 1.
      if error.kind == .constraint { throw .noMoreIDs }
      throw .storage(error)
    }
    return database.lastInsertedID
  }

  /// The canonical symbol: the one given; else the one known, which follows a rename where it was
  /// the symbol itself; else the symbol.
  private func canonicalName(
    _ definition: SymbolDefinition, _ placing: Placing, _ stretch: Stretch
  ) throws(CatalogError) -> String {
    if let given = definition.canonical { return given }
    guard !placing.isNewInstrument else { return definition.symbol }
    let known = try stored { () throws(SqliteError) in
      try canonical(placing.instrument, at: stretch.from)
    }
    if case .renamed(let old) = placing.change, known == old { return definition.symbol }
    return known ?? definition.symbol
  }

  func listings(
    _ source: String, _ symbol: String, _ stretch: Stretch
  ) throws(SqliteError) -> [ListingRow] {
    try statements.bySymbol.all(
      [.text(symbol), .text(source), .integer(stretch.from), .integer(stretch.to)],
      SymbolStatements.listing)
  }

  /// What may stand in the tables: something, not too long, without control characters. A feed's
  /// own rule is stricter (`LiveFeed.isValidSymbol`).
  static func check(_ name: String, what: String) throws(CatalogError) {
    let shown = name.bounded(to: CatalogLimits.symbolBytes)
    if name.isEmpty { throw .badName(shown, why: "\(what) is empty") }
    if name.utf8.count > CatalogLimits.symbolBytes {
      throw .badName(shown, why: "\(what) has more than \(CatalogLimits.symbolBytes) bytes")
    }
    let isPlain = name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    guard isPlain, name.first != " ", name.last != " " else {
      throw .badName(shown, why: "\(what) has control characters, or blanks at its ends")
    }
  }
}

extension SymbolMaster {
  /// Does `body` and takes everything back: what it would do.
  public func rehearse<Value>(
    _ body: () throws(CatalogError) -> Value
  ) throws(CatalogError) -> Value {
    try stored { () throws(SqliteError) in try database.begin() }
    defer { database.rollBack() }
    return try body()
  }
}

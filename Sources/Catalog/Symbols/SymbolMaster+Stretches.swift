internal import Sqlite

/// Rows and their stretches of time.
extension SymbolMaster {
  /// Puts a listing into its place; `known` are the rows of its symbol that reach into its stretch.
  func put(
    _ row: ListingRow, over known: [ListingRow], change: inout SymbolChange
  ) throws(SqliteError) {
    func isSame(_ other: ListingRow) -> Bool {
      other.instrument == row.instrument && other.details == row.details
    }
    if !row.details.key.isEmpty, change != .unchanged {
      let older = try statements.byKey.all(
        [.text(row.details.key), .text(row.source)], SymbolStatements.listing)
      for other in older where other.symbol != row.symbol { try cut(other, row.stretch) }
    }
    // What was valid until further notice ends where the new word about it begins.
    func ends(_ other: ListingRow) -> Bool {
      other.stretch.to == Stretch.forever && row.stretch.to != Stretch.forever
        && other.stretch.contains(row.stretch.from)
    }
    if let one = known.first, known.count == 1, isSame(one), one.stretch.covers(row.stretch),
      !ends(one)
    {
      return
    }
    var whole = row
    for other in known {
      if isSame(other) {
        whole.stretch.from = min(whole.stretch.from, other.stretch.from)
        if !ends(other) { whole.stretch.to = max(whole.stretch.to, other.stretch.to) }
        try statements.deleteListing.run([.integer(other.id)])
      } else {
        let to = ends(other) ? Stretch.forever : row.stretch.to
        try cut(other, Stretch(from: row.stretch.from, to: to))
      }
    }
    try add(whole)
    if change == .unchanged { change = .changed }
  }

  /// Takes a stretch out of a row's; what is before and behind it stays.
  private func cut(_ row: ListingRow, _ hole: Stretch) throws(SqliteError) {
    guard row.stretch.from < hole.to, row.stretch.to > hole.from else { return }
    if row.stretch.from < hole.from {
      try statements.endListing.run([.integer(row.id), .integer(hole.from)])
    } else {
      try statements.deleteListing.run([.integer(row.id)])
    }
    guard row.stretch.to > hole.to else { return }
    var rest = row
    rest.stretch.from = hole.to
    try add(rest)
  }

  private func add(_ row: ListingRow) throws(SqliteError) {
    try statements.addListing.run([
      .text(row.source), .text(row.symbol), .integer(row.instrument), .text(row.details.name),
      .text(row.details.exchange), .text(row.details.currency),
      .text(row.details.securityType), .text(row.details.key), .integer(row.details.tickSize),
      .integer(row.stretch.from), .integer(row.stretch.to),
    ])
  }

  /// Makes `name` the canonical symbol of the instrument for the stretch, and of no other; says
  /// what contradicts itself then.
  func setCanonical(
    _ name: String, _ instrument: Int64, _ stretch: Stretch, except source: String
  ) throws(SqliteError) -> String {
    let bounds: [SqliteValue] = [.integer(stretch.from), .integer(stretch.to)]
    let named = try statements.namesByName.all([.text(name)] + bounds, SymbolStatements.name)
    if let one = named.first, named.count == 1, one.instrument == instrument,
      one.stretch.covers(stretch)
    {
      return ""
    }
    var conflict = ""
    var whole = CanonicalRow(id: 0, name: name, instrument: instrument, stretch: stretch)
    for other in named {
      guard other.instrument != instrument else {
        whole.stretch.from = min(whole.stretch.from, other.stretch.from)
        whole.stretch.to = max(whole.stretch.to, other.stretch.to)
        try statements.deleteName.run([.integer(other.id)])
        continue
      }
      try cut(other, stretch)
      let rows = try statements.byInstrument.all(
        [.integer(other.instrument)] + bounds, SymbolStatements.listing)
      if let left = rows.first(where: { $0.source != source }) {
        conflict =
          "\(name) is instrument \(instrument) now; \(left.source):\(left.symbol) still means "
          + "\(other.instrument)"
      }
    }
    let owned = try statements.namesByInstrument.all(
      [.integer(instrument)] + bounds, SymbolStatements.name)
    for other in owned where other.name != name { try cut(other, stretch) }
    try add(whole)
    return conflict
  }

  private func cut(_ row: CanonicalRow, _ hole: Stretch) throws(SqliteError) {
    if row.stretch.from < hole.from {
      try statements.endName.run([.integer(row.id), .integer(hole.from)])
    } else {
      try statements.deleteName.run([.integer(row.id)])
    }
    guard row.stretch.to > hole.to else { return }
    var rest = row
    rest.stretch.from = hole.to
    try add(rest)
  }

  private func add(_ row: CanonicalRow) throws(SqliteError) {
    try statements.addName.run([
      .text(row.name), .integer(row.instrument), .integer(row.stretch.from),
      .integer(row.stretch.to),
    ])
  }
}

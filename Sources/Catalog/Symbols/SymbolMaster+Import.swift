public import FeedKit
internal import Sqlite

/// Lists of symbols.
extension SymbolMaster {
  /// Takes what an upstream says of its instruments, in one transaction. `canonical` gives the
  /// canonical symbol of a definition, or nil for the one known or the symbol itself.
  public func importDefinitions(
    _ definitions: [LiveDefinition], source: String, at moment: UInt64,
    isValid: (String) -> Bool = { _ in true },
    canonical: (LiveDefinition) -> String? = { _ in nil }
  ) throws(CatalogError) -> SymbolImportReport {
    var report = SymbolImportReport()
    try transaction { () throws(CatalogError) in
      for one in definitions {
        let definition = SymbolDefinition(one, canonical: canonical(one))
        try take(definition, source: source, at: moment, isValid: isValid, into: &report)
      }
    }
    return report
  }

  /// Takes one definition within a `transaction`, and counts what became of it. A bad symbol or a
  /// conflict is a line of the report; only a failure of the storage throws.
  public func take(
    _ definition: SymbolDefinition, source: String, at moment: UInt64,
    isValid: (String) -> Bool = { _ in true }, into report: inout SymbolImportReport
  ) throws(CatalogError) {
    guard isValid(definition.symbol) else {
      return report.refuse(definition.symbol, "the feed could not ask for this symbol")
    }
    do throws(CatalogError) {
      let placing = try place(definition, source: source, at: moment)
      if placing.isNewInstrument { report.instruments += 1 }
      if !placing.conflict.isEmpty { report.conflict(definition.symbol, placing.conflict) }
      if let wanted = definition.instrument, Int64(wanted) != placing.instrument {
        report.conflict(
          definition.symbol, "it has id \(placing.instrument) here, and \(wanted) in the list")
      }
      switch placing.change {
      case .added: report.added += 1
      case .changed: report.changed += 1
      case .renamed: report.renamed += 1
      case .reused: report.reused += 1
      case .unchanged: report.unchanged += 1
      }
    } catch {
      switch error {
      case .storage, .noMoreIDs: throw error
      case .badName(_, let why): report.refuse(definition.symbol, why)
      case .conflict(_, let why):
        report.refuse(definition.symbol, why)
        report.conflict(definition.symbol, why)
      }
    }
  }
}

extension SymbolDefinition {
  /// What a live session says of an instrument. Its first and last day count whole, in UTC.
  public init(_ live: LiveDefinition, canonical: String? = nil) {
    let last = CatalogTime.day(live.validTo).map { $0 + CatalogTime.dayNanos }
    self.init(
      symbol: live.symbol, canonical: canonical,
      details: SymbolDetails(
        name: live.name, exchange: live.exchange, currency: live.currency,
        securityType: live.securityType, key: live.key, tickSize: live.tickSize),
      validFrom: CatalogTime.day(live.validFrom), validTo: last)
  }
}

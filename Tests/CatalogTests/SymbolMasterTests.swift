import Catalog
import FeedKit
import Foundation
import Sqlite
import Testing

/// Names over time.
@Suite struct SymbolMasterTests {
  static let day: UInt64 = 86_400_000_000_000

  static func definition(
    _ symbol: String, key: String = "", currency: String = "USD", type: String = "STK",
    canonical: String? = nil, from: UInt64? = nil, to: UInt64? = nil
  ) -> SymbolDefinition {
    SymbolDefinition(
      symbol: symbol, canonical: canonical,
      details: SymbolDetails(currency: currency, securityType: type, key: key), validFrom: from,
      validTo: to)
  }

  static func take(
    _ master: SymbolMaster, _ source: String, _ definitions: [SymbolDefinition], at moment: UInt64
  ) throws -> SymbolImportReport {
    var report = SymbolImportReport()
    try master.transaction { () throws(CatalogError) in
      for one in definitions {
        try master.take(one, source: source, at: moment, into: &report)
      }
    }
    return report
  }

  @Test func sourcesShareAnInstrumentByItsCanonicalSymbol() throws {
    let folder = try MadeFolder()
    let master = try SymbolMaster(path: folder.path("s"))
    let first = try master.assign(
      source: "iqfeed", symbol: "@ESZ26", canonical: "ES.Z26", at: 10 * Self.day)
    let second = try master.assign(
      source: "ib", symbol: "ESZ6", canonical: "ES.Z26", at: 20 * Self.day)
    let other = try master.assign(source: "ib", symbol: "NQZ6", at: 20 * Self.day)
    #expect(first == second)
    #expect(other != first)
    #expect(try master.instrumentID(canonical: "ES.Z26", at: 15 * Self.day) == first)
    #expect(try master.instrumentID(canonical: "ES.Z26", at: 9 * Self.day) == nil)
    #expect(try master.instrumentID(source: "ib", symbol: "ESZ6", at: 15 * Self.day) == nil)
    let found = try master.resolve(source: "ib", symbol: "ESZ6", at: 21 * Self.day)
    #expect(found?.canonical == "ES.Z26")
    #expect(found?.validTo == nil)
    #expect(try master.canonical(instrument: other, at: 30 * Self.day) == "NQZ6")
    #expect(try master.find("ib:ESZ6", at: 30 * Self.day).count == 1)
    #expect(try master.find("\(first)", at: nil).count == 2)
  }

  @Test func idsOutliveTheProcessAndAreNeverGivenOutAgain() throws {
    let folder = try MadeFolder()
    var ids: Set<UInt32> = []
    var last: UInt32 = 0
    for round in 0..<5 {
      let master = try SymbolMaster(path: folder.path("s"))
      let known = try master.assign(source: "iq", symbol: "SPY", at: UInt64(round + 1))
      let new = try master.assign(source: "iq", symbol: "NEW\(round)", at: UInt64(round + 1))
      #expect(round == 0 || ids.contains(known))
      #expect(new > last)
      ids.formUnion([known, new])
      last = new
    }
    #expect(ids.count == 6)
    // What is taken back gives its number to the next one; what was kept never does.
    let master = try SymbolMaster(path: folder.path("s"))
    let rehearsed = try master.rehearse { () throws(CatalogError) in
      try master.assign(source: "iq", symbol: "GONE", at: 9)
    }
    #expect(!ids.contains(rehearsed))
    #expect(try master.instrumentID(source: "iq", symbol: "GONE", at: 10) == nil)
  }

  @Test func aKnownKeyUnderANewSymbolIsARename() throws {
    let folder = try MadeFolder()
    let master = try SymbolMaster(path: folder.path("s"))
    let fb = try master.assign(
      source: "ib", symbol: "FB", details: SymbolDetails(key: "107113386"), at: Self.day)
    let report = try Self.take(
      master, "ib", [Self.definition("META", key: "107113386")], at: 5 * Self.day)
    #expect(report.renamed == 1)
    #expect(try master.instrumentID(source: "ib", symbol: "META", at: 5 * Self.day) == fb)
    #expect(try master.instrumentID(source: "ib", symbol: "FB", at: 5 * Self.day - 1) == fb)
    #expect(try master.instrumentID(source: "ib", symbol: "FB", at: 5 * Self.day) == nil)
    #expect(try master.canonical(instrument: fb, at: 5 * Self.day - 1) == "FB")
    #expect(try master.canonical(instrument: fb, at: 5 * Self.day) == "META")
    #expect(try master.verify().isEmpty)
  }

  @Test func aSymbolThatMeansAnotherInstrumentEndsTheOldOne() throws {
    let folder = try MadeFolder()
    let master = try SymbolMaster(path: folder.path("s"))
    let old = try master.assign(
      source: "ib", symbol: "X", details: SymbolDetails(key: "1"), at: Self.day)
    let also = try master.assign(source: "iq", symbol: "X", at: Self.day)
    #expect(old == also)
    let report = try Self.take(master, "ib", [Self.definition("X", key: "2")], at: 9 * Self.day)
    #expect(report.reused == 1)
    #expect(report.instruments == 1)
    #expect(report.conflicting == 1)
    let new = try master.instrumentID(source: "ib", symbol: "X", at: 9 * Self.day)
    #expect(new != nil && new != old)
    #expect(try master.instrumentID(source: "ib", symbol: "X", at: 9 * Self.day - 1) == old)
    #expect(try master.instrumentID(canonical: "X", at: 9 * Self.day) == new)
    // The other source has not said anything: that is what verify tells.
    #expect(try master.verify().map(\.kind) == ["dangling"])
    // Another currency, without any key, is another instrument too.
    let again = try Self.take(
      master, "iq", [Self.definition("X", currency: "EUR", canonical: "X.EUR")], at: 12 * Self.day)
    #expect(again.changed + again.reused == 1)
    #expect(
      try Self.take(
        master, "iq", [Self.definition("X", currency: "GBP")], at: 13 * Self.day
      ).reused == 1)
  }

  @Test func twoSymbolsOfOneSourceCannotShareAName() throws {
    let folder = try MadeFolder()
    let master = try SymbolMaster(path: folder.path("s"))
    let report = try Self.take(
      master, "ib",
      [
        Self.definition("A", key: "1", canonical: "SAME"),
        Self.definition("B", key: "2", canonical: "SAME"),
        Self.definition("", key: "3"), Self.definition(" C"), Self.definition("D\u{1B}[2J"),
        Self.definition(String(repeating: "E", count: 129)),
        Self.definition("F", from: 9, to: 9),
      ], at: Self.day)
    #expect(report.added == 1)
    #expect(report.refused == 6)
    #expect(report.conflicting == 1)
    #expect(report.total == 7)
    #expect(try master.verify().isEmpty)
  }

  @Test func changedDetailsAreANewStretch() throws {
    let folder = try MadeFolder()
    let master = try SymbolMaster(path: folder.path("s"))
    var one = Self.definition("A", key: "1")
    _ = try Self.take(master, "ib", [one], at: Self.day)
    #expect(try Self.take(master, "ib", [one], at: 2 * Self.day).unchanged == 1)
    one.details.tickSize = 10_000_000
    #expect(try Self.take(master, "ib", [one], at: 3 * Self.day).changed == 1)
    #expect(try Self.take(master, "ib", [one], at: 4 * Self.day).unchanged == 1)
    let before = try master.resolve(source: "ib", symbol: "A", at: 3 * Self.day - 1)
    let after = try master.resolve(source: "ib", symbol: "A", at: 3 * Self.day)
    #expect(before?.details.tickSize == 0)
    #expect(after?.details.tickSize == 10_000_000)
    #expect(before?.instrument == after?.instrument)
    #expect(before?.validTo == 3 * Self.day)
  }

  @Test func definitionsOfASessionAreTaken() throws {
    let folder = try MadeFolder()
    let master = try SymbolMaster(path: folder.path("s"))
    let future = LiveDefinition(
      symbol: "ESZ6", name: "E-mini", exchange: "CME", currency: "USD", securityType: "FUT",
      key: "495512563", tickSize: 250_000_000, validTo: "20261218")
    let report = try master.importDefinitions(
      [future, LiveDefinition(symbol: "bad symbol!")], source: "ib", at: Self.day,
      isValid: { !$0.contains(" ") }, canonical: { $0.symbol == "ESZ6" ? "ES.Z26" : nil })
    #expect(report.added == 1)
    #expect(report.refused == 1)
    let last = try #require(CatalogTime.day("2026-12-18"))
    #expect(try master.instrumentID(canonical: "ES.Z26", at: last + Self.day - 1) != nil)
    #expect(try master.instrumentID(canonical: "ES.Z26", at: last + Self.day) == nil)
    #expect(try master.resolve(source: "ib", symbol: "ESZ6", at: last + Self.day) == nil)
  }

  @Test func aKnownEndEndsWhatWasValidUntilFurtherNotice() throws {
    let folder = try MadeFolder()
    let master = try SymbolMaster(path: folder.path("s"))
    let id = try master.assign(source: "ib", symbol: "ESZ6", canonical: "ES.Z26", at: Self.day)
    for round in 0..<3 {
      let report = try Self.take(
        master, "ib", [Self.definition("ESZ6", key: "4", to: 50 * Self.day)],
        at: UInt64(10 + round) * Self.day)
      #expect((round == 0 ? report.changed : report.unchanged) == 1)
      let again = try master.assign(
        source: "ib", symbol: "ESZ6", canonical: "ES.Z26", at: UInt64(20 + round) * Self.day)
      #expect(again == id)
    }
    #expect(try master.instrumentID(source: "ib", symbol: "ESZ6", at: 50 * Self.day - 1) == id)
    #expect(try master.resolve(source: "ib", symbol: "ESZ6", at: 50 * Self.day) == nil)
    #expect(try master.find("\(id)", at: nil).count == 2)
    #expect(try master.verify().isEmpty)
  }

  @Test func hostileNamesAreOnlyNames() throws {
    let folder = try MadeFolder()
    let master = try SymbolMaster(path: folder.path("s"))
    for (index, name) in HostileNames.all.enumerated() {
      let id = try master.assign(
        source: name, symbol: name, canonical: name,
        details: SymbolDetails(name: name, exchange: name, key: name), at: Self.day)
      #expect(id == UInt32(index + 1))
    }
    for (index, name) in HostileNames.all.enumerated() {
      let found = try master.find(name, at: 2 * Self.day)
      #expect(found.map(\.instrument) == [UInt32(index + 1)], "\(name)")
      #expect(try master.resolve(source: name, symbol: name, at: 2 * Self.day)?.canonical == name)
    }
    #expect(try master.find("' OR 1=1 --", at: nil).isEmpty)
    #expect(try master.verify().isEmpty)
  }
}

import Catalog
import Foundation
import Sqlite
import Testing

/// Random imports against a table with one cell an instant.
@Suite struct SymbolPropertyTests {
  static let length = 16
  static let forever = length + 1

  /// What a symbol of a source means at each instant: its canonical symbol and its tick size.
  struct Cell: Equatable {
    var canonical: String
    var tick: Int64
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func pointInTime(seed: UInt64) throws {
    var numbers = SeededNumbers(seed: seed)
    for round in 0..<30 {
      let folder = try MadeFolder()
      let master = try SymbolMaster(path: folder.path("s"))
      var model: [String: [Cell?]] = [:]
      var ids: [String: UInt32] = [:]
      for _ in 0..<25 {
        let source = ["iq", "ib"].randomElement(using: &numbers) ?? "iq"
        let name = ["A", "B", "C"].randomElement(using: &numbers) ?? "A"
        let from = Int.random(in: 0..<Self.length, using: &numbers)
        // What was valid until further notice would end for good: a test of its own.
        let before = try master.resolve(source: source, symbol: name, at: UInt64(from))
        let lasts = before != nil && before?.validTo == nil
        let to =
          lasts || Bool.random(using: &numbers)
          ? Self.forever : Int.random(in: from + 1...Self.length, using: &numbers)
        let tick = Int64.random(in: 1...2, using: &numbers)
        // A symbol keeps its canonical symbol here, so that the model knows the instrument.
        var report = SymbolImportReport()
        try master.transaction { () throws(CatalogError) in
          try master.take(
            SymbolDefinition(
              symbol: name, canonical: "can.\(name)", details: SymbolDetails(tickSize: tick),
              validFrom: UInt64(from), validTo: to == Self.forever ? nil : UInt64(to)),
            source: source, at: 0, into: &report)
        }
        #expect(report.refused == 0)
        var cells = model["\(source):\(name)"] ?? Array(repeating: nil, count: Self.forever)
        for index in from..<min(to, Self.forever) {
          cells[index] = Cell(canonical: "can.\(name)", tick: tick)
        }
        model["\(source):\(name)"] = cells
      }
      for (key, cells) in model {
        let parts = key.split(separator: ":").map(String.init)
        for (index, cell) in cells.enumerated() {
          let found = try master.resolve(source: parts[0], symbol: parts[1], at: UInt64(index))
          let seen = found.map { Cell(canonical: $0.canonical, tick: $0.details.tickSize) }
          #expect(seen == cell, "seed \(seed), round \(round), \(key) at \(index)")
          if let found { ids[found.canonical] = ids[found.canonical] ?? found.instrument }
        }
      }
      #expect(Set(ids.values).count == ids.count)
      let overlaps = try master.verify().filter { $0.kind != "dangling" }
      #expect(overlaps.isEmpty, "seed \(seed), round \(round): \(overlaps)")
    }
  }

  /// Keys that move between symbols: whatever happens, no moment has two answers.
  @Test(arguments: [11, 12, 13] as [UInt64]) func nothingEverOverlaps(seed: UInt64) throws {
    var numbers = SeededNumbers(seed: seed)
    for round in 0..<20 {
      let folder = try MadeFolder()
      let master = try SymbolMaster(path: folder.path("s"))
      var meaning: [String: UInt32] = [:]
      for step in 0..<40 {
        let source = ["iq", "ib"].randomElement(using: &numbers) ?? "iq"
        let symbol = ["A", "B", "C", "D"].randomElement(using: &numbers) ?? "A"
        let key = ["", "1", "2", "3"].randomElement(using: &numbers) ?? ""
        let from = UInt64.random(in: 0..<20, using: &numbers)
        let hasEnd = Int.random(in: 0..<4, using: &numbers) == 0
        var report = SymbolImportReport()
        try master.transaction { () throws(CatalogError) in
          try master.take(
            SymbolDefinition(
              symbol: symbol, canonical: Bool.random(using: &numbers) ? nil : "can.\(symbol)",
              details: SymbolDetails(key: key), validFrom: from,
              validTo: hasEnd ? from + 3 : nil),
            source: source, at: from, into: &report)
        }
        #expect(report.total == 1)
        // An upstream's key means the same instrument for ever.
        if !key.isEmpty, report.refused == 0 {
          let id = try #require(
            try master.instrumentID(source: source, symbol: symbol, at: from))
          let known = meaning["\(source):\(key)"]
          #expect(known == nil || known == id, "seed \(seed), round \(round), step \(step)")
          meaning["\(source):\(key)"] = id
        }
      }
      let findings = try master.verify().filter { $0.kind != "dangling" }
      #expect(findings.isEmpty, "seed \(seed), round \(round): \(findings)")
    }
  }
}

import Catalog
import Testing

/// Lists as they come.
@Suite struct SymbolListTests {
  static func read(_ lines: [String]) throws -> [SymbolList.Line] {
    var list = SymbolList()
    var found: [SymbolList.Line] = []
    for line in lines { if let one = try list.read(Array(line.utf8)) { found.append(one) } }
    return found
  }

  @Test func commaSeparated() throws {
    let found = try Self.read([
      "\u{FEFF}Symbol,canonical,exchange,currency,type,key,tick_size,valid_from,valid_to\r",
      "@ESZ26,ES.Z26,CME,USD,FUTURE,,0.25,2025-12-01,2026-12-18T22:00:00Z\r", "", "# a remark",
      "\"a,\"\"b\",,,,,,,,",
    ])
    #expect(found.count == 2)
    let one = found[0].definition
    #expect(one.symbol == "@ESZ26")
    #expect(one.canonical == "ES.Z26")
    #expect(one.details.tickSize == 250_000_000)
    #expect(one.details.exchange == "CME")
    #expect(one.validFrom.map(CatalogTime.text) == "2025-12-01T00:00:00Z")
    #expect(one.validTo.map(CatalogTime.text) == "2026-12-18T22:00:00Z")
    #expect(found[1].definition == SymbolDefinition(symbol: "a,\"b"))
  }

  @Test func marketSymbolsOfIQFeed() throws {
    let found = try Self.read([
      "SYMBOL\tDESCRIPTION\tEXCHANGE\tLISTED_MARKET\tSECURITY_TYPE\tSIC\tFRONTMONTH\tNAICS",
      "AAPL\tAPPLE INC\tNASDAQ\tNGSM\tEQUITY\t3571\t\t334111",
      "@ES#\tE-MINI \"S&P\" 500\tCME\tCMEMINI\tFUTURE\t\tY\t",
    ])
    #expect(found.map(\.definition.symbol) == ["AAPL", "@ES#"])
    #expect(found[0].definition.details.exchange == "NGSM")
    #expect(found[0].definition.details.securityType == "EQUITY")
    #expect(found[1].definition.details.name == "E-MINI \"S&P\" 500")
    #expect(found[1].definition.canonical == nil)
  }

  @Test func jsonLines() throws {
    let found = try Self.read([
      #"{"source":"ib","symbol":"A\u00dc\ud83d\ude00\n","instrument":7,"tick_size":0.010000000, "#
        + #""key":"x","valid_to":null}"#,
      #"{ }"#,
    ])
    #expect(found[0].source == "ib")
    #expect(found[0].definition.symbol == "AÜ😀\n")
    #expect(found[0].definition.instrument == 7)
    #expect(found[0].definition.details.tickSize == 10_000_000)
    #expect(found[0].definition.validTo == nil)
    #expect(found[1].definition.symbol.isEmpty)
  }

  @Test(arguments: [
    (["name,exchange"], "symbol"), (["symbol,colour"], "unknown column"),
    (["symbol,tick_size", "A,1e-2"], "no exact decimal"),
    (["symbol,tick_size", "A,-1"], "no exact decimal"),
    (["symbol,valid_from", "A,yesterday"], "is no time"),
    (["symbol,valid_from", "A,2026-02-30"], "is no time"),
    (["symbol", "A,B"], "2 fields, where the header has 1"), (["symbol,name", "\"A,b"], "a quote"),
    (["{\"symbol\":{\"a\":1}}"], "not one JSON object"), (["{\"symbol\":\"A\"} x"], "not one JSON"),
    (["{\"symbol\":\"A"], "not one JSON"), (["{\"symbol\":\"\\ud83d\"}"], "not one JSON"),
    (["{\"symbol\" \"A\"}"], "not one JSON"), (["{\"a\":tru e}"], "not one JSON"),
  ])
  func mistakes(lines: [String], text: String) throws {
    let mistake = #expect(throws: SymbolList.Mistake.self) { try Self.read(lines) }
    #expect(mistake.map { "\($0)".contains(text) } == true, "\(mistake.map { "\($0)" } ?? "")")
  }

  @Test func times() {
    #expect(CatalogTime.day("20261218") == CatalogTime.day("2026-12-18"))
    #expect(CatalogTime.day("2026-12-18").map(CatalogTime.text) == "2026-12-18T00:00:00Z")
    for text in [
      "2026-12-18T13:30:00Z", "2026-12-18T13:30:00.500Z", "2026-12-18T13:30:00.000001Z",
      "2026-12-18T23:59:59.123456789Z", "1970-01-01T00:00:00Z",
    ] {
      #expect(CatalogTime.moment(text).map(CatalogTime.text) == text)
    }
    for text in ["", "2026", "2026-13-01", "20261232", "2026-12-18T24:00:00Z", "2026-12-18T1:2:3"] {
      #expect(CatalogTime.moment(text) == nil, "\(text)")
    }
    #expect(CatalogTime.text(.max) == "later")
  }
}

import Config
import Foundation
import Testing

/// Every class of mistake, with the place where it is told.
@Suite("What is wrong with a configuration")
struct FindingTests {
  /// A text appended to a valid configuration, and what is said of it.
  struct Case: CustomTestStringConvertible {
    var text: String
    var line: Int
    var column: Int
    var message: String
    var testDescription: String { text }

    init(_ text: String, _ line: Int, _ column: Int, _ message: String) {
      self.text = text
      self.line = line
      self.column = column
      self.message = message
    }
  }

  /// At the top, before the sources: the first line is line 1.
  static let top = [
    Case("shard: 2", 1, 1, "unknown key \"shard\" in configuration; did you mean shards?"),
    Case("Shards: 2", 1, 1, "did you mean shards?"),
    Case("zzzzqqq: 2", 1, 1, "(known are instance, state"),
    Case("shards: four", 1, 9, "expected a whole number, found \"four\""),
    Case("shards: 4.0", 1, 9, "expected a whole number, found \"4.0\""),
    Case("shards: 0", 1, 9, "0 is out of range; it may be 1 to 64"),
    Case("shards: 99999999999999999999", 1, 9, "expected a whole number"),
    Case("shards: [1]", 1, 9, "expected integer, 1 to 64, found a list"),
    Case("shards: {a: 1}", 1, 9, "expected integer, 1 to 64, found a map"),
    Case("shards:", 1, 8, "no value; it may be: integer, 1 to 64"),
    Case("shards: ~", 1, 9, "no value"),
    Case("instance: a/b", 1, 11, "expected a name of up to 48 letters"),
    Case("instance: \"\"", 1, 11, "expected a name"),
    Case("outputs: books", 1, 10, "expected a list, found \"books\""),
    Case("outputs: [books, mpb-1]", 1, 18, "did you mean mbp-1?"),
    Case("ring: {lines: 5000}", 1, 15, "expected a power of two from 1024 to 16777216"),
    Case("ring: {size: 1024}", 1, 8, "unknown key \"size\" in ring"),
    Case("ring: 1024", 1, 7, "expected a map of keys and values, found \"1024\""),
    Case("lanes: {wait: sleep}", 1, 15, "known are spin, yield, park"),
    Case("journal: {}", 1, 10, "root is missing"),
    Case("journal: {root: /j, codec: zip}", 1, 28, "no such codec \"zip\""),
    Case("journal: {root: /j, fsync: always}", 1, 28, "give block, interval:1s or off"),
    Case("journal: {root: /j, segment: 4}", 1, 30, "a size needs a unit"),
    Case("journal: {root: /j, segment: 4GB5}", 1, 30, "no such unit \"GB5\"; did you mean GB?"),
    Case("journal: {root: /j, segment: 1KiB}", 1, 30, "1KiB is out of range; it may be 1MiB to"),
    Case("journal: {root: /j, flush: 1sec}", 1, 28, "no such unit \"sec\"; did you mean s?"),
    Case("journal: {root: /j, flush: 5}", 1, 28, "a duration needs a unit: write it like 250ms"),
    Case("journal: {root: /j, flush: 1e3s}", 1, 28, "no such unit \"e3s\""),
    Case("journal: {root: /j, flush: -1s}", 1, 28, "expected a duration"),
    Case("journal: {root: /j, flush: 0.5ns}", 1, 28, "finer than one ns"),
    Case("journal: {root: /j, flush: 99999999999h}", 1, 28, "is too large"),
    Case("journal: {root: /j, raw: yes}", 1, 26, "expected true or false, found \"yes\""),
    Case("http: {listen: 9464}", 1, 16, "expected HOST:PORT"),
    Case("http: {listen: \"127.0.0.1:99999\"}", 1, 16, "expected HOST:PORT"),
    Case("http: {listen: \"127.0.0.1:1@lo\"}", 1, 16, "an interface"),
    Case("log: {level: warn}", 1, 14, "did you mean warning?"),
    Case("worker_cpus: [0, x]", 1, 18, "expected a whole number"),
    Case("state: !file /x", 1, 8, "!file is for secrets"),
    Case("state: !env HOME", 1, 8, "write ${NAME} here"),
    Case("state: !fiel /x", 1, 8, "no such tag \"!fiel\"; did you mean !file?"),
    Case("state: !!str /x", 1, 8, "no such tag"),
    Case("state: /x/${NOWHERE}", 1, 11, "the environment variable NOWHERE is not set"),
    Case("state: \"/x/${NOWHERE}\"", 1, 12, "the environment variable NOWHERE is not set"),
    Case("state: /x/${NO", 1, 11, "without its end"),
    Case("state: /x/${1A}", 1, 11, "\"1A\" is no name of an environment variable"),
    Case("state: \"a\\nb\"", 1, 8, "control characters"),
    Case("health: {error_rate: {warning: 200%}}", 1, 32, "200% is out of range"),
    Case("health: {error_rate: {warning: 5%, critical: 1%}}", 1, 46, "critical must be at least"),
    Case("health: {throughput: {warning: 50}}", 1, 32, "a rate needs a period"),
    Case("health: {throughput: {warning: 50/d}}", 1, 32, "no such period \"d\""),
    Case(
      "health: {throughput: {warning: 5/s, critical: 9/s}}", 1, 47, "critical must be at most"),
    Case("health: {dead: {usual: 0.5}}", 1, 24, "0.5 is out of range; it may be 1 to"),
    Case("shards: 1\nshards: 2", 2, 1, "the key \"shards\" stands twice, first in line 1"),
    Case("state: &a /x", 1, 8, "anchors"),
    Case("state: *a", 1, 8, "aliases"),
    Case("? [a]\n: 1", 1, 3, "a key must be a text"),
    Case("fallback: {}", 1, 11, "expected a list, found a map"),
    Case(
      "fallback: [{instruments: [AAPL], sources: [one]}]", 1, 43,
      "1 elements; there may be 2 to"),
    Case(
      "fallback: [{instruments: [AAPL], sources: [one, onne]}]", 1, 49,
      "there is no source \"onne\"; did you mean one?"),
    Case(
      "fallback: [{instruments: [AAPL], sources: [one, one]}]", 1, 49, "stands twice"),
    Case(
      "fallback: [{instruments: [AAPX], sources: [one, two]}]", 1, 27,
      "the source one has no instrument \"AAPX\"; did you mean AAPL?"),
    Case(
      "divergence: [{instruments: [MSFT], sources: [one, two]}]", 1, 29,
      "the source two has no instrument \"MSFT\""),
    Case("divergence: [{sources: [one, two]}]", 1, 14, "instruments is missing"),
  ]

  static let sources = """

    sources:
      - {name: one, feed: made, product: P, credentials: {password: !env PASSWORD},
         symbols: [AAPL, MSFT]}
      - {name: two, feed: made, product: P, credentials: {password: !env PASSWORD}, symbols: [AAPL]}
    """

  @Test(arguments: top)
  func atTheTop(case: Case) throws {
    let found = try MadeConfig().findings(`case`.text + Self.sources)
    let place = "\(`case`.line):\(`case`.column): "
    #expect(
      found.contains { $0.hasPrefix(place) && $0.contains(`case`.message) },
      "expected \(place)...\(`case`.message), found \(found)")
    // What one mistake drags along is said of the same line only.
    #expect(found.count <= 2, "\(found)")
  }

  /// Lines of a source; the first stands in line 2, its keys begin in column 5.
  static let source = [
    Case("prodct: P", 3, 5, "unknown key \"prodct\" in source; did you mean product?"),
    Case("main_port: 70000", 3, 16, "70000 is out of range; it may be 1 to 65535"),
    Case("is_delayed: 1", 3, 17, "expected true or false"),
    Case("pause: 5", 3, 12, "a duration needs a unit"),
    Case("framing: txt", 3, 14, "did you mean text?"),
    Case("password: hunter2", 3, 5, "unknown key \"password\""),
    Case("silence: 15", 3, 14, "a duration needs a unit"),
    Case("silence: 1h30m", 3, 14, "no such unit \"h30m\""),
    Case("keep_alive: 1m", 3, 17, "comes too late: silence of 10s ends the connection"),
    Case("reconnect: {first: 2m}", 3, 24, "is longer than the longest"),
    Case("pacing: {rate: 45/m}", 3, 20, "0/s is out of range; it may be 1/s to"),
    Case("host: \"a:1\"", 3, 11, "without a port"),
    Case("host: \"a b\"", 3, 11, "expected a host name or an address"),
    Case("hours: \"Mars/Olympus mon-fri 09:30-16:00\"", 3, 12, "no time zone"),
    Case("hours: \"UTC mon-fri 9-16\"", 3, 12, "trading hours"),
    Case("holidays: [2026-02-30]", 3, 16, "expected a day"),
    Case("cpu: -1", 3, 10, "-1 is out of range"),
    Case("lane_policy: drop", 3, 18, "known are wait, drop-oldest"),
    Case("symbol_defaults: {exchnge: X}", 3, 23, "did you mean exchange?"),
    Case("symbol_defaults: {interests: [trade]}", 3, 35, "did you mean trades?"),
    Case("symbol_file: nowhere.txt", 3, 18, "cannot read"),
    Case("health: {lists: [{instruments: [NONE]}]}", 3, 37, "has no instrument \"NONE\""),
    Case("health: {latency: {warning: 1s}}", 3, 14, ""),
  ]

  @Test(arguments: source)
  func inASource(case: Case) throws {
    let text = """
      sources:
        - name: one
          \(`case`.text)
          feed: made
          product: P
          credentials: {password: !env PASSWORD}
          symbols: [AAPL]
      """
    let found = try MadeConfig().findings(text)
    if `case`.message.isEmpty {
      #expect(found.count == 1 && found[0].contains("critical must be"), "\(found)")
      return
    }
    let place = "\(`case`.line):\(`case`.column): "
    #expect(
      found.count == 1 && found[0].hasPrefix(place) && found[0].contains(`case`.message),
      "expected \(place)...\(`case`.message), found \(found)")
  }

  static let symbols = [
    Case("[]", 6, 14, "the source has no symbols"),
    Case("AAPL", 6, 14, "expected a list"),
    Case("[AAPL, MSFT, AAPL]", 6, 27, "\"AAPL\" stands twice, first in line 6"),
    Case("[\"A,B\"]", 6, 15, "\"A,B\" is no symbol of made"),
    Case("[{symbl: A}]", 6, 16, "did you mean symbol?"),
    Case("[{exchange: A}]", 6, 15, "symbol is missing"),
    Case("[{symbol: A, con_id: x}]", 6, 35, "expected a whole number"),
    Case("[{symbol: A, canonical: Z}, {symbol: B, canonical: Z}]", 6, 42, "canonical name \"Z\""),
    Case("[[A]]", 6, 15, "found a list"),
    Case("!include nowhere.txt", 6, 14, "cannot read"),
    Case("[!include nowhere.txt]", 6, 15, "cannot read"),
    Case("[!includ nowhere.txt]", 6, 15, "did you mean !include?"),
  ]

  @Test(arguments: symbols)
  func inSymbols(case: Case) throws {
    let text = """
      sources:
        - name: one
          feed: made
          product: P
          credentials: {password: !env PASSWORD}
          symbols: \(`case`.text)
      """
    let found = try MadeConfig().findings(text)
    let place = "\(`case`.line):\(`case`.column): "
    #expect(
      found.contains { $0.hasPrefix(place) && $0.contains(`case`.message) },
      "expected \(place)...\(`case`.message), found \(found)")
  }

  @Test func symbolFile() throws {
    let made = try MadeConfig()
    try made.file("list.txt", "# a list\nAAPL\n\n  MSFT  # a comment\nA B\n@ES#\nAAPL\nX,Y\n")
    let text = MadeConfig.least.replacing("[AAPL, \"@ESZ26\"]", with: "!include list.txt")
    #expect(
      made.findings(text) == [
        "list.txt:5:1: \"A B\" is no symbol of made",
        "list.txt:7:1: \"AAPL\" stands twice, first in line 2",
        "list.txt:8:1: \"X,Y\" is no symbol of made",
      ])
  }

  /// All mistakes are told, in the order of the text.
  @Test func allAtOnce() throws {
    let found = try MadeConfig().findings(
      """
      shards: x
      lanes: {lines: 1, wait: no}
      sources:
        - name: one
          feed: mad
          anything: 1
        - feed: made
          symbols: []
      """)
    let places = found.map { $0.split(separator: " ")[0] }
    #expect(
      places == ["1:9:", "2:16:", "2:25:", "5:11:", "7:5:", "7:5:", "7:5:", "8:14:"], "\(found)")
  }

  @Test func nothing() throws {
    let made = try MadeConfig()
    for text in ["", "# only a comment\n", "---\n"] {
      #expect(made.findings(text).contains { $0.contains("sources is missing") })
    }
    #expect(made.findings("- a").contains { $0.hasPrefix("1:1: expected a map") })
    #expect(throws: ConfigError.self) {
      _ = try Configuration(
        path: made.folder.appending(path: "none.yaml").path, environment: [:],
        feeds: [MadeFeed.self])
    }
  }
}

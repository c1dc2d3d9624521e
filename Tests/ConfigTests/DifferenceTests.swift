import Config
import Testing

/// What a reload finds: each change with its class.
@Suite("Differences of configurations")
struct DifferenceTests {
  static let base = """
    log: {level: info}
    health: {latency: {warning: 5ms}}
    sources:
      - name: one
        feed: made
        product: P
        credentials: {password: !env PASSWORD}
        silence: 20s
        pacing: {rate: 10/s}
        symbols: [AAPL, MSFT]
      - {name: two, feed: made, product: P, credentials: {password: !env PASSWORD}, symbols: [AAPL]}
    fallback: [{instruments: [AAPL], sources: [one, two]}]
    """

  @Test(arguments: [
    ("level: info", "level: debug", ["log.level: info -> debug (at once)"]),
    (
      "warning: 5ms", "warning: 6ms",
      [
        "health.latency.warning: 5ms -> 6ms (at once)",
        "sources.one.health.latency.warning: 5ms -> 6ms (at once)",
        "sources.two.health.latency.warning: 5ms -> 6ms (at once)",
      ]
    ),
    ("rate: 10/s", "rate: 20/s", ["sources.one.pacing.rate: 10/s -> 20/s (at once)"]),
    ("silence: 20s", "silence: 20000ms", []),
    (
      "silence: 20s", "silence: 21s",
      ["sources.one.silence: 20s -> 21s (with a new connection)"]
    ),
    (
      "[AAPL, MSFT]", "[AAPL, IBM]",
      [
        "sources.one.symbols.IBM: (none) -> IBM (at once)",
        "sources.one.symbols.MSFT: MSFT -> (none) (at once)",
      ]
    ),
    ("[AAPL, MSFT]", "[{symbol: AAPL}, MSFT]", []),
    (
      "[AAPL, MSFT]", "[AAPL, {symbol: MSFT, exchange: X}]",
      ["sources.one.symbols.MSFT.exchange: SMART -> X (with a new connection)"]
    ),
    (
      "log: {level: info}", "shards: 2",
      ["shards: 1 -> 2 (refused: needs a restart)"]
    ),
    (
      "log: {level: info}", "ring: {lines: 1024}",
      ["ring.lines: 65536 -> 1024 (refused: needs a restart)"]
    ),
    (
      "log: {level: info}", "journal: {root: /j}",
      ["journal: (none) -> {root: /j, "]
    ),
    ("name: two", "name: three", ["sources.three: (none) -> three (refused", "sources.two: "]),
    (
      "[one, two]}]", "[two, one]}]",
      ["fallback: [{instruments: [AAPL], sources: [one, two]"]
    ),
  ])
  func changes(old: String, new: String, expected: [String]) throws {
    let made = try MadeConfig()
    let before = try made.read(Self.base)
    var text = Self.base.replacing(old, with: new)
    if old == "name: two" { text.replace("[one, two]", with: "[one, three]") }
    let after = try made.read(text)
    let found = after.difference(from: before).filter {
      old != "name: two" || !$0.path.hasPrefix("fallback")
    }
    #expect(found.count == expected.count, "\(found)")
    for (change, wanted) in zip(found, expected) {
      #expect("\(change)".hasPrefix(wanted), "\(change)")
    }
    #expect(before.difference(from: before) == [])
  }

  @Test func secretsAreHidden() throws {
    let made = try MadeConfig()
    let before = try made.read(Self.base, ["PASSWORD": "first-try"])
    let after = try made.read(Self.base, ["PASSWORD": "second-try"])
    let changes = after.difference(from: before)
    #expect(
      changes.map(\.path) == [
        "sources.one.credentials.password", "sources.two.credentials.password",
      ])
    #expect(changes.map(\.source) == ["one", "two"])
    #expect(changes.allSatisfy { $0.takesEffect == .reconnect && !"\($0)".contains("-try") })
  }
}

import FoundationEssentials
import Lab
import Testing

struct ReportTests {
  /// What a page must be, whatever it shows.
  static func check(_ page: String, source: SourceLocation = #_sourceLocation) {
    #expect(MarkupCheck.problem(page) == nil, sourceLocation: source)
    #expect(page.utf8.count < 1_000_000, sourceLocation: source)
    // Not a number, and what would ask for something from elsewhere.
    let names = page.replacing("http://www.w3.org/", with: "")
    expect(
      names, [],
      without: ["nan", "NaN", "inf\"", "inf,", "Infinity", "<script", "http", "@import", "url("],
      source: source)
  }

  /// Whether the page has those texts and not the others; the page itself is too long to print.
  static func expect(
    _ page: String, _ parts: [String], without others: [String] = [],
    source: SourceLocation = #_sourceLocation
  ) {
    let missing = parts.filter { !page.contains($0) }
    let unwanted = others.filter { page.contains($0) }
    #expect(missing.isEmpty && unwanted.isEmpty, sourceLocation: source)
  }

  @Test(arguments: [1, 2, 3])
  func aBurstShowsAllItsParts(_ seed: UInt64) {
    let page = LabReport.html([SampleResult.burst(seed: seed)])
    Self.check(page)
    Self.expect(
      page,
      [
        "Latency by percentile", "Latency over time", "Queue depth", "✓ none lost", "Stages",
        "Bars",
        "Pauses of the machine", "Setup", "Environment", "✓ the ledger balances", "To repeat it",
        "The machine is noisy", "✓ met", "– no verdict", "raw one way 54 ns", ">99.999<",
      ])
  }

  @Test func theKneeIsMarked() {
    let page = LabReport.html([SampleResult.capacity(seed: 1)])
    Self.check(page)
    Self.expect(page, ["capacity 42.6 M/s", "✗ no"])
    var searched = SampleResult.capacity(seed: 1)
    searched.capacity = nil
    Self.expect(LabReport.html([searched]), ["knee 42.5 M/s"])
  }

  @Test func twoResultsHaveRatiosAndDifferences() {
    let first = SampleResult.burst(seed: 1)
    var second = SampleResult.burst(seed: 1, slowness: 2)
    second.environment.kernel = "6.12.0"
    second.setup.options = ["books": "on"]
    second.isBalanced = false
    second.violations = ["shard 0: 5 = 4"]
    second.series?.lost[7] = 3
    second.lost = ["lane": 3]
    let page = LabReport.html([first, second])
    Self.check(page)
    Self.expect(
      page,
      [
        "B / A", "2×", "≠ kernel", "≠ books", "✗ the ledger does not balance", "shard 0: 5 = 4",
        "3 at lane", "against",
      ], without: ["≠ governor", "✓ none lost"])
    Self.check(LabReport.html([first, SampleResult.capacity(seed: 4)]))
    Self.check(LabReport.html([SampleResult.capacity(seed: 4), SampleResult.empty()]))
  }

  @Test func textsFromOutsideStayTexts() {
    let evil = "<script>alert(1)</script>\"'&\u{0}\u{1B}[31m\u{202E}\u{FFFE}</svg>]]>"
    var result = SampleResult.burst(seed: 1)
    result.label = evil
    result.command = ["millrace", evil, "it's", ""]
    result.kind = evil
    result.profile = evil
    result.created = evil
    result.notes = [evil, String(repeating: "x", count: 5_000_000)]
    result.violations = [evil]
    result.lost = [evil: .max, "b": .max]
    result.isBalanced = false
    result.environment.cpu = evil
    result.setup.options = [evil: evil]
    result.setup.cpus = [evil: 3]
    result.hiccups = [LabHiccups(thread: evil)]
    result.bars = [LabBar(name: evil, value: 1, limit: 1, unit: evil, isCeiling: true, note: evil)]
    var stage = LabStage(name: evil, from: evil)
    stage.curve = [[50, 10], [99, 20]]
    result.stages.insert(stage, at: 0)
    Self.check(LabReport.html([result]))
    Self.check(LabReport.html([result, result]))
    let quoted = "'it'\\''s' ''".replacing("'", with: "&#39;")
    Self.expect(LabReport.html([result]), ["&lt;script&gt;alert(1)", quoted])
  }

  @Test func aTerminalShowsTheRatios() {
    var after = SampleResult.burst(seed: 1, slowness: 2)
    after.label = "\u{1B}[31mred"
    let rows = LabComparison.rows(SampleResult.burst(seed: 1), after)
    #expect(rows.allSatisfy { $0.count == 4 })
    #expect(rows[1][2] == "\u{241B}[31mred")
    #expect(rows.contains { $0[0] == "p50, clean" && $0[3].hasSuffix("×") })
    #expect(LabComparison.rows(SampleResult.empty(), SampleResult.empty()).count == 4)
  }

  @Test func nothingToShowIsAPageToo() {
    Self.check(LabReport.html([]))
    Self.check(LabReport.html([SampleResult.empty()]))
    var hollow = SampleResult.empty()
    hollow.series = LabSeries()
    hollow.stages = [LabStage(name: "total", from: "due")]
    hollow.rawRoundTrip = LabQuantiles()
    hollow.hiccups = [LabHiccups(thread: "reader")]
    Self.check(LabReport.html([hollow]))
    hollow.series?.offered = [0]
    let page = LabReport.html([hollow, SampleResult.empty()])
    Self.check(page)
    Self.expect(page, ["no message was seen", "always empty"])
  }

  @Test(arguments: [1, 2, 499, 500, 501, 100_000])
  func seriesOfAnyLengthFit(_ slots: Int) {
    var result = SampleResult.burst(seed: 9, slots: slots)
    let worst = slots / 2
    result.series?.max[worst] = 55_000_000_000
    let page = LabReport.html([result, SampleResult.burst(seed: 8, slots: slots)])
    Self.check(page)
    Self.expect(page, ["max 55 s"])
  }

  @Test func valuesAtTheEdgesGiveNumbers() {
    let huge: [Double] = [.nan, .infinity, -.infinity, -1, 0, 1e308, .leastNonzeroMagnitude, 1e19]
    var result = SampleResult.burst(seed: 1)
    for value in huge {
      result.capacity = value
      result.cleanShare = value
      result.environment.loadAverage = value
      result.environment.ticksPerMicrosecond = value
      result.series?.slotMillis = value
      result.stages[0].curve = [
        [value, value], [50, value], [value, 50], [100], [], [99, 1, 2],
      ]
      result.bars = [
        LabBar(name: "x", value: value, limit: value, unit: "ns", isCeiling: true)
      ]
      result.steps = huge.map { other in
        LabStep(
          offeredRate: value, achievedRate: other, lost: .max, latency: LabQuantiles(),
          cleanLatency: LabQuantiles(), cleanShare: other, isSustained: value > other)
      }
      Self.check(LabReport.html([result]))
      Self.check(LabReport.html([result, SampleResult.capacity(seed: 1)]))
    }
    result = SampleResult.burst(seed: 1)
    result.series?.max = [.max, 0, .max]
    result.series?.offered = [.max]
    result.series?.stolen = [.max, 1]
    result.series?.lost = [.max, .max]
    result.rawRoundTrip?.p50 = .max
    Self.check(LabReport.html([result]))
  }

  @Test func manyOfEverythingStaysSmall() {
    var result = SampleResult.burst(seed: 1, slots: 100_000)
    result.stages = (0..<500).map { index in
      var stage = result.stages[7]
      stage.name = "stage \(index)"
      stage.curve = (0..<2_000).map { [Double($0) / 20, Double($0 * index)] }
      stage.cleanCurve = stage.curve
      return stage
    }
    result.bars = (0..<1_000).map {
      LabBar(name: "bar \($0)", value: 1, limit: 2, unit: "ns", isCeiling: true)
    }
    result.notes = (0..<1_000).map { "note \($0)" }
    result.steps = (0..<5_000).map { _ in SampleResult.capacity(seed: 1).steps[0] }
    result.hiccups = (0..<1_000).map { LabHiccups(thread: "thread \($0)") }
    result.setup.options = .init(
      uniqueKeysWithValues: (0..<1_000).map { ("option \($0)", "value") })
    Self.check(LabReport.html([result, result]))
  }
}

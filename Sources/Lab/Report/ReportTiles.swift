extension ReportRun {
  /// Messages lost anywhere; held at the greatest count that there is.
  var lostCount: UInt64 {
    result.lost.values.reduce(0) { sum, lost in
      let (total, isOver) = sum.addingReportingOverflow(lost)
      return isOver ? .max : total
    }
  }
}

/// The figures that everybody asks for first.
extension LabReport {
  struct Tile {
    let name: String
    let value: String
    let more: String
  }

  static func tiles(_ page: inout ReportPage) {
    let isComparison = page.isComparison
    for run in page.runs {
      page.body.element("div", ["class": "tiles"]) { markup in
        for tile in tiles(run) {
          markup.element("div", ["class": "tile"]) { markup in
            markup.element("div", ["class": "name"]) { markup in
              if isComparison { ReportTables.letter(run, &markup) }
              markup.words(tile.name)
            }
            markup.element("div", ["class": "value"], text: tile.value)
            markup.element("div", ["class": "more"], text: tile.more)
          }
        }
      }
    }
  }

  private static func tiles(_ run: ReportRun) -> [Tile] {
    let result = run.result
    var tiles: [Tile] = []
    if let capacity = result.capacity {
      tiles.append(
        Tile(name: "capacity", value: ReportText.rate(capacity), more: "highest without loss"))
    }
    let isClean = (run.total?.clean.samples ?? 0) > 0
    if let figures = isClean ? run.total?.clean : run.total?.all, figures.samples > 0 {
      let which = isClean ? "total, clean windows" : "total, all messages"
      for (name, value) in [
        ("p50", figures.p50), ("p99", figures.p99), ("p99.9", figures.p999),
      ] {
        tiles.append(Tile(name: name, value: ReportText.duration(value), more: which))
      }
    }
    if let all = run.total?.all, all.samples > 0 {
      tiles.append(
        Tile(name: "maximum", value: ReportText.duration(all.max), more: "total, all messages"))
    }
    if let raw = run.rawOneWay {
      tiles.append(
        Tile(
          name: "raw one way", value: ReportText.duration(raw), more: "a bare line, in this run"))
    }
    if let datagram = run.datagramOneWay {
      tiles.append(
        Tile(
          name: "bare UDP", value: ReportText.duration(datagram), more: "half of a round trip"))
    }
    let lost = run.lostCount
    tiles.append(
      Tile(
        name: "lost", value: lost == 0 ? "none" : ReportText.count(lost),
        more: "of \(ReportText.count(result.offered)) due"))
    tiles.append(
      Tile(
        name: "clean", value: ReportText.share(result.cleanShare),
        more: "windows of 1 ms, no time lost"))
    tiles.append(
      Tile(
        name: "ledger", value: result.isBalanced ? "✓ holds" : "✗ broken",
        more: "every message counted"))
    return tiles
  }
}

internal import Http
internal import Ledger

/// The pages' contents. Called on the HTTP library's thread.
enum ControlPages {
  static func live(_ board: ControlBoard) -> HttpAnswer {
    guard let reason = board.stuckness() else { return .text("live\n") }
    return .text("not live: \(reason)\n", status: 503)
  }

  static func ready(_ board: ControlBoard) -> HttpAnswer {
    let reasons = board.unreadiness()
    let cautions = board.snapshot?.cautions ?? []
    let lines = reasons.map { "\($0)\n" } + cautions.map { "warning: \($0)\n" }
    let text = (reasons.isEmpty ? "ready\n" : "not ready\n") + lines.joined()
    return .text(text, status: reasons.isEmpty ? 200 : 503)
  }

  static func readyJSON(_ board: ControlBoard) -> HttpAnswer {
    let reasons = board.unreadiness()
    var json = JSONText()
    json.object {
      $0.field("ready", reasons.isEmpty)
      $0.strings("reasons", reasons)
      $0.strings("warnings", board.snapshot?.cautions ?? [])
    }
    return .json(json.text + "\n", status: reasons.isEmpty ? 200 : 503)
  }

  static func status(_ board: ControlBoard) -> HttpAnswer { .json(StatusPage.json(board) + "\n") }

  /// Counters are read at each scrape, the rest is the control thread's of the last second.
  static func metrics(_ board: ControlBoard, counters: String) -> HttpAnswer {
    let report = (try? CounterFile.open(counters).snapshot()).map { snapshot in
      LedgerReport(snapshot, quiesced: snapshot.isQuiesced)
    }
    return .metrics(ControlMetrics.page(board, report: report ?? board.snapshot?.report))
  }
}

extension JSONText {
  mutating func strings(_ name: String, _ values: [String]) {
    field(name) { json in
      json.array { json in for value in values { json.value(value) } }
    }
  }
}

internal import Engine
internal import ExchangeFeeds
internal import FeedKit
internal import Ledger

/// What `millrace run` says at its end: the ledger, the gaps, the latencies, the memory.
struct RunReport {
  private let ledger: LedgerReport?
  private let reports: [SourceReport]
  private let names: [String]
  private let failures: [(source: String, error: EngineError)]
  private let violations: [Ledger.Violation]
  private let simulation: ItchSimulatorReport?
  private let pipeline: Pipeline

  init(
    pipeline: Pipeline, simulation: ItchSimulatorReport?, violations: [Ledger.Violation]
  ) {
    self.pipeline = pipeline
    self.simulation = simulation
    self.violations = violations
    reports = pipeline.reports
    names = pipeline.sources.map(\.name)
    failures = pipeline.failures
    ledger = (try? pipeline.snapshot()).map { LedgerReport($0, quiesced: true) }
  }

  /// Whether every equation held, all the time, and every source came to its own end.
  var isGood: Bool {
    violations.isEmpty && failures.isEmpty && (ledger?.isBalanced ?? false)
  }

  func print(_ context: CommandContext) throws(CommandError) {
    if context.arguments[GlobalOptions.json] {
      try context.output.write(json + "\n")
    } else {
      try context.output.write(text(context.terminal))
    }
    for failure in failures {
      context.terminal.error("source \(failure.source): \(failure.error)")
    }
  }

  private func text(_ terminal: Terminal) -> String {
    var text = ""
    if let ledger { text += ledger.text(color: terminal.hasColor) + "\n" }
    text += terminal.styled("Gaps", .bold) + "\n" + gapText + "\n"
    text += terminal.styled("Latencies", .bold) + "\n" + pipeline.stages.table().text + "\n"
    let memory = pipeline.memory
    text += terminal.styled("Memory", .bold) + "\n"
    text +=
      "  lanes and rings \(memory.fixedBytes >> 10) KiB, fixed; books \(memory.bookBytes >> 10) KiB"
      + " for \(memory.openOrders) open orders\n"
    return text
  }

  private var gapText: String {
    var lines: [String] = []
    for (name, report) in zip(names, reports) {
      let counts = report.arbiter
      lines.append(
        "  \(name): \(counts.gapsDetected) detected, \(counts.gapMessagesFilled) messages filled"
          + " (\(counts.requests) re-requests), \(counts.gapMessagesLost) lost,"
          + " \(counts.duplicates) duplicates dropped")
      for gap in report.gaps.prefix(10) {
        lines.append("    lost \(gap.first)...\(gap.last) of session \(gap.session)")
      }
      if report.gaps.count > 10 { lines.append("    and \(report.gaps.count - 10) more") }
    }
    if let simulation {
      let lost = simulation.lines.map { "\($0.lost)" }.joined(separator: " and ")
      lines.append(
        "  simulated exchange: \(simulation.market.messages) messages, \(lost) datagrams lost on"
          + " its lines, \(simulation.requestsAnswered) re-requests answered")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var json: String {
    var json = JSONText()
    json.object { json in
      json.field("balanced", isGood)
      if let ledger { json.field("ledger") { ledger.write(to: &$0) } }
      json.field("violations") { json in
        json.array { json in for violation in violations { json.value("\(violation)") } }
      }
      json.field("sources") { json in
        json.array { json in
          for (name, report) in zip(names, reports) { write(report, name: name, to: &json) }
        }
      }
      json.field("latency") { pipeline.stages.write(to: &$0) }
      json.field("memory") { json in
        let memory = pipeline.memory
        json.object { json in
          json.field("fixed_bytes", memory.fixedBytes)
          json.field("book_bytes", memory.bookBytes)
          json.field("open_orders", memory.openOrders)
        }
      }
      if let simulation { json.field("simulation") { write(simulation, to: &$0) } }
    }
    return json.text
  }

  private func write(_ report: SourceReport, name: String, to json: inout JSONText) {
    json.object { json in
      json.field("name", name)
      json.field("messages", report.messages)
      json.field("bytes", report.bytes)
      json.field("gaps_detected", report.arbiter.gapsDetected)
      json.field("gap_messages_filled", report.arbiter.gapMessagesFilled)
      json.field("gap_messages_lost", report.arbiter.gapMessagesLost)
      json.field("duplicates", report.arbiter.duplicates)
      json.field("re_requests", report.arbiter.requests)
      json.field("gaps") { json in
        json.array { json in
          for gap in report.gaps {
            json.object { json in
              json.field("session", gap.session)
              json.field("first", gap.first)
              json.field("last", gap.last)
              json.field("count", gap.last &- gap.first &+ 1)
            }
          }
        }
      }
    }
  }

  private func write(_ simulation: ItchSimulatorReport, to json: inout JSONText) {
    json.object { json in
      json.field("messages", simulation.market.messages)
      json.field("open_orders", simulation.market.openOrders)
      json.field("requests_answered", simulation.requestsAnswered)
      json.field("datagrams_lost") { json in
        json.array { json in for line in simulation.lines { json.value(line.lost) } }
      }
    }
  }
}

internal import Engine
internal import ExchangeFeeds
internal import FeedKit
internal import Journal
internal import Ledger
internal import Records

/// What `millrace replay` says at its end.
struct ReplayReport {
  private let progress: ReplayProgress
  private let pacing: PacingReport
  private let findings: [JournalFinding]
  private let failures: [JournalError]
  private let violations: [Ledger.Violation]
  private let isInterrupted: Bool
  private let datagrams: ReplayDatagrams?

  init(
    replay: Replay, datagrams: ReplayDatagrams?, problems: [JournalError],
    violations: [Ledger.Violation], isInterrupted: Bool
  ) {
    progress = replay.progress
    pacing = replay.pacingReport
    findings = replay.findings
    failures = problems + replay.failures
    self.datagrams = datagrams
    self.violations = violations
    self.isInterrupted = isInterrupted
  }

  /// Whether all was played that was asked for, and that was something.
  var isGood: Bool {
    findings.isEmpty && failures.isEmpty && violations.isEmpty
      && (progress.records > 0 || isInterrupted)
  }

  /// `isOutputTaken`: standard output belongs to the records.
  func print(_ context: CommandContext, isOutputTaken: Bool) throws(CommandError) {
    let isJSON = context.arguments[GlobalOptions.json]
    let text = isJSON ? json + "\n" : self.text
    if !isOutputTaken {
      try context.output.write(text)
    } else if isJSON || !context.terminal.isQuiet {
      Terminal.writeError(text)
    }
    if progress.records == 0, !isInterrupted {
      context.terminal.error("the journal has no record that is wanted")
    }
    for finding in findings { context.terminal.error("\(finding)") }
    for failure in failures { context.terminal.error("\(failure)") }
    for violation in violations { context.terminal.error("ledger: \(violation)") }
  }

  private var recordsPerSecond: Double {
    progress.elapsedNanos > 0
      ? Double(progress.records) * 1e9 / Double(progress.elapsedNanos) : 0
  }

  private var text: String {
    var text =
      "\(progress.records) records in \(seconds(progress.elapsedNanos)) s"
      + " (\(RunProgress.short(recordsPerSecond)) records/s)"
      + (isInterrupted ? ", stopped by a signal" : "") + "\n"
    if pacing.error.count > 0 {
      let error = pacing.error
      let figures = [
        ("p50", error.p50), ("p90", error.p90), ("p99", error.p99), ("p99.9", error.p999),
        ("p99.99", error.p9999), ("max", error.max),
      ]
      text +=
        "pacing error: " + figures.map { "\($0.0) \(micros($0.1)) us" }.joined(separator: ", ")
        + "; \(pacing.late) records later than 100 us\n"
    }
    if let datagrams { text += messageText(datagrams) }
    return text
  }

  /// How many messages the records became, and what became none.
  private func messageText(_ datagrams: ReplayDatagrams) -> String {
    let counts = datagrams.counts
    let day = NewYorkTime.date(of: datagrams.dayStart)
    var text =
      "\(counts.messageTotal) ITCH messages in \(datagrams.datagrams) datagrams a line, of"
      + " \(day) in New York (run --date \(day)); \(counts.implied) records are made again by"
      + " who receives them\n"
    let lost = lostNames(counts)
    if !lost.isEmpty {
      text +=
        "without a way back into ITCH: "
        + lost.map { "\($0.count) \($0.name)" }.joined(separator: ", ") + "\n"
    }
    return text
  }

  private func lostNames(_ counts: ItchEncoderCounts) -> [(name: String, count: UInt64)] {
    (0...UInt8.max).compactMap { code in
      let count = counts.lost[Int(code)]
      let name = RecordLayout.of(RType(rawValue: code))?.name ?? "type \(code)"
      return count > 0 ? (name, count) : nil
    }
  }

  private func write(_ datagrams: ReplayDatagrams, to json: inout JSONText) {
    let counts = datagrams.counts
    json.object { json in
      json.field("datagrams", datagrams.datagrams)
      json.field("implied_records", counts.implied)
      json.field("day", "\(NewYorkTime.date(of: datagrams.dayStart))")
      json.field("messages") { json in
        json.object { json in
          for type in UInt8.min...UInt8.max where counts.messages[Int(type)] > 0 {
            json.field(String(Unicode.Scalar(type)), counts.messages[Int(type)])
          }
        }
      }
      json.field("lost_records") { json in
        json.object { json in for lost in lostNames(counts) { json.field(lost.name, lost.count) } }
      }
    }
  }

  private func seconds(_ nanos: UInt64) -> String {
    let millis = nanos / 1_000_000
    let rest = "\(millis % 1000)"
    return "\(millis / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }

  private func micros(_ nanos: UInt64) -> String { "\(nanos / 1000).\(nanos % 1000 / 100)" }

  private var json: String {
    var json = JSONText()
    json.object { json in
      json.field("records", progress.records)
      json.field("elapsed_ns", progress.elapsedNanos)
      json.field("records_per_second", recordsPerSecond, decimals: 0)
      json.field("interrupted", isInterrupted)
      json.field("journal_time", progress.journalTime)
      json.field("pacing_error_ns") { json in
        let error = pacing.error
        json.object {
          $0.field("records", error.count)
          error.writePercentiles(to: &$0)
          $0.field("late", pacing.late)
        }
      }
      if let datagrams { json.field("itch") { write(datagrams, to: &$0) } }
      json.field("findings") { json in
        json.array { json in
          for finding in findings { json.value("\(finding)") }
          for failure in failures { json.value("\(failure)") }
        }
      }
      json.field("violations") { json in
        json.array { json in for violation in violations { json.value("\(violation)") } }
      }
    }
    return json.text
  }
}

/// What an outlet that stores is doing, in words.
struct JournalState {
  private let outlet: BlockSnapshot
  private let takenAt: RealtimeInstant

  /// Nil for an outlet that has stored nothing and failed at nothing.
  init?(_ block: BlockSnapshot, takenAt: RealtimeInstant) {
    guard block.scope == .outlet, block[.segments] > 0 || block[.failures] > 0 else { return nil }
    outlet = block
    self.takenAt = takenAt
  }

  var isFailing: Bool { outlet[.failingSince] > 0 }

  /// The word for programs.
  var name: String { isFailing ? "failing" : "recording" }

  /// What the system said to the last failure; nil where there was none.
  var error: String? {
    let code = outlet[.lastError]
    return code == 0 ? nil : systemMessage(Int32(clamping: code))
  }

  /// One line for people.
  var line: String {
    let grouped = LedgerReport.grouped
    var text = "\(outlet.name): "
    if isFailing {
      let since = RealtimeInstant(rawValue: outlet[.failingSince])
      text += "failing for \(LedgerReport.duration(takenAt.nanos(since: since)))"
      if let error { text += ": \(error)" }
      text += "; \(grouped(outlet[.lost])) records lost, the journal goes on when it can write"
      return text
    }
    let written = outlet[.written]
    text += "recording: \(grouped(written)) records"
    if written > 0 {
      let hundredths = outlet[.bytesWritten] * 100 / written
      let rest = hundredths % 100
      text += " at \(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) bytes"
    }
    text += ", \(grouped(written &- min(written, outlet[.durable]))) not yet confirmed by the disk"
    if outlet[.lost] > 0 {
      text += "; \(grouped(outlet[.lost])) lost" + (error.map { " (\($0))" } ?? "")
    }
    return text
  }
}

extension LedgerReport {
  /// The state of each outlet that stores, in the order of the file.
  var journalStates: [JournalState] {
    blocks(of: .outlet).compactMap { JournalState($0, takenAt: snapshot.takenAt) }
  }
}

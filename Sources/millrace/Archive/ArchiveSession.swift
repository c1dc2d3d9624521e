internal import Journal
internal import Ledger

/// One run of `millrace archive`: day by day, then the report.
struct ArchiveSession {
  private let context: CommandContext
  private let deletes: Bool
  private var report = ArchiveReport()
  private var isStopped = false

  init(_ context: CommandContext, deletes: Bool) {
    self.context = context
    self.deletes = deletes
  }

  mutating func run(
    _ options: ArchiveOptions, _ request: ArchivePlan.Request
  ) throws(JournalError) -> ExitCode {
    StopSignals.hold()
    let start = MonotonicClock.now().rawValue
    var archive = try JournalArchive(options, request)
    for (path, reason) in archive.unreadable { find("\(path): \(reason)") }
    for left in archive.plan.left {
      context.terminal.note("\(left.dataset)/\(left.day) is left: \(left.reason)")
    }
    if archive.plan.jobs.isEmpty, archive.plan.finished.isEmpty, archive.plan.left.isEmpty {
      context.terminal.note("no segments to archive in \(options.root)")
    }
    if deletes { try finish(archive) }
    for job in archive.plan.jobs where !isStopped {
      try run(job, &archive)
    }
    report.nanos = max(MonotonicClock.now().rawValue - start, 1)
    report.alreadyArchived = archive.plan.finished.count
    let text = context.arguments[GlobalOptions.json] ? report.json : report.text
    do throws(CommandError) { try context.output.write(text) } catch { return error.code }
    if isStopped {
      context.terminal.note("stopped: the same command goes on where this one has ended")
      return .stopped
    }
    return report.findings.isEmpty ? .ok : .findings
  }

  private mutating func run(
    _ job: ArchivePlan.Job, _ archive: inout JournalArchive
  ) throws(JournalError) {
    let start = MonotonicClock.now().rawValue
    let bar = ArchiveProgressBar(job.name, terminal: context.terminal)
    defer { bar.end() }
    let made = try archive.archive(
      job, now: { RealtimeClock.now().rawValue }, goesOn: { bar.goesOn($0) })
    guard let made else {
      isStopped = true
      return
    }
    bar.end()
    report.add(made, bytesIn: job.bytes, nanos: MonotonicClock.now().rawValue - start)
    for finding in made.findings { find("\(made.name): \(finding)") }
    if deletes { try delete(made, archive) }
  }

  /// Archives of earlier runs whose segments are still there: read again before they are deleted.
  private mutating func finish(_ archive: borrowing JournalArchive) throws(JournalError) {
    for manifest in archive.plan.finished where !isStopped {
      let bar = ArchiveProgressBar(manifest.name, terminal: context.terminal)
      guard
        let findings = ArchiveCheck.findings(
          manifest, folder: archive.options.archive, bar)
      else {
        isStopped = true
        return
      }
      for finding in findings { find(finding) }
      if findings.isEmpty { try delete(manifest, archive) }
    }
  }

  private mutating func delete(
    _ manifest: ArchiveManifest, _ archive: borrowing JournalArchive
  ) throws(JournalError) {
    let deletion = try archive.deleteSources(of: manifest)
    report.filesDeleted += deletion.files
    report.bytesDeleted += deletion.bytes
    for (path, reason) in deletion.kept { context.terminal.note("\(path) stays: \(reason)") }
  }

  private mutating func find(_ text: String) {
    Terminal.writeError("millrace archive: \(text)\n")
    report.findings.append(text)
  }
}

/// `millrace archive --verify`: archives against their manifests.
struct ArchiveCheck {
  private let context: CommandContext

  init(_ context: CommandContext) { self.context = context }

  func run(_ folders: [String]) throws(CommandError) -> ExitCode {
    StopSignals.hold()
    var rows: [Row] = []
    for path in folders {
      let folder = ArchiveFolder(path: path, dataset: context.arguments[ArchiveVerb.dataset])
      guard !folder.manifests.isEmpty || !folder.unreadable.isEmpty else {
        throw CommandError(
          .noInput, verb: ArchiveVerb.name, happened: "there is no archive", what: path,
          remedy: "name the folder that was given as --output")
      }
      rows += folder.unreadable.map { Row(name: $0.path, findings: [$0.reason]) }
      for manifest in folder.manifests {
        let bar = ArchiveProgressBar(manifest.name, terminal: context.terminal)
        guard let findings = Self.findings(manifest, folder: folder.path, bar) else {
          return .stopped
        }
        rows.append(
          Row(name: manifest.name, records: manifest.totals.records, findings: findings))
      }
    }
    for row in rows {
      for finding in row.findings { Terminal.writeError("millrace archive: \(finding)\n") }
    }
    try context.output.write(
      context.arguments[GlobalOptions.json] ? json(rows) : text(rows))
    return rows.allSatisfy { $0.findings.isEmpty } ? .ok : .findings
  }

  private struct Row {
    var name: String
    var records: UInt64 = 0
    var findings: [String]
  }

  /// Reads an archive; nil where it was stopped.
  static func findings(
    _ manifest: ArchiveManifest, folder: String, _ bar: ArchiveProgressBar
  ) -> [String]? {
    defer { bar.end() }
    var verifier = ArchiveVerifier(folder: folder, outputs: manifest.outputs)
    return verifier.findings(manifest) { bar.goesOn($0) }
  }

  private func text(_ rows: [Row]) -> String {
    TextTable(
      rows: rows.map {
        [$0.name, "\($0.records.grouped) records", $0.findings.isEmpty ? "as archived" : "DAMAGED"]
      }
    ).text
  }

  private func json(_ rows: [Row]) -> String {
    var json = JSONText()
    json.object { json in
      json.field("archives") { json in
        json.array { json in
          for row in rows {
            json.object { json in
              json.field("name", row.name)
              json.field("records", row.records)
              json.field("findings") { json in
                json.array { for finding in row.findings { $0.value(finding) } }
              }
            }
          }
        }
      }
    }
    return json.text + "\n"
  }
}

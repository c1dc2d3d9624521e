internal import FeedKit
internal import Ledger

extension FileSummary {
  /// Gaps that the text lists; JSON has them all.
  private static var gapLines: Int { 10 }

  /// The same for people.
  func text(_ terminal: Terminal) -> String {
    var text = terminal.styled(file, .bold) + ": " + kind + "\n"
    text += TextTable(rows: facts).text
    if !types.isEmpty { text += heading("messages on the wire", terminal) + typeTable }
    text += section("records", records.map { ($0.name, $0.count) }, terminal)
    text += section("ignored by type", ignored.map { ($0.type, $0.count) }, terminal)
    text += section("rejected", rejected.map { ($0.reason, $0.count) }, terminal)
    if !gaps.isEmpty { text += heading("gaps", terminal) + gapTable }
    if let problem { text += terminal.styled("  problem: \(problem)", .red) + "\n" }
    return text
  }

  private var kind: String {
    var words = [format]
    if isCompressed { words.append("in gzip") }
    words.append(feed.map { "of \($0)" } ?? "of no feed that is known")
    if let protocolName { words.append("over \(protocolName)") }
    if let date { words.append("for \(date)") }
    return words.joined(separator: " ")
  }

  private var facts: [[String]] {
    var rows = [["bytes", bytes.grouped]]
    if packets > 0 { rows.append(["packets", packets.grouped]) }
    if unnumbered > 0 { rows.append(["packets without numbers", unnumbered.grouped]) }
    rows.append(["messages", messages.grouped])
    rows.append(["symbols", symbols.grouped])
    if let sequence {
      rows.append(["sequence", "\(sequence.first.grouped) to \(sequence.last.grouped)"])
    }
    if !sessions.isEmpty { rows.append(["sessions", sessions.joined(separator: " ")]) }
    if arbiter.sessionRestarts > 0 { rows.append(["restarts", arbiter.sessionRestarts.grouped]) }
    if arbiter.heartbeats > 0 { rows.append(["heartbeats", arbiter.heartbeats.grouped]) }
    if arbiter.duplicates > 0 { rows.append(["duplicates", arbiter.duplicates.grouped]) }
    return rows
  }

  private var typeTable: String {
    let width = types.map(\.name.count).max() ?? 0
    let rows = types.map { type, name, count in
      ["\(type)  \(name)" + String(repeating: " ", count: width - name.count), count.grouped]
    }
    return TextTable(rows: rows).text
  }

  private var gapTable: String {
    var rows = gaps.prefix(Self.gapLines).map { gap in
      [
        gap.session, gap.first.grouped, "to \(gap.last.grouped)",
        (gap.last &- gap.first &+ 1).grouped,
      ]
    }
    if gaps.count > Self.gapLines { rows.append(["and \(gaps.count - Self.gapLines) more"]) }
    return TextTable(rows: rows).text
  }

  private func heading(_ text: String, _ terminal: Terminal) -> String {
    terminal.styled("  \(text):", .faint) + "\n"
  }

  private func section(
    _ title: String, _ counts: [(String, UInt64)], _ terminal: Terminal
  ) -> String {
    guard !counts.isEmpty else { return "" }
    return heading(title, terminal) + TextTable(rows: counts.map { [$0.0, $0.1.grouped] }).text
  }
}

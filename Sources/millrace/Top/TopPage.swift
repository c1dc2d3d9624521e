internal import Ledger

/// A line of the page: pieces of text, each in a style or none.
struct TopLine {
  private(set) var pieces: [(text: String, style: Terminal.Style?)] = []

  init(_ text: String = "", _ style: Terminal.Style? = nil) {
    if !text.isEmpty { pieces = [(text, style)] }
  }

  mutating func add(_ text: String, _ style: Terminal.Style? = nil) {
    pieces.append((text, style))
  }

  /// The text alone.
  var plain: String {
    var text = pieces.map(\.text).joined()
    while text.last == " " { text.removeLast() }
    return text
  }

  /// The first `width` characters, styled where colours are allowed.
  func drawn(width: Int, _ terminal: Terminal) -> String {
    var text = ""
    var left = width
    for piece in pieces where left > 0 {
      let part = String(piece.text.prefix(left))
      left -= part.count
      text += piece.style.map { terminal.styled(part, $0) } ?? part
    }
    return text
  }
}

/// The page that `top` shows: what people look for first stands first.
struct TopPage {
  private(set) var lines: [TopLine] = []
  private let frame: TopFrame

  init(_ frame: TopFrame) {
    self.frame = frame
    addHead()
    addSessions()
    addSources()
    addShards()
    addOutlets()
    addLatencies()
  }

  private func duration(_ nanos: UInt64?) -> String {
    nanos.map(LedgerReport.duration) ?? "-"
  }

  private func number(_ value: UInt64) -> String { RunProgress.short(Double(value)) }

  private func rate(_ id: CounterID, _ block: BlockSnapshot) -> String {
    frame.rate(id, of: block).map { RunProgress.short($0) + "/s" } ?? "-"
  }

  private func bytes(_ id: CounterID, _ block: BlockSnapshot) -> String {
    frame.rate(id, of: block).map { RunProgress.short($0) + "B/s" } ?? "-"
  }

  private mutating func addHead() {
    let snapshot = frame.snapshot
    let header = snapshot.header
    let isRunning = frame.now.isRunning
    let end = isRunning ? snapshot.takenAt : snapshot.heartbeat
    var head = TopLine("millrace top  ", .bold)
    head.add("\(header.identity.instance) (\(header.identity.verb), process \(header.pid))  ")
    head.add(frame.now.report.stateName, isRunning ? .green : .red)
    head.add(", up \(duration(end.nanos(since: header.startedAt)))")
    if frame.hasRestarted { head.add("  started anew", .yellow) }
    lines.append(head)
    if !isRunning {
      let age = duration(snapshot.takenAt.nanos(since: snapshot.heartbeat))
      lines.append(
        TopLine("nothing runs: the last sign of life is \(age) old; a new start is followed", .red))
    }
    addVerdict()
  }

  private mutating func addVerdict() {
    let report = frame.now.report
    let instance = frame.snapshot.block(.instance)
    var line = TopLine("ledger ")
    line.add(
      report.isBalanced ? "balanced" : "violated (\(report.violations.count))",
      report.isBalanced ? .green : .red)
    let checks = instance?[.checks] ?? 0
    let found = instance?[.violations] ?? 0
    line.add("; \(number(checks)) checks while running found \(number(found))")
    let alarms = instance?[.alarms] ?? 0
    let failing = instance?[.failing] ?? 0
    line.add("; alarms ")
    line.add("\(alarms)", alarms > 0 ? .yellow : nil)
    line.add(", failing ")
    line.add("\(failing)", failing > 0 ? .red : nil)
    lines.append(line)
    for violation in report.violations.prefix(3) { lines.append(TopLine("  \(violation)", .red)) }
  }

  /// A table: its title stands in the first cell. Cells that say something bad are red.
  private mutating func add(_ rows: [[(text: String, isBad: Bool)]]) {
    guard rows.count > 1 else { return }
    lines.append(TopLine())
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.text.count)
      }
    }
    for (index, row) in rows.enumerated() {
      var line = TopLine()
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.text.count)
        let text = column == 0 ? cell.text + padding : "  " + padding + cell.text
        line.add(text, index == 0 ? .bold : cell.isBad ? .red : nil)
      }
      lines.append(line)
    }
  }

  private func head(_ titles: String...) -> [(text: String, isBad: Bool)] {
    titles.map { ($0, false) }
  }

  private func bad(_ value: UInt64) -> (text: String, isBad: Bool) { (number(value), value > 0) }

  private mutating func addSessions() {
    let rows = frame.blocks(.session).map {
      SessionLine($0, takenAt: frame.snapshot.takenAt).cells
    }
    add([SessionLine.titles.map { ($0, false) }] + rows)
  }

  private mutating func addSources() {
    var rows = [
      head(
        "source", "messages", "records", "bytes", "total", "rejected", "gaps", "filled", "lost",
        "dropped")
    ]
    for source in frame.blocks(.source) {
      rows.append([
        (source.name, false), (rate(.messages, source), false), (rate(.records, source), false),
        (bytes(.bytes, source), false), (number(source[.messages]), false),
        bad(source[.rejected]), (number(source[.gapsDetected]), false),
        (number(source[.gapMessagesFilled]), false), bad(source[.gapMessagesLost]),
        bad(source[.kernelDrops]),
      ])
    }
    add(rows)
  }

  private mutating func addShards() {
    var rows = [
      head(
        "shard", "received", "derived", "total", "lane depth", "of", "dropped", "last record",
        "orders", "symbols")
    ]
    for shard in frame.blocks(.shard) {
      let depth = frame.depth(of: shard)
      let ages = frame.ages(of: shard.major)
      let isFull = depth.capacity > 0 && depth.records * 10 > depth.capacity * 9
      rows.append([
        (shard.name, false), (rate(.received, shard), false), (rate(.derived, shard), false),
        (number(shard[.received]), false), (number(depth.records), isFull),
        (depth.capacity > 0 ? number(depth.capacity) : "-", false), bad(shard[.dropped]),
        (ages.record.map { duration($0) + " ago" } ?? "-", false),
        (number(shard[.openOrders]), false), (number(shard[.instruments]), false),
      ])
    }
    add(rows)
  }

  private mutating func addOutlets() {
    var rows = [
      head(
        "outlet", "written", "bytes", "total", "to write", "to confirm", "holds", "lost", "state")
    ]
    for outlet in frame.blocks(.outlet) {
      let lag = frame.lag(of: outlet)
      let isFailing = outlet[.failingSince] > 0
      let isJournal = lag.unconfirmed != nil
      rows.append([
        (outlet.name, false), (rate(.written, outlet), false),
        (isJournal ? bytes(.bytesWritten, outlet) : "-", false),
        (number(outlet[.written]), false), (number(lag.unwritten), false),
        (lag.unconfirmed.map(number) ?? "-", false), (number(outlet[.holds]), false),
        bad(outlet[.lost]), (isFailing ? "failing" : "ok", isFailing),
      ])
    }
    add(rows)
  }

  private mutating func addLatencies() {
    var rows = [
      head(
        "latency", "samples", "p50", "p99", "p99.9", "since start:", "p50", "p99", "p99.9", "max")
    ]
    for latency in frame.latencies() {
      let all = latency.all
      let recent = latency.recent
      let hasSome = (recent?.count ?? 0) > 0
      rows.append([
        ("\(all.thread) \(all.stage.name)", false),
        (recent.map { number($0.count) } ?? "-", false),
        (hasSome ? duration(recent?.p50) : "-", false),
        (hasSome ? duration(recent?.p99) : "-", false),
        (hasSome ? duration(recent?.p999) : "-", false), ("", false), (duration(all.p50), false),
        (duration(all.p99), false), (duration(all.p999), false), (duration(all.max), false),
      ])
    }
    add(rows)
  }
}

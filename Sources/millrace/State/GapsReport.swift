internal import Catalog
internal import FeedKit
internal import Ledger

/// What `millrace gaps` prints.
struct GapsReport {
  let query: GapQuery
  let now: UInt64
  var entries: [GapEntry] = []
  var coverage: [Coverage] = []
  /// Canonical symbols by instrument.
  var names: [UInt32: String] = [:]

  /// Rows of instruments that have all they should that are printed, unless more is asked for.
  private static var completeRows: Int { 20 }
  /// Instruments of one interval that are named.
  private static var namedInstruments: Int { 4 }

  init(query: GapQuery, now: UInt64) {
    self.query = query
    self.now = now
  }

  /// All instruments that are spoken of.
  var instruments: Set<UInt32> {
    Set(entries.flatMap(\.instruments)).union(coverage.map(\.instrument))
  }

  /// Whether every interval and hole was repaired.
  var isComplete: Bool { entries.allSatisfy { $0.repair.status == .repaired } }

  // MARK: For people

  func text(_ terminal: Terminal) -> String {
    var text = ""
    if entries.isEmpty {
      let what = query.isOpenOnly ? "no interval lasts" : "no gaps"
      text +=
        "\(what) from \(CatalogTime.text(query.from)) to "
        + "\(CatalogTime.text(min(query.to, now)))\n"
    } else {
      var rows = [
        ["FROM", "TO", "LENGTH", "SOURCE", "EPOCH", "CAUSE", "INSTRUMENTS", "REPAIR"]
      ]
      rows += entries.map(row)
      text += TextTable(rows: rows).text
    }
    guard !coverage.isEmpty else { return text }
    let complete = coverage.filter { $0.coveredNanos == $0.scheduledNanos }
    let showsAll = terminal.isVerbose || complete.count <= Self.completeRows
    let shown = showsAll ? coverage : coverage.filter { $0.coveredNanos != $0.scheduledNanos }
    if !shown.isEmpty {
      var rows = [
        [
          "INSTRUMENT", "SOURCE", "SESSION", "HOURS", "COVERED", "SHARE", "REPAIRED", "GAPS",
          "HOLES", "MISSING",
        ]
      ]
      rows += shown.map(row)
      text += "\n" + TextTable(rows: rows).text
    }
    if !showsAll {
      text += "\(complete.count) instruments and sessions at 100.000 % (-v lists them)\n"
    }
    return text
  }

  private func row(_ entry: GapEntry) -> [String] {
    var end = entry.to.map { CatalogTime.text($0) } ?? "lasts"
    if entry.ending == .unknown { end += " (unknown)" }
    let last = entry.to ?? max(now, entry.from)
    var what = instruments(of: entry)
    if let missing = entry.missing {
      what += " \(missing.channel) \(missing.first)...\(missing.last)"
    }
    return [
      CatalogTime.text(entry.from), end, Self.length(last - entry.from), entry.source,
      "\(entry.epoch)", entry.cause, what, Self.text(of: entry.repair),
    ]
  }

  private func instruments(of entry: GapEntry) -> String {
    if entry.instruments.isEmpty { return "all" }
    let first = entry.instruments.prefix(Self.namedInstruments).map(name).joined(separator: ",")
    let rest = entry.instruments.count - Self.namedInstruments
    return rest > 0 ? "\(first) and \(rest) more" : first
  }

  private func name(_ instrument: UInt32) -> String { names[instrument] ?? "\(instrument)" }

  private static func text(of repair: GapRepair) -> String {
    switch repair.status {
    case .none: "-"
    case .repaired: "\(repair.records) records"
    case .failed: "failed: \(repair.text)"
    default: repair.status.name
    }
  }

  private func row(_ one: Coverage) -> [String] {
    [
      name(one.instrument), one.source, "\(one.session)", Self.length(one.scheduledNanos),
      Self.length(one.coveredNanos), Self.share(one), Self.length(one.repairedNanos),
      "\(one.gaps)", "\(one.holes)", "\(one.missingMessages)",
    ]
  }

  /// `93.462 %`, rounded down.
  private static func share(_ one: Coverage) -> String {
    guard let thousandths = one.milliPercent else { return "-" }
    let rest = String(thousandths % 1_000)
    return "\(thousandths / 1_000)." + String(repeating: "0", count: 3 - rest.count) + rest + " %"
  }

  /// `1:02:03.500`, `12.034 s`.
  static func length(_ nanos: UInt64) -> String {
    let millis = nanos / 1_000_000
    func padded(_ number: UInt64, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
    let seconds = millis / 1_000
    if seconds < 60 { return "\(seconds).\(padded(millis % 1_000, 3)) s" }
    return "\(seconds / 3_600):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
  }

  // MARK: For programs

  /// One object, ended by a line feed.
  var json: String {
    var json = JSONText()
    json.object { json in
      json.field("from", CatalogTime.text(query.from))
      json.field("to", CatalogTime.text(min(query.to, now)))
      json.field("complete", isComplete)
      json.field("gaps") { json in
        json.array { json in for entry in entries { write(entry, to: &json) } }
      }
      json.field("coverage") { json in
        json.array { json in for one in coverage { write(one, to: &json) } }
      }
    }
    return json.text + "\n"
  }

  private func write(_ entry: GapEntry, to json: inout JSONText) {
    json.object { json in
      json.field("id", entry.id)
      json.field("source", entry.source)
      json.field("epoch", entry.epoch)
      json.field("cause", entry.cause)
      json.field("detail", entry.detail)
      json.field("from", CatalogTime.text(entry.from))
      json.field("from_ns", entry.from)
      json.field("to", entry.to.map { CatalogTime.text($0) })
      if let to = entry.to { json.field("to_ns", to) }
      json.field("ending", entry.ending.name)
      json.field("session", "\(entry.session)")
      json.field("instruments") { json in
        json.array { json in for id in entry.instruments { json.value(id) } }
      }
      if let missing = entry.missing {
        json.field("channel", missing.channel)
        json.field("first", missing.first)
        json.field("last", missing.last)
      }
      json.field("repair", entry.repair.status.name)
      json.field("repairs") { json in
        json.array { json in
          for repair in entry.repairs {
            json.object {
              $0.field("instrument", repair.instrument)
              $0.field("status", repair.status.name)
              $0.field("records", repair.records)
              $0.field("detail", repair.text)
              $0.field("time", CatalogTime.text(repair.time))
            }
          }
        }
      }
    }
  }

  private func write(_ one: Coverage, to json: inout JSONText) {
    json.object { json in
      json.field("instrument", one.instrument)
      json.field("symbol", names[one.instrument])
      json.field("source", one.source)
      json.field("session", "\(one.session)")
      json.field("scheduled_seconds", mantissa: Int64(clamping: one.scheduledNanos), decimals: 9)
      json.field("covered_seconds", mantissa: Int64(clamping: one.coveredNanos), decimals: 9)
      json.field("repaired_seconds", mantissa: Int64(clamping: one.repairedNanos), decimals: 9)
      json.key("percent")
      if let share = one.milliPercent {
        json.value(mantissa: Int64(clamping: share), decimals: 3)
      } else {
        json.null()
      }
      json.field("gaps", one.gaps)
      json.field("holes", one.holes)
      json.field("missing_messages", one.missingMessages)
    }
  }
}

internal import Journal
internal import Ledger

/// What `millrace archive` has done, for people and for programs.
struct ArchiveReport {
  private struct Day {
    var name: String
    var records: UInt64
    var recordBytes: UInt64
    var bytesIn: UInt64
    var bytesOut: UInt64
    var files: Int
    var nanos: UInt64
    var findings: Int
  }

  var nanos: UInt64 = 1
  var alreadyArchived = 0
  var filesDeleted = 0
  var bytesDeleted: UInt64 = 0
  var findings: [String] = []
  private var days: [Day] = []

  mutating func add(_ manifest: ArchiveManifest, bytesIn: UInt64, nanos: UInt64) {
    days.append(
      Day(
        name: manifest.name, records: manifest.totals.records,
        recordBytes: manifest.totals.bytes, bytesIn: bytesIn,
        bytesOut: manifest.outputs.reduce(0) { $0 &+ $1.bytes },
        files: manifest.outputs.count, nanos: max(nanos, 1), findings: manifest.findings.count))
  }

  private func sum(_ value: (Day) -> UInt64) -> UInt64 { days.reduce(0) { $0 &+ value($1) } }

  private static func ratio(_ one: UInt64, _ other: UInt64) -> Double {
    other > 0 ? Double(one) / Double(other) : 0
  }

  /// One object, ended by a line feed.
  var json: String {
    let (records, out) = (sum(\.records), sum(\.bytesOut))
    var json = JSONText()
    json.object { json in
      json.field("records", records)
      json.field("bytes_in", sum(\.bytesIn))
      json.field("bytes_out", out)
      json.field("bytes_per_record", Self.ratio(out, records), decimals: 3)
      json.field("ratio_to_source", Self.ratio(out, sum(\.bytesIn)), decimals: 4)
      json.field("ratio_to_records", Self.ratio(out, sum(\.recordBytes)), decimals: 4)
      json.field("seconds", Double(nanos) / 1e9, decimals: 6)
      json.field("records_per_second", Double(records) / Double(nanos) * 1e9, decimals: 0)
      json.field("already_archived", alreadyArchived)
      json.field("files_deleted", filesDeleted)
      json.field("bytes_deleted", bytesDeleted)
      json.field("days") { json in
        json.array { json in
          for day in days {
            json.object {
              $0.field("name", day.name)
              $0.field("records", day.records)
              $0.field("bytes_in", day.bytesIn)
              $0.field("bytes_out", day.bytesOut)
              $0.field("files", day.files)
              $0.field("seconds", Double(day.nanos) / 1e9, decimals: 6)
              $0.field("findings", day.findings)
            }
          }
        }
      }
      json.field("findings") { json in
        json.array { for finding in findings { $0.value(finding) } }
      }
    }
    return json.text + "\n"
  }

  /// A table of the days, and what they come to.
  var text: String {
    var text = ""
    if !days.isEmpty {
      let head = ["", "records", "from", "to", "B/record", "ratio", "records/s"]
      text += TextTable(rows: [head] + days.map(Self.row)).text
    }
    if alreadyArchived > 0 { text += "\(alreadyArchived) days were archived already\n" }
    if filesDeleted > 0 {
      text += "\(filesDeleted) files deleted, \(ByteText.short(Double(bytesDeleted))) freed\n"
    }
    return text
  }

  private static func row(_ day: Day) -> [String] {
    [
      day.name, day.records.grouped, ByteText.short(Double(day.bytesIn)),
      ByteText.short(Double(day.bytesOut)),
      SimulationProgress.millions(ratio(day.bytesOut, day.records)),
      SimulationProgress.millions(ratio(day.bytesOut, day.bytesIn)),
      RunProgress.short(Double(day.records) / Double(day.nanos) * 1e9) + "/s",
    ]
  }
}

import Foundation
import Ledger
import TestSupport
import Testing

@Suite("The list of metrics")
struct MetricsDocumentTests {
  @Test("docs/metrics.md has every metric of the counters file, with its type and help")
  func documented() throws {
    let file = TestFile()
    var plan = TestFile.plan()
    plan.addSession(0, name: "iq")
    _ = try file.writer(plan)
    let page = LedgerReport(try CounterFile.open(file.path).snapshot(), quiesced: true).prometheus()
    let check = MetricsCheck(page)
    #expect(check.findings == [])
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../docs/metrics.md").standardized
    let text = try String(contentsOf: path, encoding: .utf8)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `millrace_") }
    var types: [String: String] = [:]
    for row in rows {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      types[cells[0].replacing("`", with: "")] = cells[1]
    }
    for (name, type) in check.types { #expect(types[name] == type, "\(name)") }
  }
}

import Foundation
import Ledger
import Testing

@Suite("Ledger report")
struct ReportTests {
  /// A report over balanced counters after `change`.
  static func report(
    quiesced: Bool = true, _ change: (inout Blocks) -> Void = { _ in }
  ) throws -> LedgerReport {
    let file = TestFile()
    var writer = try file.writer()
    var blocks = Blocks(&writer)
    blocks.balance()
    change(&blocks)
    blocks.publish()
    var latency = writer.claimLatency(0)
    var histogram = Histogram()
    histogram.record(1_500)
    latency.counters.summarize(histogram, as: .worker)
    latency.publish()
    return LedgerReport(try CounterFile.open(file.path).snapshot(), quiesced: quiesced)
  }

  @Test("Text shows counters, elements and the verdict in aligned lines")
  func text() throws {
    let text = try Self.report { $0.shard0.counters.openOrders = 1_234_567 }.text(color: false)
    let lines = text.split(separator: "\n")
    #expect(text.hasPrefix("millrace 0.1.0 test: run, process \(getpid()), running, up "))
    #expect(lines.contains("  messages                  100"))
    #expect(lines.contains("  decoded                    80"))
    #expect(lines.contains("    ignored A                12"))
    #expect(lines.contains("    rejected bad_length       3"))
    #expect(lines.contains { $0.hasPrefix("  open_orders") && $0.contains("  1,234,567  ") })
    #expect(lines.contains { $0.hasPrefix("  shard-0 worker") && $0.contains("1.50 µs") })
    #expect(!text.contains("kernel_drops"))
    #expect(text.hasSuffix("balanced: every message counted\n"))
    #expect(!text.contains("\u{1B}"))
  }

  @Test("A violation is shown, in red where colours are wanted")
  func violation() throws {
    let report = try Self.report { $0.shard1.counters.delivered -= 1 }
    #expect(!report.isBalanced)
    #expect(report.text(color: false).contains("\nviolated: shard shard-1: received 30 is not "))
    #expect(report.text(color: true).contains("\u{1B}[31mviolated\u{1B}[0m: shard shard-1"))
  }

  @Test("JSON is one object that a parser reads back")
  func json() throws {
    let report = try Self.report { $0.outlet0.counters.written -= 1 }
    let parsed = try JSONSerialization.jsonObject(with: Data(report.json().utf8))
    let object = try #require(parsed as? [String: Any])
    #expect(object["instance"] as? String == "test")
    #expect(object["balanced"] as? Bool == false)
    let counters = try #require(object["counters"] as? [String: Any])
    let source = try #require((counters["source"] as? [[String: Any]])?.first)
    #expect(source["source"] as? String == "itch-a")
    #expect(source["messages"] as? Int == 100)
    #expect(source["ignored"] as? [String: Int] == ["A": 12, "0x07": 5])
    #expect(source["rejected"] as? [String: Int] == ["bad_length": 3])
    let lanes = try #require(counters["lane"] as? [[String: Any]])
    #expect(lanes.map { $0["shard"] as? String } == ["shard-0", "shard-1"])
    let violations = try #require(object["violations"] as? [[String: Any]])
    #expect(violations.map { $0["equation"] as? String } == ["outlet"])
    #expect(report.json() == report.json())
  }

  @Test("Metrics carry help, type and labels from the table")
  func prometheus() throws {
    let text = try Self.report().prometheus()
    let lines = Set(text.split(separator: "\n").map(String.init))
    #expect(lines.contains("millrace_ledger_balanced 1"))
    #expect(lines.contains("# TYPE millrace_source_messages_total counter"))
    #expect(lines.contains(#"millrace_source_messages_total{source="itch-a"} 100"#))
    #expect(lines.contains(#"millrace_source_ignored_total{source="itch-a",type="A"} 12"#))
    #expect(
      lines.contains(#"millrace_source_rejected_total{source="itch-a",reason="bad_length"} 3"#))
    #expect(
      lines.contains(#"millrace_lane_enqueued_total{source="itch-a",shard="shard-1"} 30"#))
    #expect(lines.contains("# TYPE millrace_shard_open_orders gauge"))
    #expect(
      lines.contains(
        #"millrace_outlet_lost_total{shard="shard-0",outlet="shm-0",cause="oversized"} 2"#))
    #expect(
      lines.contains(#"millrace_latency_max_nanos{thread="shard-0",stage="worker"} 1500"#))
    #expect(
      lines.contains(
        #"millrace_latency_seconds{thread="shard-0",stage="worker",quantile="0.99"} 0.0000015"#))
    #expect(lines.contains(#"millrace_latency_seconds_count{thread="shard-0",stage="worker"} 1"#))
    let bucket = #"millrace_latency_histogram_seconds_bucket{thread="shard-0",stage="worker",le="#
    #expect(lines.contains(bucket + #""0.000001024"} 0"#))
    #expect(lines.contains(bucket + #""0.000002048"} 1"#))
    #expect(lines.contains(bucket + #""+Inf"} 1"#))
    // Of latencies only the greatest one is a metric of its own.
    for definition in CounterTable.all {
      let isShown = definition.id.scope != .latency || definition.id == .maxNanos
      #expect(text.contains(" \(definition.help)\n") == isShown, "\(definition.name)")
    }
    let named = try Self.report().prometheus(namesPipeline: true)
    for line in named.split(separator: "\n") where !line.hasPrefix("#") {
      #expect(line.contains(#"{pipeline="test""#), "\(line)")
    }
  }
}

import Foundation
import Ledger
import TestSupport
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

  @Test("A session's state and health are words for people and for scrapers, times are seconds")
  func session() throws {
    let file = TestFile()
    var plan = CounterPlan(
      rejectReasons: [], disconnectCauses: ["none", "refused"], healthNames: ["unknown", "healthy"])
    plan.addSession(0, name: "iq")
    var writer = try file.writer(plan)
    var block = writer.claimSession(0)
    block.counters.sessionState = 7
    block.counters.stateSince = RealtimeClock.now().rawValue - 5_000_000_000
    block.counters.health = 1
    block.counters.disconnects[1] = 3
    block.counters.pacedNanos = 1_500_000_000
    block.counters.clockOffsetNanos = UInt64(bitPattern: -2_500_000)
    block.publish()
    let report = LedgerReport(try CounterFile.open(file.path).snapshot(), quiesced: true)
    let page = MetricsCheck(report.prometheus())
    #expect(page.findings == [])
    #expect(page["millrace_session_state", ["source": "iq", "state": "open_circuit"]] == "1")
    #expect(page["millrace_session_state", ["source": "iq", "state": "live"]] == "0")
    #expect(page["millrace_session_state_number", ["source": "iq"]] == "7")
    #expect(page["millrace_session_health", ["source": "iq", "health": "healthy"]] == "1")
    #expect(page["millrace_session_clock_offset_seconds", ["source": "iq"]] == "-0.0025")
    #expect(page["millrace_session_paced_seconds_total", ["source": "iq"]] == "1.5")
    #expect(
      page["millrace_session_disconnects_total", ["source": "iq", "cause": "refused"]] == "3")
    #expect(page["millrace_session_last_heard_timestamp_seconds", ["source": "iq"]] == "0")
    let text = report.text(color: false)
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines.contains(["state", "open_circuit"]))
    #expect(lines.contains(["health", "healthy"]))
    #expect(lines.contains { $0.first == "state_since" && $0.last == "ago" })
    #expect(lines.contains(["clock_offset_nanos", "-2.50", "ms"]))
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
      lines.contains(
        #"millrace_latency_max_seconds{thread="shard-0",stage="worker"} 0.0000015"#))
    #expect(
      lines.contains(
        #"millrace_latency_seconds{thread="shard-0",stage="worker",quantile="0.99"} 0.0000015"#))
    #expect(lines.contains(#"millrace_latency_seconds_count{thread="shard-0",stage="worker"} 1"#))
    let bucket = #"millrace_latency_histogram_seconds_bucket{thread="shard-0",stage="worker",le="#
    #expect(lines.contains(bucket + #""0.000001024"} 0"#))
    #expect(lines.contains(bucket + #""0.000002048"} 1"#))
    #expect(lines.contains(bucket + #""+Inf"} 1"#))
    // Of latencies only the greatest one is a metric of its own; this file has no session.
    for definition in CounterTable.all where definition.id.scope != .session {
      let isShown = definition.id.scope != .latency || definition.id == .maxNanos
      #expect(text.contains(" \(definition.help)\n") == isShown, "\(definition.name)")
    }
    #expect(MetricsCheck(text).findings == [])
    let named = try Self.report().prometheus(namesPipeline: true)
    #expect(MetricsCheck(named).findings == [])
    for line in named.split(separator: "\n") where !line.hasPrefix("#") {
      #expect(line.contains(#"{pipeline="test""#), "\(line)")
    }
  }
}

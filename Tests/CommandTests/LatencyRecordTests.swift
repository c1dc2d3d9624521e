import Foundation
import TestSupport
import Testing

/// Latencies in the stream: on the real binary, from the run to the journal, its export and replay.
@Suite struct LatencyRecordTests {
  /// What a run with a journal has left: its own report, and its latency records.
  private struct Run {
    let files: MadeFiles
    let report: [String: Any]
    var journal: String { files.folder.appending(path: "journal").path }

    init(_ extra: [String]) throws {
      files = try MadeFiles()
      let folder = files.folder.path
      let result = try Program.run(
        ["run", "--duration", "2s", "--rate", "5k", "--symbols", "50", "--json", "--quiet"]
          + ["--instance", "noted", "--folder", folder, "--journal", "\(folder)/journal"]
          + ["--metrics-file", "\(folder)/noted.prom", "--metrics-interval", "200ms"] + extra)
      #expect(result.code == 0, "\(result.errors)")
      report = try #require(try result.objects().last)
      #expect(report["balanced"] as? Bool == true)
    }

    /// The fields of each latency record.
    func records() throws -> [[String: String]] {
      let result = try Program.run(["export", "--format", "jsonl", journal])
      #expect(result.code == 0, "\(result.errors)")
      return try result.output.split(separator: "\n").filter { $0.contains(#""latency "#) }.map {
        let object = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        let text = object?["msg"] as? String ?? ""
        #expect(object?["record"] as? String == "system")
        #expect(text.utf8.count <= 302)
        return Dictionary(
          text.split(separator: " ").dropFirst().map { word in
            let pair = word.split(separator: "=", maxSplits: 1).map(String.init)
            return (pair[0], pair.count > 1 ? pair[1] : "")
          }, uniquingKeysWith: { first, _ in first })
      }
    }
  }

  @Test func theIntervalsAddUpToTheRun() throws {
    let run = try Run(["--latency-interval", "300ms"])
    let records = try run.records()
    #expect(Set(records.compactMap { $0["thread"] }) == ["reader-itch50", "worker-0"])
    let latency = try #require(run.report["latency"] as? [String: [String: Any]])
    #expect(Set(latency.keys) == Set(records.compactMap { $0["stage"] }))
    for (stage, figures) in latency {
      let own = records.filter { $0["stage"] == stage }
      #expect(own.count >= 2, "\(stage)")
      #expect(own.reduce(0) { $0 + (Int($1["n"] ?? "") ?? 0) } == figures["samples"] as? Int)
      let greatest = own.compactMap { Int($0["max"] ?? "") }.max() ?? 0
      let max = figures["max"] as? Int ?? 0
      // An interval's greatest value is told to a thousandth.
      #expect(abs(greatest - max) <= max / 1_000, "\(stage): \(greatest), \(max)")
      for record in own {
        let values = ["p50", "p90", "p99", "p99.9", "p99.99", "max"].compactMap {
          Int(record[$0] ?? "")
        }
        #expect(values.count == 6 && values == values.sorted(), "\(record)")
      }
    }
    let metrics = try String(
      contentsOf: run.files.folder.appending(path: "noted.prom"), encoding: .utf8)
    #expect(metrics.contains("\nmillrace_up{pipeline=\"noted\"} 0\n"))
    let samples = latency["total"]?["samples"] as? Int ?? 0
    #expect(
      metrics.contains(
        "\nmillrace_latency_seconds_count{pipeline=\"noted\",thread=\"worker-0\",stage=\"total\"}"
          + " \(samples)\n"))
    try replays(run, count: records.count)
  }

  /// Such a journal is clean, and is replayed with its records.
  private func replays(_ run: Run, count: Int) throws {
    let verified = try Program.run(["verify", run.journal])
    #expect(verified.code == 0, "\(verified.errors)")
    let place = ["--folder", run.files.folder.path, "--instance", "again"]
    let replayed = try Program.run(["replay", run.journal, "--json"] + place)
    #expect(replayed.code == 0, "\(replayed.errors)")
    let tail = try Program.run(
      ["tail", run.journal, "--schemas", "system", "--format", "json", "--last", "100000"])
    #expect(tail.output.components(separatedBy: "latency thread=").count - 1 == count)
  }

  @Test(arguments: [["--latency-interval", "off"], ["--latency", "off"], []])
  func nothingIsNotedWhereNobodyWantsIt(options: [String]) throws {
    // Without options a minute has not passed: a short run's journal is as it always was.
    let run = try Run(options)
    #expect(try run.records().isEmpty)
    let latency = try #require(run.report["latency"] as? [String: Any])
    #expect(latency.isEmpty == (options.first == "--latency"))
  }

  @Test(arguments: ["0s", "soon", "5ms"]) func oddIntervalsAreRefused(text: String) throws {
    let result = try Program.run(["run", "--latency-interval", text])
    #expect(result.code == 64)
    #expect(result.errors.contains("such as 1m"))
  }
}

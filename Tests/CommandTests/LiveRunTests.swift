import Foundation
import FoundationNetworking
import TestSupport
import Testing

/// `millrace run --config` against `millrace simulate`, both as people run them: a connection that
/// is torn, a file that is read again, pages, the audit log, and nothing that tells the password.
@Suite struct LiveRunTests {
  private static let secret = "hunter2-never-to-be-seen"

  /// A simulator and a run of one session with it.
  private final class Running {
    let files: MadeFiles
    let simulator: Process
    let pipeline: Process
    private let settings: [String: Any]
    private var ports: [String: Int] { settings["ports"] as? [String: Int] ?? [:] }
    var config: String { files.folder.appending(path: "run.yaml").path }
    var state: String { files.folder.appending(path: "state").path }
    var log: String { Running.text(files.folder.appending(path: "run.log")) }

    init(feed: String, faults: String) throws {
      files = try MadeFiles()
      let said = files.folder.appending(path: "simulator.json")
      simulator = try LiveVerbTests.start(
        Program.url,
        ["simulate", feed, "--any-ports", "--json", "--symbols", "SPY,AAPL", "--rate", "200"]
          + ["--fault", faults, "--duration", "10m"], output: said)
      let isThere = Patience.wait { Self.text(said).contains("\n") }
      #expect(isThere)
      let line = Self.text(said).split(separator: "\n").first.map(String.init) ?? "{}"
      settings =
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
      pipeline = Process()
      pipeline.executableURL = Program.url
      try write(symbols: ["SPY", "AAPL"], shards: 1, feed: feed)
      pipeline.arguments = ["run", "--config", config, "--json", "--quiet"]
      pipeline.environment = ProcessInfo.processInfo.environment.merging([
        "LIVE_PASSWORD": LiveRunTests.secret
      ]) { $1 }
      let output = files.folder.appending(path: "run.json")
      try Data().write(to: output)
      pipeline.standardOutput = try FileHandle(forWritingTo: output)
      pipeline.standardError = FileHandle.nullDevice
      try pipeline.run()
    }

    /// Writes the configuration, for the first time or once more.
    func write(symbols: [String], shards: Int, feed: String) throws {
      var lines = [
        "instance: live", "state: \(state)", "folder: \(files.folder.path)/shm",
        "shards: \(shards)", "http: {listen: \"127.0.0.1:0\"}",
        "log: {format: json, file: \(files.folder.path)/run.log}", "sources:",
        "  - name: broker", "    feed: \(feed)", "    host: 127.0.0.1",
      ]
      for (name, port) in ports.sorted(by: { $0.key < $1.key }) {
        lines.append("    \(name)_port: \(port)")
      }
      if feed == "iqfeed" { lines.append("    credentials: {password: \"${LIVE_PASSWORD}\"}") }
      lines.append("    symbols: [\(symbols.joined(separator: ", "))]")
      _ = try files.file("run.yaml", Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    static func text(_ url: URL) -> String {
      (try? Data(contentsOf: url)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// The events of this name in the log, as JSON.
    func events(_ name: String) -> [[String: Any]] {
      log.split(separator: "\n").compactMap {
        try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      }.filter { $0["event"] as? String == name }
    }

    deinit {
      pipeline.terminate()
      simulator.terminate()
      pipeline.waitUntilExit()
      simulator.waitUntilExit()
    }
  }

  private func page(_ running: Running, _ path: String) async throws -> (Int, String) {
    let address = running.events("run.started").first?["http"] as? String ?? ""
    let url = try #require(URL(string: "http://\(address)\(path)"))
    let (data, response) = try await URLSession.shared.data(from: url)
    return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
  }

  @Test(
    "A torn connection is in the gap ledger, a reload is judged, and no secret is told",
    arguments: ["iqfeed", "ib"])
  func whole(feed: String) async throws {
    let running = try Running(feed: feed, faults: "rst@3s")
    #expect(Patience.wait { running.events("session.gap").count == 1 })
    #expect(running.events("session.gap").first?["cause"] as? String == "reset")
    #expect(Patience.wait { !running.events("session.backfill").isEmpty })
    let gaps = try Program.run("gaps", "--state", running.state, "--json")
    #expect(gaps.code == 0 && gaps.output.contains("\"reset\""))
    // The pages show what the control thread has published, about once a second.
    var ready = try await page(running, "/readyz")
    for _ in 0..<600 where ready.0 != 200 {
      try await Task.sleep(for: .milliseconds(50))
      ready = try await page(running, "/readyz")
    }
    #expect(ready.0 == 200, "\(ready.1)")
    let metrics = try await page(running, "/metrics")
    #expect(metrics.1.contains("millrace_session_state"))
    #expect(!metrics.1.contains("AAPL") && !metrics.1.contains("SPY"))

    // One change that can be applied, and one that cannot.
    try running.write(symbols: ["SPY"], shards: 2, feed: feed)
    kill(running.pipeline.processIdentifier, SIGHUP)
    #expect(Patience.wait { !running.events("config.reloaded").isEmpty })
    let outcomes = running.events("config.change").reduce(into: [String: String]()) {
      $0[$1["path"] as? String ?? ""] = $1["outcome"] as? String
    }
    #expect(outcomes["sources.broker.symbols.AAPL"] == "done")
    #expect(outcomes["shards"]?.hasPrefix("refused") == true)

    let status = try await page(running, "/status.json")
    kill(running.pipeline.processIdentifier, SIGTERM)
    running.pipeline.waitUntilExit()
    #expect(running.pipeline.terminationStatus == 0)
    let report = Running.text(running.files.folder.appending(path: "run.json"))
    #expect(report.contains("\"balanced\":true"))
    let audit = Running.text(URL(filePath: "\(running.state)/audit.log"))
    #expect(audit.contains("sources.broker.symbols.AAPL"))
    for text in [running.log, report, audit, metrics.1, status.1, gaps.output] {
      #expect(!text.contains(Self.secret))
    }
  }

  @Test func aFileWithMistakesIsRefusedWithEachPlace() throws {
    let files = try MadeFiles()
    let path = try files.file(
      "bad.yaml", Array("instanse: a\nsources:\n  - {name: b, feed: nosuch}\n".utf8))
    let result = try Program.run("run", "--config", path)
    #expect(result.code != 0)
    #expect(result.errors.contains("bad.yaml:1:1") && result.errors.contains("instance"))
    #expect(result.errors.contains("bad.yaml:3:"))
  }
}

import Foundation
import TestSupport
import Testing

/// `run`, `status` and `tail` beside each other, on the real binary, with a Python reader.
@Suite struct LiveVerbTests {
  static let hasPython = python("-c", "import numpy") != nil
  static let scripts = SharedFolder.packageRoot.appending(path: "tools/python").path
  static let reader = ["PYTHONPATH=" + scripts, "python3", "-B", "-m", "millrace.shm"]

  /// Starts a program whose output goes to a file; nil where it does not start.
  static func start(_ program: URL, _ arguments: [String], output: URL) throws -> Process {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    try Data().write(to: output)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs python3 to its end; nil where it fails.
  static func python(_ arguments: String...) -> Int32? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    process.waitUntilExit()
    return process.terminationStatus == 0 ? 0 : nil
  }

  @Test(arguments: ["status", "tail"]) func noInstanceIsUnavailable(verb: String) throws {
    let files = try MadeFiles()
    for extra in [[], ["--instance", "missing"]] {
      let result = try Program.run([verb, "--folder", files.folder.path] + extra)
      #expect(result.code == 69)
      #expect(result.errors.contains(files.folder.path))
      #expect(result.errors.contains("millrace run"))
      #expect(result.output == "")
    }
  }

  /// The status of a running instance, once its source counts messages; nil after two minutes.
  private func status(_ place: [String]) throws -> [String: Any]? {
    var found: [String: Any]?
    _ = try Patience.wait {
      let result = try Program.run(["status", "--json"] + place)
      guard result.code == 0, let object = try result.objects().first,
        Self.written(object) > 1_000
      else { return false }
      found = object
      return true
    }
    return found
  }

  private static func written(_ status: [String: Any]) -> Int {
    let counters = status["counters"] as? [String: Any]
    let outlets = counters?["outlet"] as? [[String: Any]] ?? []
    return outlets.reduce(0) { $0 + ($1["written"] as? Int ?? 0) }
  }

  @Test(.enabled(if: hasPython, "no python3 with numpy here"))
  func aRunIsSeenByStatusTailAndPython() throws {
    let files = try MadeFiles()
    let folder = files.folder.path
    let place = ["--folder", folder, "--instance", "live"]
    // The ring holds the whole run, so that nobody may lose a record. It ends when all have looked.
    let run = try Self.start(
      Program.url,
      ["run", "--duration", "180s", "--rate", "5k", "--symbols", "100", "--loss", "5%"]
        + ["--ring-lines", "1048576", "--json"] + place,
      output: files.folder.appending(path: "run.json"))
    defer { run.terminate() }
    let running = try #require(try status(place))
    #expect(running["state"] as? String == "running")
    #expect(running["balanced"] as? Bool == true)
    let counted = files.folder.appending(path: "python.json")
    let python = try Self.start(
      URL(filePath: "/usr/bin/env"),
      Self.reader + ["--count"] + place, output: counted)
    defer { python.terminate() }

    let tail = try Program.run(["tail", "--count", "100", "--format", "json"] + place)
    #expect(tail.code == 0)
    let records = try tail.objects().filter { $0["record"] != nil }
    #expect(records.count == 100)
    for record in records where record["instrument_id"] as? Int != 0 {
      #expect((record["symbol"] as? String)?.isEmpty == false)
    }
    let metrics = try Program.run(["status", "--prometheus"] + place)
    #expect(metrics.output.contains("\nmillrace_ledger_balanced{pipeline=\"live\"} 1\n"))

    run.terminate()
    run.waitUntilExit()
    python.waitUntilExit()
    #expect(run.terminationStatus == 0)
    let ended = try Program.run(["status", "--json"] + place)
    #expect(ended.code == 0)
    let final = try #require(try ended.objects().first)
    #expect(final["state"] as? String == "stopped")
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: counted))
    let seen = try #require(json as? [String: Any])
    #expect(seen["received"] as? Int == Self.written(final))
    #expect(seen["lost"] as? Int == 0)

    let all = try Program.run(["tail", "--from", "oldest", "--format", "json"] + place)
    #expect(all.code == 0)
    #expect(all.output.split(separator: "\n").count == Self.written(final))
    let script = "import sys; sys.path.insert(0, '\(Self.scripts)'); import millrace.shm; "
    let symbols = "sys.exit(len(millrace.shm.symbols('\(folder)/live/shard-0.symbols')) != 100)"
    #expect(Self.python("-B", "-c", script + symbols) == 0)
    try onlyOneSymbol(try #require(records.last?["symbol"] as? String), place)
  }

  /// What is left in the ring of an ended run, for one symbol.
  private func onlyOneSymbol(_ symbol: String, _ place: [String]) throws {
    let result = try Program.run(
      ["tail", "--from", "oldest", "--json", "--symbols", symbol, "--schemas", "mbo"] + place)
    #expect(result.code == 0)
    let records = try result.objects()
    #expect(!records.isEmpty)
    #expect(records.allSatisfy { $0["symbol"] as? String == symbol })
    #expect(records.allSatisfy { $0["record"] as? String == "mbo" })
  }
}

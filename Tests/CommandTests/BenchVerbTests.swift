import Foundation
import Testing

/// The latency lab as people run it: short runs of the real program. Nothing is asserted about
/// times: what must hold on any machine are the accounts, the shape of the result, and that nothing
/// is left behind.
@Suite(.serialized)
struct BenchVerbTests {
  /// Options of a run that a debug build on a busy machine keeps up with, more or less.
  static let short = [
    "--duration", "300ms", "--rate", "20k", "--to", "40k", "--symbols", "50", "--json",
  ]
  /// CPUs that the tests may use: with one there is nothing to measure.
  static let cpus = ProcessInfo.processInfo.activeProcessorCount

  static func burst(_ options: [String], folder: MadeFiles) throws -> (
    Program.Result, [String: Any]
  ) {
    let all = ["bench", "burst"] + short + options + ["--folder", folder.folder.path]
    let result = try Program.run(all)
    guard let object = try result.objects().first else {
      Issue.record("no result for \(options): \(result.errors)")
      return (result, [:])
    }
    return (result, object)
  }

  /// What holds for every result: fields, columns of equal length, and the account.
  static func check(_ object: [String: Any], _ text: String) {
    let offered = object["offered"] as? Int ?? 0
    let seen = object["seen"] as? Int ?? -1
    let lost = (object["lost"] as? [String: Int] ?? [:]).values.reduce(0, +)
    #expect(offered > 0, "\(text)")
    #expect(offered == seen + lost, "\(text)")
    #expect(object["isBalanced"] as? Bool == true, "\(text): \(object["violations"] ?? "")")
    let stages = object["stages"] as? [[String: Any]] ?? []
    #expect(stages.last?["name"] as? String == "total", "\(text)")
    let samples = (stages.last?["all"] as? [String: Any])?["samples"] as? Int ?? 0
    // A message may become no record or several.
    #expect(samples > offered / 2 && samples < offered * 2, "\(text)")
    let series = object["series"] as? [String: Any] ?? [:]
    let columns = series.values.compactMap { ($0 as? [Any])?.count }
    #expect(columns.count == 8 && Set(columns) == [31], "\(text)")
    #expect((series["offered"] as? [Int])?.reduce(0, +) == offered, "\(text)")
    let environment = object["environment"] as? [String: Any] ?? [:]
    for field in ["cpu", "kernel", "swift", "version", "commit", "clockSource", "governor"] {
      #expect((environment[field] as? String)?.isEmpty == false, "\(text): \(field)")
    }
    #expect((object["hiccups"] as? [Any])?.isEmpty == false, "\(text)")
    #expect((object["command"] as? [String])?.prefix(3) == ["millrace", "bench", "burst"])
  }

  @Test(
    .enabled(if: cpus > 1, "needs two CPUs"),
    arguments: ["constant", "ramp", "step", "microburst", "bursts", "bell"])
  func profiles(profile: String) throws {
    let files = try MadeFiles()
    let (result, object) = try Self.burst(
      ["--profile", profile, "--count", "100"], folder: files)
    Self.check(object, profile)
    #expect(result.code == ((object["lost"] as? [String: Int])?.isEmpty == true ? 0 : 1))
    #expect(try FileManager.default.contentsOfDirectory(atPath: files.folder.path) == [])
  }

  @Test(
    .enabled(if: cpus > 1, "needs two CPUs"),
    arguments: [
      ["--layout", "split", "--last", "worker"], ["--layout", "split", "--last", "published"],
      ["--layout", "inline", "--last", "published"], ["--layout", "inline", "--last", "reader"],
      ["--outputs", "books,mbp-1", "--layout", "inline", "--last", "reader"],
      ["--outputs", "books"], ["--input", "udp"], ["--input", "tcp"],
      ["--input", "udp", "--last", "published", "--outputs", "books"],
    ])
  func ways(options: [String]) throws {
    let files = try MadeFiles()
    let (_, object) = try Self.burst(options, folder: files)
    Self.check(object, options.joined(separator: " "))
    let setup = object["setup"] as? [String: Any] ?? [:]
    #expect(
      setup["input"] as? String
        == (options.contains("udp") ? "udp" : options.contains("tcp") ? "tcp" : "memory"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: files.folder.path) == [])
  }

  @Test(.enabled(if: cpus > 1, "needs two CPUs"))
  func arrivalsOfACapture() throws {
    let files = try MadeFiles()
    let capture = files.folder.appending(path: "day.pcap").path
    let made = try Program.run(
      "simulate", "itch", "--output", capture, "--format", "pcap", "--messages", "20k",
      "--symbols", "50")
    try #require(made.code == 0)
    let other = try MadeFiles()
    let (_, object) = try Self.burst(["--capture", capture, "--speed", "2"], folder: other)
    Self.check(object, "capture")
    #expect((object["profile"] as? String)?.contains("arrivals of a capture at 2x") == true)
  }

  @Test(.enabled(if: cpus > 1, "needs two CPUs"))
  func filesAndTable() throws {
    let files = try MadeFiles()
    let folder = files.folder.path
    let result = try Program.run(
      "bench", "burst", "--duration", "200ms", "--rate", "10k", "--symbols", "50", "--label",
      "a name", "--output", "\(folder)/run.json", "--html", "\(folder)/run.html", "--folder",
      "\(folder)/shm")
    #expect(result.code == 0, "\(result.errors)")
    for word in ["a name", "raw round trip", "clean windows", "TOTAL", "p99.9", "messages due"] {
      #expect(result.output.contains(word), "\(word)")
    }
    let data = try Data(contentsOf: URL(filePath: "\(folder)/run.json"))
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    #expect(object?["label"] as? String == "a name")
    let html = try String(contentsOfFile: "\(folder)/run.html", encoding: .utf8)
    #expect(html.contains("<svg") && html.contains("a name"))
  }

  @Test(.enabled(if: cpus > 1, "needs two CPUs"))
  func capacity() throws {
    let files = try MadeFiles()
    let result = try Program.run(
      "bench", "capacity", "--from", "1k", "--limit", "4k", "--step", "50ms", "--shares", "50ms",
      "--symbols", "50", "--json", "--folder", files.folder.path)
    let object = try #require(try result.objects().first, "\(result.errors)")
    #expect(object["kind"] as? String == "capacity")
    let steps = object["steps"] as? [[String: Any]] ?? []
    let rates = steps.compactMap { $0["offeredRate"] as? Double }
    #expect(rates.count >= 1 && rates == rates.sorted())
    let capacity = object["capacity"] as? Double ?? -1
    #expect(capacity >= 0 && capacity <= 4_000)
    #expect(capacity == 0 || steps.count >= 4)
    #expect(try FileManager.default.contentsOfDirectory(atPath: files.folder.path) == [])
  }

  @Test(arguments: [
    (["burst", "--profile", "steep"], "give one of constant, ramp"),
    (["burst", "--rate", "fast"], "give a rate per second"),
    (["burst", "--rate", "2G"], "1,000,000,000 messages a second"),
    (["burst", "--duration", "10us"], "give a time from 1ms to 1h"),
    (["burst", "--profile", "capture"], "name a pcap or pcapng with --capture"),
    (["burst", "--burst-length", "20ms"], "a burst must be shorter than its period"),
    (["burst", "--cpus", "0,0"], "a CPU is named twice"),
    (["burst", "--cpus", "zero"], "write it as 0,1"),
    (["burst", "--cpus", "1000"], "may not run on CPU 1000"),
    (["burst", "--cpus", "0", "--layout", "split"], "keep 2 CPUs spinning"),
    (["burst", "--outputs", "boks"], "no such output"),
    (["burst", "--ring-lines", "5000"], "not a power of two"),
    (["burst", "--rate", "900M", "--outputs", "books", "--duration", "1m"], "are kept in memory"),
    (["capacity", "--from", "10"], "rates in the wrong order"),
    (["capacity", "--precision", "0"], "give 0.2% or more"),
    (["brust"], "did you mean burst?"),
    (["--json", "burst"], "write it first: millrace bench burst"),
    ([], "a verb is missing"),
    (["--compare", "A.json"], "a second result is missing"),
  ])
  func mistakes(arguments: [String], hint: String) throws {
    let result = try Program.run(["bench"] + arguments)
    #expect(result.code == 64)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains(hint), "\(result.errors)")
  }

  @Test(arguments: ["burst", "capacity", "machine"])
  func help(verb: String) throws {
    let result = try Program.run("bench", verb, "--help")
    #expect(result.code == 0)
    #expect(result.output.hasPrefix("millrace bench \(verb): "))
    #expect(result.output.contains("--cpus LIST"))
    #expect((try Program.run("help", "bench", verb)).output == result.output)
  }

  @Test func machine() throws {
    let result = try Program.run("bench", "machine", "--duration", "50ms", "--json")
    let object = try #require(try result.objects().first, "\(result.errors)")
    let hiccups = object["hiccups"] as? [[String: Any]] ?? []
    #expect(hiccups.count >= 1)
    #expect(hiccups.allSatisfy { ($0["nanos"] as? Int ?? 0) >= 50_000_000 })
  }

  @Test(
    .enabled(if: cpus > 1, "needs two CPUs"),
    arguments: [SIGTERM, SIGINT], ["reader", "worker"])
  func signals(signal: Int32, last: String) throws {
    let files = try MadeFiles()
    let process = Process()
    process.executableURL = Program.url
    process.arguments = [
      "bench", "burst", "--duration", "60s", "--rate", "1k", "--symbols", "50", "--last", last,
      "--folder", files.folder.path,
    ]
    let errors = Pipe()
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    // Until everything runs: the instance's folder has a ring then.
    let deadline = Date(timeIntervalSinceNow: 60)
    while Date.now < deadline, !Self.hasRing(files) { usleep(20_000) }
    usleep(300_000)
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    let text = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(process.terminationStatus == 75, "\(text)")
    #expect(text.contains("stopped by a signal"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: files.folder.path) == [])
    #expect(Self.peers(of: files).isEmpty)
  }

  private static func hasRing(_ files: MadeFiles) -> Bool {
    let instances = try? FileManager.default.contentsOfDirectory(atPath: files.folder.path)
    return (instances ?? []).contains { instance in
      FileManager.default.fileExists(
        atPath: files.folder.appending(path: "\(instance)/shard-0.ring").path)
    }
  }

  /// Processes of the lab whose plan lies in this folder.
  private static func peers(of files: MadeFiles) -> [String] {
    let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return processes.filter { name in
      guard Int(name) != nil,
        let words = FileManager.default.contents(atPath: "/proc/\(name)/cmdline")
      else { return false }
      return String(decoding: words, as: UTF8.self).contains("bench-peer\0\(files.folder.path)")
    }
  }
}

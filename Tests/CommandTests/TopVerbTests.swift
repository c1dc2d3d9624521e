import Foundation
import TestSupport
import Testing

/// `top` on the real binary: as pages and JSON beside `status`, and on a pseudo terminal.
@Suite struct TopVerbTests {
  /// A pipeline of the simulated exchange that runs until it is told to end.
  private final class Running {
    let files: MadeFiles
    let process: Process
    var place: [String] { ["--folder", files.folder.path] }

    init(_ extra: [String] = []) throws {
      files = try MadeFiles()
      process = try LiveVerbTests.start(
        Program.url,
        ["run", "--duration", "60s", "--rate", "5k", "--symbols", "100", "--quiet"]
          + ["--instance", "seen", "--folder", files.folder.path] + extra,
        output: files.folder.appending(path: "run.txt"))
    }

    /// Waits until something was published.
    func waitForRecords() throws {
      for _ in 0..<400 {
        let status = try Program.run(["status", "--json"] + place)
        if status.code == 0, let object = try status.objects().first,
          Self.first("outlet", of: object)["written"] as? Int ?? 0 > 500
        {
          return
        }
        usleep(50_000)
      }
      Issue.record("the pipeline does not run")
    }

    static func first(_ scope: String, of status: [String: Any]) -> [String: Any] {
      let counters = status["counters"] as? [String: Any]
      return (counters?[scope] as? [[String: Any]])?.first ?? [:]
    }

    func end() {
      process.terminate()
      process.waitUntilExit()
    }

    deinit { process.terminate() }
  }

  @Test func nothingThatRunsIsUnavailable() throws {
    let files = try MadeFiles()
    for extra in [["--once"], ["missing"], ["--json", "--instance", "missing"]] {
      let result = try Program.run(["top", "--folder", files.folder.path] + extra)
      #expect(result.code == 69)
      #expect(result.errors.contains("no such instance is running"))
      #expect(result.errors.contains("millrace run"))
      #expect(result.output == "")
    }
    let two = try Program.run(["top", "a", "b", "--folder", files.folder.path])
    #expect(two.code == 64)
  }

  @Test func jsonAgreesWithStatus() throws {
    let running = try Running()
    try running.waitForRecords()
    let live = try Program.run(
      ["top", "seen", "--json", "--count", "2", "--interval", "300ms"] + running.place)
    #expect(live.code == 0)
    let frames = try live.objects()
    #expect(frames.count == 2)
    for frame in frames {
      #expect(frame["state"] as? String == "running")
      #expect(frame["interval_ns"] as? Int ?? 0 >= 300_000_000)
      let source = (frame["sources"] as? [[String: Any]])?.first ?? [:]
      #expect(source["messages_per_s"] is Double)
      let shard = (frame["shards"] as? [[String: Any]])?.first ?? [:]
      #expect(shard["last_record_age_ns"] as? Int ?? 0 > 0)
    }
    running.end()
    // What an ended pipeline has counted stands still.
    let ended = try Program.run(["top", "--json", "--count", "1"] + running.place)
    let frame = try #require(try ended.objects().first)
    let status = try #require(
      try Program.run(["status", "--json"] + running.place).objects().first)
    #expect(frame["state"] as? String == "stopped")
    #expect(frame["balanced"] as? Bool == true)
    for key in ["instance", "pid", "version", "verb", "started_at"] {
      #expect("\(frame[key] ?? "no")" == "\(status[key] ?? "none")", "\(key)")
    }
    for (list, scope, names) in [
      ("sources", "source", ["messages", "records", "bytes", "gaps_detected", "duplicates"]),
      ("shards", "shard", ["received", "delivered", "derived", "open_orders"]),
      ("outlets", "outlet", ["written", "bytes", "holds"]),
    ] {
      let one = (frame[list] as? [[String: Any]])?.first ?? [:]
      let other = Running.first(scope, of: status)
      for name in names {
        #expect(one[name] as? Int == other[name] as? Int, "\(scope) \(name)")
        #expect(one[name] != nil, "\(scope) \(name)")
      }
    }
    let latencies = try #require(frame["latencies"] as? [[String: Any]])
    let counters = try #require(status["counters"] as? [String: Any])
    let threads = try #require(counters["latency"] as? [[String: Any]])
    #expect(
      Set(latencies.compactMap { $0["stage"] as? String }).isSuperset(of: ["total", "decode"]))
    for latency in latencies {
      let thread = threads.first { $0["thread"] as? String == latency["thread"] as? String }
      for (name, figure) in [("samples", "samples"), ("p50", "p50_nanos"), ("max", "max_nanos")] {
        let figures = thread?[figure] as? [String: Int]
        #expect(figures?[latency["stage"] as? String ?? ""] == latency[name] as? Int)
      }
    }
  }

  @Test func aPageIsPlainTextWhereThereIsNoTerminal() throws {
    let running = try Running()
    try running.waitForRecords()
    let page = try Program.run(["top", "--once", "--interval", "200ms"] + running.place)
    #expect(page.code == 0)
    #expect(!page.output.contains("\u{1B}"))
    for word in ["seen (run, process", "running", "ledger balanced", "itch50", "shard-0", "shm-0"] {
      #expect(page.output.contains(word), "\(word)")
    }
    #expect(page.output.contains("worker-0 total"))
    running.end()
    let ended = try Program.run(["top", "--once", "--interval", "100ms"] + running.place)
    #expect(ended.output.contains("nothing runs"))
  }

  /// Starts `top` on a pseudo terminal of its own, changes the window's size, ends it with a key or
  /// a signal, and says what came and whether the terminal is as it was.
  private static let driver = """
    import fcntl, json, os, pty, select, signal, struct, sys, termios, time
    end, command = sys.argv[1], sys.argv[2:]
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    before = termios.tcgetattr(side)
    pid = os.fork()
    if pid == 0:
        os.setsid()
        fcntl.ioctl(side, termios.TIOCSCTTY, 0)
        for number in (0, 1, 2):
            os.dup2(side, number)
        os.environ["TERM"] = "xterm"
        os.environ.pop("NO_COLOR", None)
        os.execv(command[0], command)
    seen = b""
    def read(until, seconds):
        global seen
        stop = time.time() + seconds
        while time.time() < stop and not until():
            if select.select([main], [], [], 0.1)[0]:
                seen += os.read(main, 65536)
    read(lambda: seen.count(b"\\x1b[H") >= 2, 30)
    drawn = len(seen)
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 50, 0, 0))
    os.kill(pid, signal.SIGWINCH)
    read(lambda: b"too low" in seen[drawn:], 30)
    small = seen[drawn:]
    raw = termios.tcgetattr(side)
    if end == "q" or end == "\\x03":
        os.write(main, end.encode())
    else:
        os.kill(pid, getattr(signal, end))
    code = None
    def ended():
        global code
        if code is None:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
        return code is not None
    read(ended, 30)
    read(lambda: False, 0.3)
    last = small[small.rfind(b"\\x1b[H"):]
    print(json.dumps({
        "code": code, "text": seen.decode("utf-8", "replace"),
        "last": last.decode("utf-8", "replace"), "changed": raw != before,
        "restored": termios.tcgetattr(side) == before}))
    """

  @Test(
    .enabled(if: LiveVerbTests.hasPython, "no python3 with numpy here"),
    arguments: ["q", "\u{3}", "SIGTERM", "SIGHUP", "SIGINT"])
  func theTerminalIsAsItWas(end: String) throws {
    let running = try Running()
    try running.waitForRecords()
    let script = try running.files.file("driver.py", Array(Self.driver.utf8))
    let output = running.files.folder.appending(path: "driver.json")
    let process = try LiveVerbTests.start(
      URL(filePath: "/usr/bin/env"),
      ["python3", "-B", script, end, Program.url.path, "top", "--interval", "200ms"]
        + running.place, output: output)
    process.waitUntilExit()
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: output))
    let result = try #require(json as? [String: Any])
    #expect(result["code"] as? Int == 0)
    #expect(result["changed"] as? Bool == true)
    #expect(result["restored"] as? Bool == true)
    let text = try #require(result["text"] as? String)
    #expect(text.hasPrefix("\u{1B}[?1049h\u{1B}[?25l"))
    #expect(text.hasSuffix("\u{1B}[?25h\u{1B}[?1049l"))
    #expect(text.contains("ledger "))
    #expect(text.contains("\u{1B}[32mrunning\u{1B}[0m"))
    // After the window became smaller no line is longer and none more than it has.
    let lines = (result["last"] as? String ?? "").split(separator: "\r\n")
    #expect(lines.count <= 10)
    for line in lines { #expect(Self.visible(line) <= 50, "\(line)") }
  }

  /// Characters of a line without its escape codes.
  private static func visible(_ line: Substring) -> Int {
    var count = 0
    var isEscape = false
    for character in line.unicodeScalars {
      if character == "\u{1B}" { isEscape = true }
      if !isEscape, character.value >= 0x20 { count += 1 }
      if isEscape, character.properties.isAlphabetic { isEscape = false }
    }
    return count
  }

  @Test func aNewStartIsFollowed() throws {
    let running = try Running()
    try running.waitForRecords()
    let output = running.files.folder.appending(path: "top.jsonl")
    let top = try LiveVerbTests.start(
      Program.url, ["top", "seen", "--json", "--interval", "100ms"] + running.place,
      output: output)
    defer { top.terminate() }
    running.end()
    let again = try LiveVerbTests.start(
      Program.url,
      ["run", "--duration", "60s", "--rate", "5k", "--symbols", "100", "--quiet"]
        + ["--instance", "seen"] + running.place,
      output: running.files.folder.appending(path: "again.txt"))
    defer { again.terminate() }
    var frames: [[String: Any]] = []
    for _ in 0..<300 {
      usleep(100_000)
      let lines = try String(contentsOf: output, encoding: .utf8).split(separator: "\n")
      frames = lines.compactMap {
        try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      }
      let pids = Set(frames.compactMap { $0["pid"] as? Int })
      if pids.count == 2, frames.last?["state"] as? String == "running",
        frames.last?["interval_ns"] as? Int ?? 0 > 0
      {
        break
      }
    }
    #expect(frames.contains { $0["restarted"] as? Bool == true })
    #expect(frames.last?["state"] as? String == "running")
    #expect(frames.last?["pid"] as? Int == Int(again.processIdentifier))
  }
}

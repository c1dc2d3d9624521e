internal import Engine
internal import SharedMemory

/// How fast, as `--speed` says it.
enum ReplaySpeed: Equatable, Sendable {
  case times(Double)
  case unlimited
}

/// The options of `millrace replay`.
enum ReplayVerbOptions {
  static let to = CommandOption<String>(
    "to", placeholder: "shm|stdout|itch-udp", help: "where the records go", default: "shm",
    expects: "shm, stdout or itch-udp; times are --from and --until"
  ) { ["shm", "stdout", "itch-udp"].contains($0) ? $0 : nil }
  static let speed = CommandOption<ReplaySpeed>(
    "speed", placeholder: "1|10|max",
    help: "1 keeps the times between records, 10 is ten times as fast, max does not wait",
    default: "1", expects: "max, or a factor such as 1, 0.5 or 10"
  ) { text in
    if text == "max" { return .unlimited }
    let factor = Double(text.hasSuffix("x") ? String(text.dropLast()) : text)
    guard let factor, factor > 0, factor <= 1e9 else { return nil }
    return .times(factor)
  }
  static let rate = CommandOption.rate(
    "rate", help: "so many records per second, evenly, instead of --speed")
  static let clock = CommandOption.choice(
    "clock", ["recv", "event"],
    help: "the times that are kept: ts_recv, or ts_event (for journals made of files)",
    default: "recv")
  static let longestPause = CommandOption.duration(
    "max-pause", help: "longer pauses between records are cut to this")
  static let startDelay = CommandOption.duration(
    "start-delay", help: "time for readers to attach before the first record", default: "0s")
  static let format = CommandOption.choice(
    "format", ["dbn", "text", "jsonl", "csv"],
    help: "of standard output; dbn unless it is a terminal, csv needs one schema")
  static let instance = CommandOption.text(
    "instance", "NAME", help: "name under which readers find the rings", default: "default")
  static let folder = CommandOption.text(
    "folder", "DIR", help: "folder of rings and counters",
    default: RingLocation.defaultFolder)
  static let ringLines = CommandOption.count(
    "ring-lines", in: 1024...(1 << 24),
    help: "64-byte lines of each ring, a power of two", default: "65536")
  static let line = CommandOption.text(
    "line", "HOST:PORT[@IF]", help: "itch-udp: where datagrams go; twice for lines A and B")
  static let session = CommandOption.text(
    "session", "NAME", help: "itch-udp: name of the MoldUDP64 session, 1 to 10 characters",
    default: "REPLAY")
  static let cpu = CommandOption.count(
    "cpu", in: 0...1023, help: "CPU of the thread that gives the records out")

  static var all: [any DeclaredOption] {
    [to] + JournalQueryOptions.allButTo
      + [
        speed, rate, clock, longestPause, startDelay, format, instance, folder, ringLines, line,
        session, cpu,
      ]
  }

  /// How the journal is played.
  static func replayOptions(_ arguments: CommandArguments) -> ReplayOptions {
    var options = ReplayOptions()
    switch arguments.value(of: speed) {
    case .times(let factor): options.pace = .speed(factor)
    case .unlimited: options.pace = .unlimited
    }
    if let rate = arguments[rate], rate > 0 { options.pace = .rate(rate) }
    options.clock = arguments.value(of: clock) == "event" ? .event : .receive
    options.longestPauseNanos = arguments[longestPause] ?? .max
    options.startDelayNanos = arguments.value(of: startDelay)
    options.cpu = arguments[cpu]
    return options
  }
}

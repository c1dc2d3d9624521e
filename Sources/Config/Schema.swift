internal import Lanes

/// Every key of the configuration at its top, one an entry. The checker, the reference
/// (`docs/configuration.md`), `--print-effective` and the reload's classes are made from it.
enum Schema {
  static let root = SettingSection(
    "configuration",
    [
      SettingKey(
        "instance", .name, .text("default"), .restart,
        "Name under which readers, `millrace status` and `millrace tail` find this run."),
      SettingKey(
        "state", .path, .text("/var/lib/millrace"), .restart,
        "Folder of what outlives a run: gap ledger, symbol master, quarantine, audit log."),
      SettingKey(
        "folder", .path, .text("/dev/shm/millrace"), .restart,
        "Folder of the rings and counters in shared memory."),
      SettingKey(
        "shards", .integer(1...LaneLimits.shards), .text("1"), .restart,
        "Workers, each with instruments of its own."),
      SettingKey(
        "outputs", .list(.choice(outputNames), 0...outputNames.count), .text("books, mbp-1"),
        .restart, "What workers publish beside the feeds' own records; `[]` for nothing."),
      SettingKey("ring", .section(ring), .text(""), .restart, "Rings in shared memory."),
      SettingKey("lanes", .section(lanes), .text(""), .restart, "Lanes between threads."),
      SettingKey(
        "worker_cpus", cpus, .text(""), .restart,
        "CPUs of the workers, by shard; fewer than shards leave the others free."),
      SettingKey(
        "journal", .section(journal), .nothing, .restart,
        "Records everything that is published. Without it nothing is recorded."),
      SettingKey("http", .section(http), .text(""), .restart, "Metrics and status pages."),
      SettingKey("log", .section(log), .text(""), .now, "What is said to the log."),
      SettingKey(
        "audit", .path, .nothing, .restart,
        "Append-only file of what operators did; `audit.log` in `state` where it is not said."),
      SettingKey(
        "health", .section(HealthSchema.section), .text(""), .now,
        "Thresholds that hold for every source that does not name its own."),
      SettingKey(
        "sources", .sources, .required, .restart,
        "The upstreams, each with a session of its own."),
      SettingKey(
        "fallback", .sections(fallback), .text(""), .now,
        "Instruments that several sources have, and which source is heard."),
      SettingKey(
        "divergence", .sections(divergence), .text(""), .now,
        "Instruments whose prices are compared between sources."),
    ])

  /// Outputs of the workers, as `millrace run --outputs` names them.
  static let outputNames = [
    "books", "mbp-1", "mbp-10", "ohlcv-1s", "ohlcv-1m", "statistics", "bbo-1s",
  ]

  static let cpus = SettingKind.list(.integer(0...4_095), 0...LaneLimits.shards)

  static let ring = SettingSection(
    "ring",
    [
      SettingKey(
        "lines", .checked(expects: "power of two, 1024 to 16777216", refusal: ringRefusal),
        .text("65536"), .restart, "64-byte lines of each shard's ring.")
    ])

  static let lanes = SettingSection(
    "lanes",
    [
      SettingKey(
        "lines", .integer(LaneLimits.leastLines...LaneLimits.mostLines), .text("4096"), .restart,
        "64-byte lines of each lane."),
      SettingKey(
        "wait", .choice(["spin", "yield", "park"]), .text("park"), .restart,
        "How threads wait for each other; `spin` burns a core each."),
    ])

  static let http = SettingSection(
    "http",
    [
      SettingKey("enabled", .boolean, .text("true"), .restart, "Whether the server runs at all."),
      SettingKey(
        "listen", .endpoint, .text("127.0.0.1:9464"), .restart,
        "Where `/metrics`, `/livez`, `/readyz` and `/status.json` are served. Nothing is "
          + "encrypted and nobody is asked for a password: other machines belong behind a proxy."),
    ])

  static let log = SettingSection(
    "log",
    [
      SettingKey(
        "level", .choice(["debug", "info", "warning", "error"]), .text("info"), .now,
        "The least important events that are written."),
      SettingKey(
        "format", .choice(["auto", "logfmt", "json"]), .text("auto"), .now,
        "`auto` is logfmt on a terminal and one JSON object a line elsewhere."),
      SettingKey(
        "file", .path, .nothing, .restart, "File that is appended to; standard error if absent."),
    ])

  static let fallback = SettingSection(
    "fallback",
    [
      SettingKey(
        "instruments", .names, .required, .now, "Canonical symbols that every source here has."),
      SettingKey(
        "sources", .list(.name, 2...ConfigLimits.sources), .required, .now,
        "Names of sources, the preferred one first."),
      SettingKey(
        "take_over_after", .duration(100_000_000...3_600_000_000_000), .text("5s"), .now,
        "How long a source may be dead before the next one is heard."),
      SettingKey(
        "return_after", .duration(0...86_400_000_000_000), .text("1m"), .now,
        "How long a better source must have been healthy before it is heard again."),
    ])

  static let divergence = SettingSection(
    "divergence",
    [
      SettingKey(
        "instruments", .names, .required, .now, "Canonical symbols that every source here has."),
      SettingKey(
        "sources", .list(.name, 2...ConfigLimits.sources), .required, .now,
        "Names of the sources that are compared."),
      SettingKey(
        "ticks", .integer(1...1_000_000), .text("3"), .now,
        "Price steps between the sources that are still taken for the same price."),
      SettingKey(
        "seconds", .integer(1...86_400), .text("5"), .now,
        "How many seconds the prices must be further apart before the alarm."),
    ])

  private static func ringRefusal(_ text: String) -> String? {
    guard let lines = Int(text), (1_024...(1 << 24)).contains(lines), lines & (lines - 1) == 0
    else { return "expected a power of two from 1024 to 16777216, found \(Units.quoted(text))" }
    return nil
  }
}

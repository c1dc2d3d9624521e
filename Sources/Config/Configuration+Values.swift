internal import FeedKit
internal import Journal
internal import Lanes
internal import Net

extension Configuration {
  /// Typed values of a tree without findings.
  init(_ root: CheckedSection, path: String, feeds: [any LiveFeed.Type]) {
    self.root = root
    self.path = path
    instance = root.text("instance")
    state = root.text("state")
    folder = root.text("folder")
    shards = root.integer("shards")
    outputs = root.texts("outputs")
    ringLines = root.section("ring").flatMap { Int($0.text("lines")) } ?? 65_536
    laneLines = root.section("lanes")?.integer("lines") ?? 4_096
    wait = WaitStrategy(name: root.section("lanes")?.text("wait") ?? "") ?? .park
    workerCPUs = root.integers("worker_cpus")
    journal = root.section("journal").map(Self.journal)
    httpListen = Self.listen(root.section("http"))
    log = LogConfiguration(
      level: root.section("log")?.text("level") ?? "info",
      format: root.section("log")?.text("format") ?? "auto",
      file: root.section("log")?.optionalText("file"))
    audit = root.optionalText("audit") ?? "\(state)/audit.log"
    health = HealthSettings(root.section("health"))
    sources = root.sections("sources").compactMap { source in
      feeds.first { $0.description.name == source.text("feed") }
        .map { SourceSettings(source, feed: $0) }
    }
    fallbacks = root.sections("fallback").map {
      FallbackSettings(
        instruments: $0.texts("instruments"), sources: $0.texts("sources"),
        takeOverNanos: $0.nanos("take_over_after"), returnNanos: $0.nanos("return_after"))
    }
    divergences = root.sections("divergence").map {
      DivergenceSettings(
        instruments: $0.texts("instruments"), sources: $0.texts("sources"),
        ticks: $0.integer("ticks"), seconds: $0.integer("seconds"))
    }
  }

  private static func listen(_ http: CheckedSection?) -> Endpoint? {
    guard let http, http.boolean("enabled") else { return nil }
    return try? Endpoint(parsing: http.text("listen"))
  }

  private static func journal(_ section: CheckedSection) -> JournalConfiguration {
    JournalConfiguration(
      root: section.text("root"), codec: JournalCodec(name: section.text("codec")) ?? .init(),
      sync: JournalText.sync(section.text("fsync")) ?? .interval(1_000_000_000),
      blockRecords: section.integer("block"),
      segmentBytes: UInt64(clamping: section.optionalBytes("segment") ?? 4 << 30),
      rotation: section.text("rotate") == "day" ? .day : .hour,
      flushNanos: section.nanos("flush"), cpus: section.integers("cpus"),
      keepsRaw: section.boolean("raw"))
  }
}

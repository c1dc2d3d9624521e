internal import FeedKit
internal import Lanes
internal import Sessions

/// The keys of a source: common ones, and those that its feed declares. A new feed needs no change
/// here.
enum SourceSchema {
  /// Keys of a source of this feed; `isOpen` without one, because nobody knows its settings then.
  static func section(_ feed: (any LiveFeed.Type)?, feeds: [any LiveFeed.Type]) -> SettingSection {
    let policy = feed?.policy ?? SessionPolicy()
    let names = feeds.map { $0.description.name }
    let common =
      identity(names) + session(policy) + thread + [health]
    var taken = Set(common.map(\.name))
    let own = (feed?.settings ?? []).filter { $0.kind != .secret }.map(key)
      .filter { taken.insert($0.name).inserted }
    var section = SettingSection(
      "source", identity: "name", common + own + [credentials(feed)] + symbols(feed))
    section.isOpen = feed == nil
    return section
  }

  private static func identity(_ feeds: [String]) -> [SettingKey] {
    [
      SettingKey(
        "name", .name, .required, .restart,
        "Name of the source in metrics, log, gap ledger and fallbacks; unique."),
      SettingKey(
        "feed", .choice(feeds), .required, .restart, "The protocol that the upstream speaks."),
      SettingKey(
        "host", .host, .text("127.0.0.1"), .reconnect, "Host of all connections of the source."),
    ]
  }

  private static let day: UInt64 = 86_400_000_000_000

  /// What becomes the `SessionPolicy`; the feed's own policy gives the defaults.
  private static func session(_ policy: SessionPolicy) -> [SettingKey] {
    func nanos(_ value: UInt64) -> SettingDefault { .text(Units.nanosText(value)) }
    func number(_ value: Int) -> SettingDefault { .text("\(value)") }
    return [
      SettingKey(
        "reconnect", .section(reconnect(policy)), .text(""), .reconnect,
        "How lost connections are made again: exponential waits with full jitter."),
      SettingKey(
        "breaker",
        .section(
          SettingSection(
            "breaker",
            [
              SettingKey(
                "failures", .integer(1...1_000), number(policy.breakerFailures), .reconnect,
                "Failed attempts in a row that open the circuit."),
              SettingKey(
                "cool_down", .duration(1_000_000_000...day), nanos(policy.breakerCoolDownNanos),
                .reconnect, "How long it stays open before one attempt is made."),
            ])), .text(""), .reconnect, "When no more attempts are made for a while."),
      SettingKey(
        "timeouts", .section(timeouts(policy)), .text(""), .reconnect,
        "How long the upstream may take."),
      SettingKey(
        "silence", .duration(100_000_000...day), nanos(policy.silenceNanos), .reconnect,
        "Silence of the whole connection after which it is taken for dead."),
      SettingKey(
        "keep_alive", .duration(0...day), nanos(policy.keepAliveNanos), .reconnect,
        "How often the upstream is asked for a sign of life where nothing else came; 0s for "
          + "never."),
      SettingKey(
        "pacing",
        .section(
          SettingSection(
            "pacing",
            [
              SettingKey(
                "rate", .rate(1...1_000_000),
                .text("\(policy.requestsPerSecond)/s"), .now, "Requests that the upstream allows."),
              SettingKey(
                "burst", .integer(1...1_000_000), number(policy.requestBurst), .now,
                "How many of them at once."),
            ])), .text(""), .now, "The upstream's published limits of requests."),
      SettingKey(
        "subscription_limit", .integer(0...1_000_000), number(policy.subscriptionLimit), .reconnect,
        "Most instruments that the upstream allows; 0 where it names no limit."),
      SettingKey(
        "backfill",
        .section(
          SettingSection(
            "backfill",
            [
              SettingKey(
                "enabled", .boolean, .text(policy.backfills ? "true" : "false"), .reconnect,
                "Whether holes are filled after a reconnect."),
              SettingKey(
                "longest", .duration(0...(30 * day)), nanos(policy.backfillLimitNanos), .reconnect,
                "The longest hole that is filled."),
              SettingKey(
                "at_once", .integer(1...1_000), number(policy.backfillsAtOnce), .reconnect,
                "Requests for history that may be under way together."),
              SettingKey(
                "timeout", .duration(100_000_000...day), nanos(policy.backfillTimeoutNanos),
                .reconnect, "How long one of them may take; then it is given up and told."),
            ])), .text(""), .reconnect, "Holes, filled from the upstream's own history."),
      SettingKey(
        "token_lead", .duration(0...day), nanos(policy.tokenLeadNanos), .reconnect,
        "How long before its end a token is renewed."),
    ]
  }

  private static func reconnect(_ policy: SessionPolicy) -> SettingSection {
    SettingSection(
      "reconnect",
      [
        SettingKey(
          "first", .duration(1_000_000...day), .text(Units.nanosText(policy.firstWaitNanos)),
          .reconnect, "The longest wait before the first attempt, doubled for each further one."),
        SettingKey(
          "longest", .duration(1_000_000...day), .text(Units.nanosText(policy.longestWaitNanos)),
          .reconnect, "What the doubling ends at."),
        SettingKey(
          "stable", .duration(0...day), .text(Units.nanosText(policy.stableNanos)), .reconnect,
          "How long a connection must have been live before its loss counts as a first one again."),
        SettingKey(
          "alarm_per_hour", .integer(1...100_000), .text("\(policy.hourlyAlarm)"), .reconnect,
          "Connections in any hour after which an alarm is raised."),
      ])
  }

  private static func timeouts(_ policy: SessionPolicy) -> SettingSection {
    let kind = SettingKind.duration(10_000_000...3_600_000_000_000)
    return SettingSection(
      "timeouts",
      [
        SettingKey(
          "connect", kind, .text(Units.nanosText(policy.connectTimeoutNanos)), .reconnect,
          "Until the connection stands."),
        SettingKey(
          "handshake", kind, .text(Units.nanosText(policy.handshakeTimeoutNanos)), .reconnect,
          "From there to the end of the handshake."),
        SettingKey(
          "verify", kind, .text(Units.nanosText(policy.verifyTimeoutNanos)), .reconnect,
          "Until a subscription is proven; then the instrument is reported as missing."),
      ])
  }

  private static let thread = [
    SettingKey(
      "lane_policy", .choice(["wait", "drop-oldest"]), .text("wait"), .restart,
      "What a full lane does: slow the upstream down, or let the oldest records go and count them."
    ),
    SettingKey(
      "cpu", .integer(0...4_095), .nothing, .restart, "CPU of the source's reader thread."),
    SettingKey(
      "hours", HoursText.kind, .text("always"), .now,
      "Trading hours by which silence is judged."),
    SettingKey(
      "holidays", .list(HoursText.dayKind, 0...1_024), .text(""), .now,
      "Session dates without trading, beside those behind `except` in `hours`."),
  ]

  private static let health = SettingKey(
    "health", .section(HealthSchema.section), .inherited, .now,
    "Thresholds of this source; what is left out is as in `health` at the top.")

  /// A feed's setting as a key. Its defaults are in the feed's own form.
  static func key(_ setting: LiveSetting) -> SettingKey {
    let kind: SettingKind =
      switch setting.kind {
      case .text: .text
      case .integer(let range): .integer(range)
      case .boolean: .boolean
      case .duration: .duration(0...UInt64.max)
      case .choice(let words): .choice(words)
      case .secret: .secret
      }
    var fallback: SettingDefault = setting.defaultValue.map { .text($0) } ?? .required
    if case .text(let text) = fallback {
      if text.isEmpty {
        fallback = .nothing
      } else if setting.kind == .duration {
        fallback = .text(UInt64(text).map(Units.nanosText) ?? text)
      }
    }
    return SettingKey(setting.name, kind, fallback, .reconnect, setting.help)
  }

  private static func credentials(_ feed: (any LiveFeed.Type)?) -> SettingKey {
    var section = SettingSection(
      "credentials", (feed?.settings ?? []).filter { $0.kind == .secret }.map(key))
    section.isOpen = feed == nil
    return SettingKey(
      "credentials", .section(section), .text(""), .reconnect,
      "Secrets, each from `!env NAME`, `!file PATH`, `!credential NAME` or `${NAME}`.")
  }

  private static func symbols(_ feed: (any LiveFeed.Type)?) -> [SettingKey] {
    let details = (feed?.instrumentSettings ?? []).map(key)
    let interests = SettingKey(
      "interests", .list(.choice(LiveInterests.names), 1...LiveInterests.names.count),
      .text(interestNames(.usual).joined(separator: ", ")), .reconnect,
      "What is wanted of the instrument.")
    // What is required of a symbol may stand in the defaults, or in neither and then be missing.
    let optional = details.map { key in
      var key = key
      if case .required = key.fallback { key.fallback = .nothing }
      return key
    }
    var defaults = SettingSection("symbol_defaults", [interests] + optional)
    var symbol = SettingSection(
      "symbol", identity: "symbol",
      [
        SettingKey(
          "symbol", .text, .required, .now, "The instrument as the upstream writes it."),
        SettingKey(
          "canonical", .text, .nothing, .reconnect,
          "Its name at all sources; the symbol itself where it is not said."),
        interests,
      ] + details)
    (defaults.isOpen, symbol.isOpen) = (feed == nil, feed == nil)
    return [
      SettingKey(
        "symbol_defaults", .section(defaults), .text(""), .reconnect,
        "What holds for every symbol of the source that does not say it."),
      SettingKey(
        "symbols", .symbols(symbol), .text(""), .now,
        "The instruments: symbols, maps, or files with one symbol a line."),
      SettingKey(
        "symbol_file", .path, .nothing, .now,
        "A file with one symbol a line, beside `symbols`."),
    ]
  }

  /// Names of the interests in a set.
  static func interestNames(_ interests: LiveInterests) -> [String] {
    LiveInterests.names.enumerated().filter { interests.contains(.init(rawValue: 1 << $0.offset)) }
      .map(\.element)
  }
}

public import FeedKit
public import Lanes
public import Sessions
public import Zones

/// One upstream, as it was configured.
public struct SourceSettings: Sendable {
  public var name: String
  /// Name of the feed in the registry.
  public var feed: String
  public var host: String
  /// The feed's settings without secrets, each key of `LiveFeed.settings` with its value or
  /// default, in the form of `LiveOptions.settings`.
  public var settings: [String: String]
  public var secrets: [String: Secret]
  public var policy: SessionPolicy
  /// Ids are 0: the symbol master gives them.
  public var instruments: [LiveInstrument]
  public var hours: TradingHours
  /// `hours` as written; empty for always.
  public var hoursText: String
  public var health: HealthSettings
  public var lanePolicy: LanePolicy
  /// CPU of the reader thread; nil for any.
  public var cpu: Int?

  /// Settings and secrets together, for the feed alone: never to be printed.
  public func revealedSettings() -> [String: String] {
    settings.merging(secrets.mapValues { $0.revealed() }) { $1 }
  }

  /// The port of a channel, by the setting `<channel>_port`; nil where the feed has no such one.
  public func port(ofChannel channel: String) -> UInt16? {
    settings["\(channel)_port"].flatMap { UInt16($0) }
  }
}

extension SourceSettings {
  init(_ source: CheckedSection, feed: any LiveFeed.Type) {
    name = source.text("name")
    self.feed = source.text("feed")
    host = source.text("host")
    settings = [:]
    secrets = [:]
    for setting in feed.settings {
      if setting.kind == .secret {
        if case .secret(let secret)? = source.section("credentials")?[setting.name] {
          secrets[setting.name] = secret
        }
      } else {
        settings[setting.name] = Self.text(source[setting.name])
      }
    }
    policy = SessionPolicy(source, feed.policy)
    instruments = source.sections("symbols").map { Self.instrument($0, feed) }
    hoursText = source.text("hours")
    hours = HoursText.hours(source.text("hours"), holidays: source.texts("holidays"))
    health = HealthSettings(source.section("health"))
    lanePolicy = LanePolicy(name: source.text("lane_policy")) ?? .wait
    cpu = source.optionalInteger("cpu")
  }

  /// A value in the form of the feed; nil where nothing was said.
  static func text(_ value: SettingValue) -> String? {
    switch value {
    case .text(let text): text
    case .integer(let number): "\(number)"
    case .boolean(let truth): truth ? "true" : "false"
    case .nanos(let nanos): "\(nanos)"
    default: nil
    }
  }

  private static func instrument(
    _ section: CheckedSection, _ feed: any LiveFeed.Type
  ) -> LiveInstrument {
    var interests: LiveInterests = []
    for name in section.texts("interests") {
      guard let bit = LiveInterests.names.firstIndex(of: name) else { continue }
      interests.insert(LiveInterests(rawValue: 1 << UInt16(bit)))
    }
    var details: [String: String] = [:]
    for setting in feed.instrumentSettings {
      details[setting.name] = text(section[setting.name])
    }
    return LiveInstrument(
      instrumentID: 0, symbol: section.text("symbol"),
      canonical: section.optionalText("canonical"), interests: interests, details: details)
  }
}

extension SessionPolicy {
  /// A source's policy: what the configuration does not know stays as the feed says.
  init(_ source: CheckedSection, _ policy: SessionPolicy) {
    self = policy
    if let reconnect = source.section("reconnect") {
      firstWaitNanos = reconnect.nanos("first")
      longestWaitNanos = reconnect.nanos("longest")
      stableNanos = reconnect.nanos("stable")
      hourlyAlarm = reconnect.integer("alarm_per_hour")
    }
    if let breaker = source.section("breaker") {
      breakerFailures = breaker.integer("failures")
      breakerCoolDownNanos = breaker.nanos("cool_down")
    }
    if let timeouts = source.section("timeouts") {
      connectTimeoutNanos = timeouts.nanos("connect")
      handshakeTimeoutNanos = timeouts.nanos("handshake")
      verifyTimeoutNanos = timeouts.nanos("verify")
    }
    silenceNanos = source.nanos("silence")
    keepAliveNanos = source.nanos("keep_alive")
    if let pacing = source.section("pacing") {
      requestsPerSecond = pacing.optionalRate("rate")?.perSecond ?? requestsPerSecond
      requestBurst = pacing.integer("burst")
    }
    subscriptionLimit = source.integer("subscription_limit")
    if let backfill = source.section("backfill") {
      backfills = backfill.boolean("enabled")
      backfillLimitNanos = backfill.nanos("longest")
      backfillsAtOnce = backfill.integer("at_once")
      backfillTimeoutNanos = backfill.nanos("timeout")
    }
    tokenLeadNanos = source.nanos("token_lead")
  }
}

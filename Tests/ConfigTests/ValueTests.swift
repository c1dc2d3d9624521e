import FeedKit
import Foundation
import Journal
import Lanes
import Net
import Sessions
import Testing
import Zones

@testable import Config

/// What a configuration means.
@Suite("Values of a configuration")
struct ValueTests {
  @Test func defaults() throws {
    let made = try MadeConfig()
    let read = try made.read(MadeConfig.least)
    #expect(read.instance == "default" && read.state == "/var/lib/millrace")
    #expect(read.folder == "/dev/shm/millrace" && read.shards == 1)
    #expect(read.outputs == ["books", "mbp-1"])
    #expect(read.ringLines == 65_536 && read.laneLines == 4_096 && read.wait == .park)
    #expect(read.journal == nil && read.httpListen?.description == "127.0.0.1:9464")
    #expect(read.log == LogConfiguration(level: "info", format: "auto", file: nil))
    #expect(read.audit == "/var/lib/millrace/audit.log")
    let source = try #require(read.sources.first)
    #expect(read.sources.count == 1 && source.name == "one" && source.feed == "made")
    #expect(source.host == "127.0.0.1" && source.lanePolicy == .wait && source.cpu == nil)
    // The feed's own policy, settings and details are the defaults.
    #expect(source.policy == MadeFeed.policy)
    #expect(
      source.settings == [
        "main_port": "5009", "product": "P", "is_delayed": "false", "pause": "1500000000",
        "framing": "text",
      ])
    #expect(source.port(ofChannel: "main") == 5009 && source.port(ofChannel: "other") == nil)
    #expect(source.secrets.keys.sorted() == ["password"])
    #expect(source.revealedSettings()["password"] == "hunter2 secret")
    #expect(
      source.instruments == [
        LiveInstrument(instrumentID: 0, symbol: "AAPL", details: ["exchange": "SMART"]),
        LiveInstrument(instrumentID: 0, symbol: "@ESZ26", details: ["exchange": "SMART"]),
      ])
    #expect(source.hours.isOpen(0) && source.health.policy.leastGaps == HealthPolicy().leastGaps)
    #expect(source.health.policy.thresholds[.latency]?.warning == 10_000_000)
    #expect(source.health.policy.thresholds[.memory] == nil)
  }

  static let full = """
    instance: live-1
    state: ${HOME_OF_STATE:-/srv/millrace}
    shards: 4
    outputs: []
    ring: {lines: 1024}
    lanes: {lines: 128, wait: spin}
    worker_cpus: [2, 3]
    journal: {root: /j, codec: columnar+zstd:3, fsync: "interval:250ms", segment: 1.5GiB,
      rotate: day, flush: 10ms, raw: true}
    http: {enabled: false}
    log: {level: debug, format: json, file: /var/log/m.log}
    audit: /a/b.log
    health:
      least_gaps: 9
      latency: {critical: 20ms}
      memory: {warning: 1GiB}
      dead: {usual: 12.5}
    sources:
      - name: one
        feed: made
        product: "$${P} ${WORD}"
        host: fe80::1
        pause: 0.25s
        is_delayed: true
        framing: binary
        main_port: ${PORT}
        credentials: {password: "${PASSWORD}", token: !file token}
        reconnect: {first: 2s, longest: 5m, alarm_per_hour: 3, stable: 1m}
        breaker: {failures: 2, cool_down: 1h}
        timeouts: {connect: 1s, handshake: 2s, verify: 3s}
        silence: 30s
        keep_alive: 0s
        pacing: {rate: 3000/m, burst: 7}
        subscription_limit: 10
        backfill: {enabled: false, longest: 2h, at_once: 2, timeout: 9s}
        token_lead: 1m
        lane_policy: drop-oldest
        cpu: 1
        hours: "America/New_York mon-fri 09:30-16:00"
        holidays: [2026-11-26]
        health:
          dead: {longest: 5}
          throughput: {critical: 10/s}
          lists: [{instruments: [Z], least_gaps: 3, hours: always}]
        symbol_defaults: {interests: [trades], exchange: CME}
        symbol_file: list.txt
        symbols:
          - !include list2.txt
          - {symbol: Z, canonical: ZED, interests: [depth, news], exchange: X, con_id: 5}
      - {name: two, feed: made, product: Q, credentials: {password: !env PASSWORD},
         symbols: [ZED, AAPL]}
    fallback:
      - {instruments: [ZED], sources: [two, one], take_over_after: 2s, return_after: 0s}
    divergence: [{instruments: [ZED], sources: [one, two], ticks: 2, seconds: 9}]
    """

  static func readFull(_ made: MadeConfig, _ text: String = full) throws -> Configuration {
    try made.file("token", "t0ken\nmore\n")
    try made.file("list.txt", "L1\n")
    try made.file("list2.txt", "L2 # two\n")
    return try made.read(
      text, MadeConfig.environment.merging(["PORT": "77", "WORD": "w"]) { $1 })
  }

  @Test func everything() throws {
    let read = try Self.readFull(try MadeConfig())
    #expect(read.instance == "live-1" && read.state == "/srv/millrace" && read.shards == 4)
    #expect(read.outputs == [] && read.ringLines == 1024 && read.laneLines == 128)
    #expect(read.wait == .spin && read.workerCPUs == [2, 3] && read.httpListen == nil)
    let journal = try #require(read.journal)
    #expect(journal.root == "/j" && journal.codec == JournalCodec(name: "columnar+zstd:3"))
    #expect(journal.sync == .interval(250_000_000) && journal.segmentBytes == 3 << 29)
    #expect(journal.rotation == .day && journal.flushNanos == 10_000_000 && journal.keepsRaw)
    #expect(read.log == LogConfiguration(level: "debug", format: "json", file: "/var/log/m.log"))
    #expect(read.audit == "/a/b.log")
    #expect(
      read.fallbacks == [
        FallbackSettings(
          instruments: ["ZED"], sources: ["two", "one"], takeOverNanos: 2_000_000_000,
          returnNanos: 0)
      ])
    #expect(
      read.divergences == [
        DivergenceSettings(
          instruments: ["ZED"], sources: ["one", "two"], ticks: 2, seconds: 9)
      ])
  }

  @Test func source() throws {
    let read = try Self.readFull(try MadeConfig())
    let one = read.sources[0]
    #expect(one.host == "fe80::1" && one.lanePolicy == .dropOldest && one.cpu == 1)
    #expect(
      one.settings == [
        "main_port": "77", "product": "${P} w", "is_delayed": "true", "pause": "250000000",
        "framing": "binary",
      ])
    #expect(one.revealedSettings()["token"] == "t0ken")
    var policy = SessionPolicy()
    policy.firstWaitNanos = 2_000_000_000
    policy.longestWaitNanos = 300_000_000_000
    policy.stableNanos = 60_000_000_000
    policy.hourlyAlarm = 3
    policy.breakerFailures = 2
    policy.breakerCoolDownNanos = 3_600_000_000_000
    policy.connectTimeoutNanos = 1_000_000_000
    policy.handshakeTimeoutNanos = 2_000_000_000
    policy.verifyTimeoutNanos = 3_000_000_000
    policy.silenceNanos = 30_000_000_000
    policy.keepAliveNanos = 0
    policy.requestsPerSecond = 50
    policy.requestBurst = 7
    policy.subscriptionLimit = 10
    policy.backfills = false
    policy.backfillLimitNanos = 7_200_000_000_000
    policy.backfillsAtOnce = 2
    policy.backfillTimeoutNanos = 9_000_000_000
    policy.tokenLeadNanos = 60_000_000_000
    #expect(one.policy == policy)
    #expect(
      one.instruments == [
        LiveInstrument(
          instrumentID: 0, symbol: "L2", interests: .trades, details: ["exchange": "CME"]),
        LiveInstrument(
          instrumentID: 0, symbol: "Z", canonical: "ZED", interests: [.depth, .news],
          details: ["exchange": "X", "con_id": "5"]),
        LiveInstrument(
          instrumentID: 0, symbol: "L1", interests: .trades, details: ["exchange": "CME"]),
      ])
    // 2026-11-26 is a Thursday; 15:00 UTC is 10:00 in New York.
    let thursday: UInt64 = 1_795_705_200_000_000_000
    #expect(!one.hours.isOpen(thursday) && one.hours.isOpen(thursday + 86_400_000_000_000))
  }

  @Test func health() throws {
    let read = try Self.readFull(try MadeConfig())
    let (top, one, two) = (read.health, read.sources[0].health, read.sources[1].health)
    #expect(top.policy.leastGaps == 9 && top.policy.deadUsual == 12_500)
    #expect(top.policy.thresholds[.latency]?.warning == 10_000_000)
    #expect(top.policy.thresholds[.latency]?.critical == 20_000_000)
    #expect(top.policy.thresholds[.memory]?.warning == 1 << 30)
    #expect(top.policy.thresholds[.memory]?.critical == .max)
    #expect(two == top)
    // One key of a section is changed; the rest is as at the top.
    #expect(one.policy.leastGaps == 9 && one.policy.deadUsual == 12_500)
    #expect(one.policy.deadLongest == 5_000)
    #expect(one.policy.thresholds[.throughput]?.side == .below)
    #expect(one.policy.thresholds[.throughput]?.critical == 10)
    #expect(one.policy.thresholds[.latency] == top.policy.thresholds[.latency])
    let list = try #require(one.lists.first)
    #expect(list.instruments == ["Z"] && list.policy.leastGaps == 3)
    #expect(list.policy.deadLongest == 5_000 && list.policy.deadUsual == 12_500)
    #expect(list.hours?.isOpen(0) == true)
  }

  /// Texts that other readers of YAML take for something else.
  @Test func textsStayTexts() throws {
    let read = try MadeConfig().read(
      MadeConfig.least.replacing(
        "[AAPL, \"@ESZ26\"]", with: "[NO, ON, yes, 1E5, 0x1F, 1_000, 12:30:45, null, .5, TRUE]"))
    #expect(
      read.sources[0].instruments.map(\.symbol) == [
        "NO", "ON", "yes", "1E5", "0x1F", "1_000", "12:30:45", "null", ".5", "TRUE",
      ])
  }

  @Test func tenThousandInstruments() throws {
    let made = try MadeConfig()
    try made.file("many.txt", (0..<10_000).map { "S\($0)\n" }.joined())
    let read = try made.read(
      MadeConfig.least.replacing("[AAPL, \"@ESZ26\"]", with: "!include many.txt"))
    #expect(read.sources[0].instruments.count == 10_000)
    #expect(read.sources[0].instruments[9_999].symbol == "S9999")
  }
}

public import FeedKit
internal import FeedRegistry
public import Journal
public import Lanes
public import Net
internal import Yaml

/// What a program is to do, read from a file and checked whole.
///
/// Plain values: threads, sockets and files are made from it elsewhere.
public struct Configuration: Sendable {
  /// The file that it was read from.
  public var path: String
  public var instance: String
  /// Folder of what outlives a run.
  public var state: String
  /// Folder of rings and counters.
  public var folder: String
  public var shards: Int
  /// Names of outputs, as `ShardOutputs` knows them.
  public var outputs: [String]
  public var ringLines: Int
  public var laneLines: Int
  public var wait: WaitStrategy
  public var workerCPUs: [Int]
  /// Nil where nothing is recorded.
  public var journal: JournalConfiguration?
  /// Where the pages are served; nil for not at all.
  public var httpListen: Endpoint?
  public var log: LogConfiguration
  /// Path of the audit log.
  public var audit: String
  public var health: HealthSettings
  public var sources: [SourceSettings]
  public var fallbacks: [FallbackSettings]
  public var divergences: [DivergenceSettings]

  /// The checked tree, for differences and for printing.
  let root: CheckedSection

  /// Reads a file.
  ///
  /// `environment` is what `${NAME}` refers to; `feeds` are the ones that a source may name.
  /// Throws: `ConfigError` with all that is wrong.
  public init(
    path: String, environment: [String: String], feeds: [any LiveFeed.Type] = Self.knownFeeds
  ) throws(ConfigError) {
    let bytes: [UInt8]
    do throws(FileText.Failure) {
      bytes = try FileText.bytes(path, limit: YamlLimits.documentBytes)
    } catch {
      throw ConfigError(
        [ConfigFinding(file: path, line: 0, column: 0, path: "", message: error.message)],
        isUnreadable: true)
    }
    try self.init(bytes, path: path, environment: environment, feeds: feeds)
  }

  /// Reads bytes as if they stood in a file of this path.
  public init(
    _ bytes: [UInt8], path: String, environment: [String: String],
    feeds: [any LiveFeed.Type] = Self.knownFeeds
  ) throws(ConfigError) {
    let checker = SchemaChecker(file: path, environment: environment, feeds: feeds)
    let (root, findings) = Self.checked(bytes, checker)
    guard findings.isEmpty else { throw ConfigError(Self.shortened(findings)) }
    self.init(root, path: path, feeds: feeds)
  }

  /// The feeds of the registry that have live sessions.
  public static var knownFeeds: [any LiveFeed.Type] {
    FeedRegistry.feeds.compactMap { $0 as? any LiveFeed.Type }
  }

  private static func checked(
    _ bytes: [UInt8], _ checker: consuming SchemaChecker
  ) -> (CheckedSection, [ConfigFinding]) {
    var checker = checker
    var root = CheckedSection(Schema.root)
    do throws(YamlError) {
      let document = try YamlDocument(bytes)
      for finding in document.findings { checker.find(finding.reason, finding.mark, "") }
      let start = YamlMark(line: 1, column: 1)
      root = checker.section(
        document.root ?? YamlNode(.mapping([]), mark: start), Schema.root, "")
      checker.complete(&root)
    } catch {
      checker.find(error.reason, error.mark, "")
    }
    return (root, checker.findings)
  }

  private static func shortened(_ findings: [ConfigFinding]) -> [ConfigFinding] {
    guard findings.count > ConfigLimits.findings else { return findings }
    var kept = Array(findings.prefix(ConfigLimits.findings))
    kept.append(
      ConfigFinding(
        file: kept[0].file, line: 0, column: 0, path: "",
        message: "and \(findings.count - kept.count) more"))
    return kept
  }
}

/// How everything is recorded.
public struct JournalConfiguration: Sendable, Equatable {
  public var root: String
  public var codec = JournalCodec()
  public var sync = SyncPolicy.interval(1_000_000_000)
  public var blockRecords: Int
  public var segmentBytes: UInt64
  public var rotation: SegmentRotation
  public var flushNanos: UInt64
  public var cpus: [Int]
  /// Whether the bytes as received are kept too.
  public var keepsRaw: Bool
}

/// What is said to the log.
public struct LogConfiguration: Sendable, Equatable {
  /// `debug`, `info`, `warning` or `error`.
  public var level: String
  /// `auto`, `logfmt` or `json`.
  public var format: String
  /// Nil for standard error.
  public var file: String?
}

/// Instruments that several sources have, and which one is heard.
public struct FallbackSettings: Sendable, Equatable {
  /// Canonical symbols.
  public var instruments: [String]
  /// Names of sources, the preferred one first.
  public var sources: [String]
  public var takeOverNanos: UInt64
  public var returnNanos: UInt64
}

/// Instruments whose prices are compared between sources.
public struct DivergenceSettings: Sendable, Equatable {
  /// Canonical symbols.
  public var instruments: [String]
  public var sources: [String]
  /// Price steps that are still the same price.
  public var ticks: Int
  public var seconds: Int
}

internal import Catalog
internal import Config
public import Engine
public import FeedKit
internal import FeedRegistry
internal import Lanes
internal import Net
internal import Sessions
internal import Sqlite

/// Why a configured run cannot begin, or cannot go on: what happened, to what, what to do.
public struct ControlError: Error, CustomStringConvertible, Sendable {
  public var what: String
  public var happened: String
  public var remedy: String

  public init(_ happened: String, what: String, remedy: String) {
    self.happened = happened
    self.what = what
    self.remedy = remedy
  }

  public var description: String { "\(happened): \(what): \(remedy)" }
}

/// A configuration as the pipeline takes it: sources with the ids of their instruments.
public struct LivePlan: Sendable {
  public var options: PipelineOptions
  public var sources: [SourceConfiguration]
  /// By source: what it asks for, with ids.
  public var instruments: [String: [LiveInstrument]] = [:]

  /// Gives every instrument its id from the symbol master at `master`, made there where it is new,
  /// so that a canonical symbol has one id at all sources and in all runs.
  ///
  /// Throws where the symbols contradict each other or the file cannot be used.
  init(
    _ configuration: Configuration, master: SymbolMaster, now: UInt64
  ) throws(ControlError) {
    options = Self.options(configuration)
    sources = []
    for source in configuration.sources {
      guard let feed = FeedRegistry.feed(named: source.feed) as? any LiveFeed.Type else {
        throw ControlError(
          "the feed has no live sessions", what: source.feed, remedy: "name another one")
      }
      let named = try Self.named(source, master: master, now: now)
      instruments[source.name] = named
      var live = LiveOptions(
        decoder: DecoderOptions(shards: options.shards), instruments: named,
        settings: source.revealedSettings(), policy: source.policy, source: source.name)
      live.health = source.health.policy
      live.hours = [source.hours]
      var entry = SourceConfiguration(
        name: source.name, feed: feed, input: .live(feed, host: source.host, live))
      entry.cpu = source.cpu
      entry.lanePolicy = source.lanePolicy
      sources.append(entry)
    }
    let listed = configuration.sources.flatMap { source in
      (instruments[source.name] ?? []).map { (source: source.name, instrument: $0) }
    }
    options.fallback = FallbackPlan(
      configuration,
      instrumentID: { canonical in
        listed.first { $0.instrument.canonical == canonical }?.instrument.instrumentID
      },
      tickSize: { canonical in
        let steps = listed.lazy.filter { $0.instrument.canonical == canonical }.map { entry in
          let listing = try? master.resolve(
            source: entry.source, symbol: entry.instrument.symbol, at: now)
          return listing?.details.tickSize ?? 0
        }
        return steps.first { $0 > 0 } ?? Self.usualTick
      })
  }

  /// The price step of an instrument that no upstream has described: 0.01.
  private static var usualTick: Int64 { 10_000_000 }

  private static func named(
    _ source: SourceSettings, master: SymbolMaster, now: UInt64
  ) throws(ControlError) -> [LiveInstrument] {
    do throws(CatalogError) {
      try master.setFeed(source.feed, of: source.name)
      let ids = try master.assign(
        source.instruments.map {
          SymbolDefinition(symbol: $0.symbol, canonical: $0.canonical)
        }, source: source.name, at: now)
      var named = source.instruments
      for index in named.indices { named[index].instrumentID = ids[index] }
      return named
    } catch {
      throw ControlError(
        "\(error)", what: "the symbol master, source \(source.name)",
        remedy: "look with millrace symbols verify")
    }
  }

  private static func options(_ configuration: Configuration) -> PipelineOptions {
    var options = PipelineOptions(instance: configuration.instance)
    options.shards = configuration.shards
    options.folder = configuration.folder
    options.ringLines = configuration.ringLines
    options.lanes.capacityLines = configuration.laneLines
    options.lanes.strategy = configuration.wait
    options.workerCPUs = configuration.workerCPUs
    options.outputs = []
    for name in configuration.outputs {
      if let output = ShardOutputs(name: name) { options.outputs.insert(output) }
    }
    if let journal = configuration.journal {
      var settings = JournalSettings(root: journal.root)
      settings.codec = journal.codec
      settings.sync = journal.sync
      settings.blockRecords = journal.blockRecords
      settings.segmentBytes = journal.segmentBytes
      settings.rotation = journal.rotation
      settings.flushNanos = journal.flushNanos
      settings.cpus = journal.cpus
      options.journal = settings
      options.capturesRaw = journal.keepsRaw
    }
    return options
  }
}

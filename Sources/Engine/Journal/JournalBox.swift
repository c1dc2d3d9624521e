internal import FeedKit
internal import Journal
internal import Lanes

/// Holds a journal's writer and lane between their opening and their thread.
final class JournalBox {
  let name: String
  let lane: BlockLane
  private var writer: JournalWriter?

  private init(
    shard: Int, settings: JournalSettings, options: JournalOptions
  ) throws(EngineError) {
    name = "journal-\(shard)"
    lane = BlockLane(blockRecords: settings.blockRecords, blockCount: settings.buffers)
    do throws(JournalError) {
      writer = try JournalWriter(options)
    } catch {
      throw .journal(error)
    }
  }

  /// The journals of all shards, none where nothing is recorded. Torn ends of earlier runs are
  /// recovered here.
  static func open(
    _ options: PipelineOptions, _ sources: [SourceConfiguration]
  ) throws(EngineError) -> [JournalBox] {
    guard let settings = options.journal else { return [] }
    let datasets = Set(sources.map { $0.feed.description.dataset })
    let dataset = datasets.count == 1 ? datasets.first ?? mixedDataset : mixedDataset
    let runID = UInt64.random(in: 1...UInt64.max)
    var boxes: [JournalBox] = []
    for shard in 0..<options.shards {
      boxes.append(
        try JournalBox(
          shard: shard, settings: settings,
          options: settings.options(
            shard: shard, shardCount: options.shards, instance: options.instance,
            dataset: dataset, runID: runID)))
    }
    return boxes
  }

  /// Dataset of a pipeline whose sources have several.
  private static var mixedDataset: String { "MIXED" }

  func take() -> JournalWriter? {
    var taken: JournalWriter? = nil
    swap(&taken, &writer)
    return taken
  }
}

public import Journal
public import Records

/// What is to be played: the shards of a journal, each with its files.
public struct ReplayPlan: Sendable {
  /// One shard of one dataset: it is played into a ring of its own.
  public struct Lane: Sendable {
    public let dataset: String
    public let shard: Int
    public let paths: [String]
  }

  /// In the order in which records of the same receive time are given out.
  public private(set) var lanes: [Lane] = []
  /// How many rings there are, and each lane's: its shard's number, where all are of one journal.
  public private(set) var ringCount = 1
  public private(set) var rings: [Int] = []
  /// The datasets' common name, or empty.
  public private(set) var dataset = ""
  /// The first receive time, ns, but for what is repeated from earlier; nil where there is none.
  public private(set) var firstTime: UInt64?
  public var query = JournalQuery()
  /// Damage that was seen on looking at the files.
  public private(set) var findings: [JournalFinding]

  /// Looks at files, days, datasets or roots. Throws for a path where nothing is, and for a named
  /// file that cannot be read.
  public init(paths: [String]) throws(JournalError) {
    let catalog = try JournalCatalog(paths: paths)
    findings = catalog.findings
    var order: [LaneKey] = []
    var files: [LaneKey: [String]] = [:]
    for segment in catalog.segments {
      let key = LaneKey(segment)
      if files[key] == nil { order.append(key) }
      files[key, default: []].append(segment.path)
    }
    order.sort()
    lanes = order.map { key in
      Lane(dataset: key.dataset, shard: key.shard, paths: files[key] ?? [])
    }
    let shards = lanes.map(\.shard)
    let announced = catalog.segments.map { Int(clamping: $0.header.shardCount) }.max() ?? 1
    // A header may state any number: as a ring's it is taken where it can be one.
    if Set(shards).count == shards.count, shards.allSatisfy({ $0 < Self.mostRings }) {
      rings = shards
      ringCount = min(max(announced, (shards.max() ?? 0) + 1), Self.mostRings)
    } else {
      rings = lanes.indices.map { $0 % Self.mostRings }
      ringCount = min(lanes.count, Self.mostRings)
    }
    for lane in lanes {
      guard let path = lane.paths.first, let time = try Self.firstLiveTime(path) else { continue }
      firstTime = min(firstTime ?? time, time)
    }
    let datasets = Set(lanes.map(\.dataset))
    dataset = datasets.count == 1 ? datasets.first ?? "" : ""
  }

  /// The least receive time of a segment's first block that repeats nothing; nil where it has none.
  private static func firstLiveTime(_ path: String) throws(JournalError) -> UInt64? {
    var reader = try SegmentReader(path: path)
    while let block = try reader.nextBlock() {
      guard !block.isRepeated else { continue }
      return block.hasReceiveTimes ? block.minTsRecv : nil
    }
    return nil
  }

  private static var mostRings: Int { 1024 }

  /// What all files together are, for a DBN stream of them.
  public func metadata() throws(JournalError) -> DBNMetadata {
    try JournalStream(paths: lanes.flatMap(\.paths), query: query).metadata
  }

  /// Opens all lanes; `listsTimes` where records are to be told their times.
  func open(listsTimes: Bool) throws(ReplayError) -> ReplayMerge {
    var opened: [ReplayLane] = []
    var query = query
    query.listsTimes = listsTimes || lanes.count > 1
    do throws(JournalError) {
      for (index, lane) in lanes.enumerated() {
        opened.append(
          ReplayLane(try LaneCursor(ring: rings[index], paths: lane.paths, query: query)))
      }
    } catch {
      throw .journal(error)
    }
    return ReplayMerge(opened)
  }
}

/// What tells the lanes of a journal apart, in the order of `JournalStream`.
private struct LaneKey: Hashable, Comparable {
  let dataset: String
  let shard: Int
  /// The journal's root, or the path of a file outside of a journal's tree.
  let place: String

  init(_ segment: JournalCatalog.Segment) {
    dataset = segment.header.dataset
    shard = Int(clamping: segment.header.shard)
    place = segment.root.isEmpty ? segment.path : segment.root
  }

  static func < (one: LaneKey, other: LaneKey) -> Bool {
    (one.dataset, one.shard, one.place) < (other.dataset, other.shard, other.place)
  }
}

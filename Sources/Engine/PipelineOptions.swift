public import FeedKit
public import FeedRegistry
public import Lanes
public import Net

/// Where a source's bytes come from.
public enum SourceInput: Sendable {
  /// A capture or a file of messages, plain or gzip, as it was recognised.
  case file(InputRecognition)
  /// Datagrams on one to three lines of the same feed; `reRequest` is the server for missing ones.
  case udp(lines: [Endpoint], reRequest: Endpoint?)
  /// A SoupBinTCP session, taken up again where it was lost.
  case soup(server: Endpoint, SoupBinTCPClient.Options)
  /// Raw captures of one source in the order of their times, decoded once more.
  case raw(paths: [String])
  /// A session with an upstream, kept alive and taken up again for as long as the pipeline runs.
  case live(any LiveFeed.Type, host: String, LiveOptions)
  /// Messages in memory, each taken when it is due: for measurements.
  case paced(PacedFrames)
}

/// One source: a feed, its input, and how its reader thread behaves.
public struct SourceConfiguration: Sendable {
  public var name: String
  public var feed: any Feed.Type
  public var input: SourceInput
  public var gaps: GapPolicy
  /// UTC time of midnight in New York on the trading day, ns, for feeds that count from it.
  public var midnight: UInt64
  /// CPU that the reader thread is bound to.
  public var cpu: Int?
  /// Whether the reader spins on its sockets instead of sleeping in the kernel.
  public var busyPolls: Bool
  public var socketBufferBytes: Int
  /// What this source's lanes do when they are full; nil for what the pipeline's options say.
  public var lanePolicy: LanePolicy?

  public init(
    name: String, feed: any Feed.Type, input: SourceInput, gaps: GapPolicy = GapPolicy(),
    midnight: UInt64 = 0, cpu: Int? = nil, busyPolls: Bool = false,
    socketBufferBytes: Int = 8 << 20, lanePolicy: LanePolicy? = nil
  ) {
    self.name = name
    self.feed = feed
    self.input = input
    self.gaps = gaps
    self.midnight = midnight
    self.cpu = cpu
    self.busyPolls = busyPolls
    self.socketBufferBytes = socketBufferBytes
    self.lanePolicy = lanePolicy
  }
}

/// Which threads a pipeline has.
public enum PipelineLayout: String, Sendable, CaseIterable {
  /// Readers and workers have threads of their own, with lanes between them.
  case split
  /// The reader of the one source steps the workers itself: a hop and a core less. What the workers
  /// do then takes its time from the reading.
  case inline
}

extension SourceConfiguration {
  /// Whether receive times are of now: neither a file, nor a capture that is decoded once more, nor
  /// the lab's due times.
  /// Whether it is a live session.
  var isSession: Bool {
    if case .live = input { true } else { false }
  }

  var isLive: Bool {
    switch input {
    case .udp, .soup, .live: true
    case .file, .raw, .paced: false
    }
  }
}

/// How a pipeline is built.
public struct PipelineOptions: Sendable {
  /// Name of the instance: its folder under /dev/shm/millrace, and how `status` and `tail` find it.
  public var instance: String
  public var verb: String
  public var shards: Int
  public var lanes: LaneOptions
  public var outputs: ShardOutputs
  /// Lines of each shard's ring in shared memory, a power of two.
  public var ringLines: Int
  /// CPUs of the workers, by shard; fewer than shards leaves the others free.
  public var workerCPUs: [Int]
  /// Open orders that each book table has room for from the start.
  public var expectedOrders: Int
  /// Whether the decoder may use wide instructions.
  public var usesWideInstructions: Bool
  /// Folder of the rings and counters.
  public var folder: String?
  /// How everything is recorded; nil for no journal.
  public var journal: JournalSettings?
  /// What is measured of the stages, and how often it stands in the stream.
  public var latency: LatencyOptions
  /// Whether what live sources receive is kept as it was received, below the journal's root.
  public var capturesRaw: Bool
  /// Inline takes exactly one source, and its lanes lose nothing, whatever their policy says.
  public var layout: PipelineLayout
  /// Instruments that may come from several sources; nil for none. With the inline layout, which
  /// has one source, it has no effect.
  public var fallback: FallbackPlan?
  /// Functions of this process that get the records, each with its own name.
  public var subscribers: [PipelineSubscriber]
  /// What the latency lab records; nil in production.
  public var lab: LabProbe?

  public init(instance: String = "default", verb: String = "run") {
    self.instance = instance
    self.verb = verb
    shards = 1
    lanes = LaneOptions(capacityLines: 4096)
    outputs = [.books, .mbp1]
    ringLines = 1 << 16
    workerCPUs = []
    expectedOrders = 0
    usesWideInstructions = true
    folder = nil
    journal = nil
    latency = LatencyOptions()
    capturesRaw = false
    layout = .split
    fallback = nil
    subscribers = []
    lab = nil
  }
}

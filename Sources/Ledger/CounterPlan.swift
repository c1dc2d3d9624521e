/// Which blocks a counters file has: drawn up before the threads start, fixed afterwards.
public struct CounterPlan: Sendable {
  /// A block of counters that some thread will claim.
  struct Block: Sendable {
    var scope: CounterScope
    var major: UInt32
    var minor: UInt32
    var name: String
    var wordCount: Int
    var capacityRecords: UInt64
    var batchRecords: UInt64
  }

  private(set) var blocks: [Block] = []
  private let rejectReasons: [String]
  private let disconnectCauses: [String]
  private let healthNames: [String]

  /// A plan with the instance's own block; `rejectReasons` are the names of the reject reasons from
  /// 0 on, and so are the others.
  public init(
    rejectReasons: [String], disconnectCauses: [String] = [], healthNames: [String] = []
  ) {
    self.rejectReasons = rejectReasons
    self.disconnectCauses = Array(disconnectCauses.prefix(16))
    self.healthNames = Array(healthNames.prefix(8))
    add(.instance, 0, 0, "instance", batchRecords: 0)
  }

  /// Adds source `index`.
  ///
  /// - Parameters:
  ///   - name: as reports show it, "itch-a".
  ///   - batchRecords: the most records that the reader makes between two publications of its
  ///     blocks. While it runs, equations that span blocks may differ by that much.
  public mutating func addSource(_ index: Int, name: String, batchRecords: Int) {
    precondition(index >= 0 && index < LedgerLimits.sources, "source \(index) exceeds the limit")
    add(.source, index, 0, name, batchRecords: batchRecords)
  }

  /// Adds the lane from a source to a shard.
  ///
  /// - Parameters:
  ///   - capacityRecords: the most records that it can hold; nil where older records give way, for
  ///     then it may be long until the worker notices what it has missed.
  ///   - batchRecords: as for its source.
  public mutating func addLane(
    source: Int, shard: Int, capacityRecords: Int?, batchRecords: Int
  ) {
    add(
      .lane, source, shard, "lane-\(source)-\(shard)", capacityRecords: capacityRecords ?? .max,
      batchRecords: batchRecords)
  }

  /// Adds shard `index`; `batchRecords` is the most records that the worker takes or adds between
  /// two publications.
  public mutating func addShard(_ index: Int, name: String, batchRecords: Int) {
    add(.shard, index, 0, name, batchRecords: batchRecords)
  }

  /// Adds an outlet of a shard: `index` tells the outlets of one shard apart; `capacityRecords` is
  /// the most records between the worker and an outlet with a thread of its own.
  public mutating func addOutlet(
    shard: Int, index: Int, name: String, capacityRecords: Int = 0, batchRecords: Int
  ) {
    add(
      .outlet, shard, index, name, capacityRecords: capacityRecords, batchRecords: batchRecords)
  }

  /// Adds the stage latencies of a thread: `index` is free, `name` is the thread's.
  public mutating func addLatency(_ index: Int, name: String) {
    add(.latency, index, 0, name, batchRecords: 0)
  }

  /// Adds the live session of source `index`.
  public mutating func addSession(_ index: Int, name: String) {
    add(.session, index, 0, name, batchRecords: 0)
  }

  private mutating func add(
    _ scope: CounterScope, _ major: Int, _ minor: Int, _ name: String, capacityRecords: Int = 0,
    batchRecords: Int
  ) {
    precondition(
      find(scope, major, minor) == nil, "\(scope.name) \(major), \(minor) is planned already")
    let words = CounterTable.definitions(of: scope).reduce(0) { $0 + $1.wordCount }
    blocks.append(
      Block(
        scope: scope, major: UInt32(major), minor: UInt32(minor), name: name, wordCount: words,
        capacityRecords: UInt64(capacityRecords), batchRecords: UInt64(batchRecords)))
  }

  func find(_ scope: CounterScope, _ major: Int, _ minor: Int) -> Int? {
    blocks.firstIndex { $0.scope == scope && $0.major == major && $0.minor == minor }
  }

  /// Names of array elements: (counter, element, name).
  var labels: [(CounterID, Int, String)] {
    func named(_ id: CounterID, _ names: [String]) -> [(CounterID, Int, String)] {
      names.enumerated().map { (id, $0.offset, $0.element) }
    }
    let stages = CounterTable.definitions(of: .latency).flatMap { named($0.id, Stage.names) }
    let sources = blocks.filter { $0.scope == .source }.map {
      (CounterID.dropped, Int($0.major), $0.name)
    }
    return named(.rejected, Array(rejectReasons.prefix(32))) + named(.lost, LossCause.names)
      + stages + sources + named(.disconnects, disconnectCauses)
      + named(.instrumentHealth, healthNames)
  }
}

/// Who writes a counters file.
public struct InstanceIdentity: Sendable, Equatable {
  /// The instance's name.
  public var instance: String
  /// The program's version.
  public var version: String
  /// The verb of the command line; never its arguments, which may hold secrets.
  public var verb: String

  public init(instance: String, version: String, verb: String) {
    self.instance = instance
    self.version = version
    self.verb = verb
  }
}

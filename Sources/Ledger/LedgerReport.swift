/// A snapshot and the verdict on it, as text, JSON or metrics.
///
/// All three walk over the counters that the file brings along, so that they also show those of
/// another version.
public struct LedgerReport: Sendable {
  /// What is reported.
  public let snapshot: CounterSnapshot
  /// The equations that do not hold.
  public let violations: [Ledger.Violation]

  /// Checks the snapshot; `quiesced` as for `Ledger.check`.
  public init(_ snapshot: CounterSnapshot, quiesced: Bool) {
    self.snapshot = snapshot
    violations = Ledger.check(snapshot, quiesced: quiesced)
  }

  /// Whether every message is accounted for.
  public var isBalanced: Bool { violations.isEmpty }

  /// What the instance is doing: running, stopped, or died (running, but its process is gone).
  public var stateName: String {
    snapshot.state == .running && !snapshot.writerIsAlive ? "died" : snapshot.state.name
  }

  /// The scopes that the file has blocks of, in the order of their numbers.
  var scopes: [CounterScope] {
    Set(snapshot.blocks.map(\.scope)).sorted { $0.rawValue < $1.rawValue }
  }

  /// The blocks of one scope, in the order of the file.
  public func blocks(of scope: CounterScope) -> [BlockSnapshot] {
    snapshot.blocks.filter { $0.scope == scope }
  }

  func entries(of scope: CounterScope) -> [CounterCatalog.Entry] {
    snapshot.catalog.byScope[scope] ?? []
  }

  /// What tells a block from the others of its scope: pairs of label and name.
  public func labels(of block: BlockSnapshot) -> [(label: String, name: String)] {
    switch block.scope {
    case .instance: []
    case .source, .session: [("source", block.name)]
    case .shard: [("shard", block.name)]
    case .lane:
      [("source", name(.source, block.major)), ("shard", name(.shard, block.minor))]
    case .outlet: [("shard", name(.shard, block.major)), ("outlet", block.name)]
    case .latency: [("thread", block.name)]
    default: [("block", block.name)]
    }
  }

  private func name(_ scope: CounterScope, _ major: Int) -> String {
    snapshot.block(scope, major)?.name ?? String(major)
  }
}

public import Ledger
public import Logging
public import Sessions

/// A figure that is watched, and where it stands.
public struct WatchStatus: Sendable, Equatable {
  /// Stable: `latency_p99.decode`.
  public var name: String
  public var level: ThresholdLevel
  /// The figure as people read it, with its unit and the limits.
  public var text: String
  /// The figure in its base unit (seconds, bytes, per second), for metrics.
  public var value: Double
  /// When the level began, Unix ns.
  public var since: UInt64

  public init(name: String, level: ThresholdLevel, text: String, value: Double, since: UInt64) {
    self.name = name
    self.level = level
    self.text = text
    self.value = value
    self.since = since
  }
}

/// All that the control thread knows, published about once a second for the pages and commands.
public struct ControlSnapshot: Sendable {
  /// Unix ns.
  public var takenAt: UInt64
  public var sessions: [SessionView]
  public var watches: [WatchStatus]
  public var process: ProcessSample
  public var log: Log.Counts
  /// The counters file's content and the verdict on it; nil where it could not be read.
  public var report: LedgerReport?
  /// Further reasons for not being ready ("the gap ledger cannot be written: disk full"), and
  /// warnings; whoever fills the snapshot adds them.
  public var troubles: [String] = []
  public var warnings: [String] = []
  /// Files that the process keeps: the gap ledger, the journal's folder; name and path.
  public var files: [(name: String, path: String)] = []

  public init(
    takenAt: UInt64, sessions: [SessionView], watches: [WatchStatus] = [],
    process: ProcessSample = ProcessSample(),
    log: Log.Counts = Log.Counts(), report: LedgerReport? = nil
  ) {
    self.takenAt = takenAt
    self.sessions = sessions
    self.watches = watches
    self.process = process
    self.log = log
    self.report = report
  }

  /// Why the process cannot be relied upon; empty where it can.
  ///
  /// Each source must deliver (degraded does) and not be dead, every message must be accounted for,
  /// and what stores must be able to write.
  public var unreadiness: [String] {
    var reasons = sessions.compactMap(\.unreadiness)
    if let report {
      reasons += report.violations.map { "the ledger is not balanced: \($0)" }
      for outlet in report.blocks(of: .outlet) where outlet[.failingSince] > 0 {
        reasons.append("\(outlet.name) cannot write; its records are lost meanwhile")
      }
    } else {
      reasons.append("the counters cannot be read")
    }
    return reasons + troubles
  }

  /// What deserves a look although the process is ready.
  public var cautions: [String] {
    sessions.flatMap(\.warnings)
      + watches.filter { $0.level > .normal }.map { "\($0.name) is \($0.level.name): \($0.text)" }
      + warnings
  }
}

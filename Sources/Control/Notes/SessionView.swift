public import Sessions

/// What the control plane knows of one session, from its notes alone.
public struct SessionView: Sendable {
  /// An instrument that is asked for and does not come.
  public struct Unserved: Sendable, Equatable {
    public var instrument: UInt32
    public var symbol: String
    /// The upstream's number, 0 where it said nothing.
    public var code: Int
    public var text: String
    /// Unix ns.
    public var since: UInt64
  }

  /// The health of an instrument that is not as it should be.
  public struct Ailing: Sendable, Equatable {
    public var instrument: UInt32
    public var health: Health
    public var evidence: String
    public var since: UInt64
  }

  /// A hole that lasts.
  public struct OpenGap: Sendable, Equatable {
    /// Unix ns: nothing after this time is known to be there.
    public var from: UInt64
    public var cause: DisconnectCause
  }

  public let source: String
  public internal(set) var state = SessionState.idle
  /// When the state began, Unix ns.
  public internal(set) var since: UInt64 = 0
  public internal(set) var epoch: UInt32 = 0
  /// Why the last connection ended, in a word and in words.
  public internal(set) var cause = DisconnectCause.none
  public internal(set) var text = ""
  public internal(set) var circuit = CircuitState.closed
  public internal(set) var health = Health.unknown
  public internal(set) var evidence = ""
  public internal(set) var openGap: OpenGap?
  /// Holes that have ended, and the time that all of them took, ns.
  public internal(set) var gaps: UInt64 = 0
  public internal(set) var gapNanos: UInt64 = 0
  public internal(set) var missing: UInt64 = 0
  public internal(set) var backfilledRecords: UInt64 = 0
  public internal(set) var backfillFailures: UInt64 = 0
  public internal(set) var rejected: UInt64 = 0
  public internal(set) var notesDropped: UInt64 = 0
  public internal(set) var reconnectAlarms: UInt64 = 0
  /// The upstream's clock minus ours, ns; nil where it does not tell.
  public internal(set) var clockOffset: Int64?
  public internal(set) var delayedSeconds = 0
  /// Parts of the upstream that are broken, sorted.
  public internal(set) var brokenParts: [String] = []
  /// The upstream's last words.
  public internal(set) var notice: (code: Int, text: String, time: UInt64)?

  var unservedByID: [UInt32: Unserved] = [:]
  var ailingByID: [UInt32: Ailing] = [:]
  /// Those beyond the limit of the tables.
  public internal(set) var unlisted: UInt64 = 0

  init(source: String) { self.source = source }

  /// Instruments that do not come, in the order of their ids; `ControlLimits.listedInstruments` at
  /// most.
  public var unserved: [Unserved] {
    unservedByID.values.sorted { $0.instrument < $1.instrument }
  }

  /// Suspicious and dead instruments, the worst first.
  public var ailing: [Ailing] {
    ailingByID.values.sorted {
      ($0.health.rawValue, $1.instrument) > ($1.health.rawValue, $0.instrument)
    }
  }

  /// Why the session does not deliver as it should; nil where it does.
  ///
  /// Degraded delivers; subscribing does not count yet, for nothing is verified.
  public var unreadiness: String? {
    if state == .live || state == .degraded {
      guard health == .dead else { return nil }
      return "source \(source): the feed is dead" + (evidence.isEmpty ? "" : ": \(evidence)")
    }
    let why = cause == .none ? "" : " after \(cause.name)" + (text.isEmpty ? "" : ": \(text)")
    return "source \(source): \(state.name)\(why)"
  }

  /// What is not as it should be, although the session delivers.
  public var warnings: [String] {
    var found: [String] = []
    if state == .degraded { found.append("degraded" + (text.isEmpty ? "" : ": \(text)")) }
    if health == .suspicious { found.append("suspicious: \(evidence)") }
    if !brokenParts.isEmpty { found.append("broken: \(brokenParts.joined(separator: ", "))") }
    let count = unservedByID.count
    if count > 0 { found.append("\(count) instruments are not served") }
    if delayedSeconds > 0 { found.append("the upstream's data is \(delayedSeconds) s late") }
    return found.map { "source \(source): \($0)" }
  }
}

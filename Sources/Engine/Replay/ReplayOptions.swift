public import Journal
public import Ledger
public import Net
public import SharedMemory

/// How fast a replay goes.
public enum ReplayPace: Equatable, Sendable {
  /// So many times as fast as the records came; 1 is as they came.
  case speed(Double)
  /// So many records per second, evenly.
  case rate(Double)
  /// As fast as the outlet takes them.
  case unlimited
}

/// How a journal is played.
public struct ReplayOptions: Sendable {
  public var pace = ReplayPace.speed(1)
  /// Which of the records' times `speed` keeps.
  public var clock = ReplayClock.receive
  /// Longer pauses between records are cut to this, ns of the journal; none is where it is `.max`.
  public var longestPauseNanos = UInt64.max
  /// What was received before this is not waited for, ns since the Unix epoch: mappings and
  /// definitions from before the part that is played.
  public var firstReceiveNanos: UInt64 = 0
  /// Time between opening the outlet and the first record, ns, for readers to attach.
  public var startDelayNanos: UInt64 = 0
  /// CPU that the giving thread is bound to.
  public var cpu: Int?
  /// Before a record is due the thread sleeps; this long it looks at the clock instead, ns. The
  /// kernel wakes a thread some 50 µs late.
  public var spinNanos: UInt64 = 100_000

  public init() {}
}

/// What keeps a journal from being played, or breaks it off.
public enum ReplayError: Error, CustomStringConvertible {
  case journal(JournalError)
  case sharedMemory(SharedMemoryError)
  case counters(CounterFileError)
  case net(NetError)
  /// A thread could not be started.
  case thread(String)
  /// The reader of the output has gone.
  case closedOutput
  /// Writing the output failed.
  case output(String)

  public var description: String {
    switch self {
    case .journal(let error): error.description
    case .sharedMemory(let error): "\(error)"
    case .counters(let error): "\(error)"
    case .net(let error): error.description
    case .thread(let text): text
    case .closedOutput: "the reader of the output has gone"
    case .output(let reason): "writing failed: \(reason)"
    }
  }
}

/// Where replayed records go.
///
/// All but `init` is called by the replay's own thread, `finish` at the end as the last one. The
/// records are whole and lie back to back; which lane they belong to is the ring's number.
public protocol ReplayOutlet: AnyObject, Sendable {
  /// Takes records that are due.
  func publish(_ records: RawSpan, recordCount: Int, ring: Int) throws(ReplayError)
  /// Everything that is due now was taken: whoever gathers, sends.
  func flush(nowNanos: UInt64) throws(ReplayError)
  /// Nothing is due; called some twenty times a second.
  func idle(nowNanos: UInt64) throws(ReplayError)
  /// No more will come.
  func finish(nowNanos: UInt64) throws(ReplayError)
}

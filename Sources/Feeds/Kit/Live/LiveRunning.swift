public import Ledger
public import Sessions
public import Zones

/// The way of one source from its live session into the lanes. Called by its reader thread once per
/// chunk of bytes, never per message.
public protocol LiveRunning: SourceAccount {
  /// The connections wanted, channel 0 first.
  var channels: [LiveChannel] { get }

  /// Where the session stands.
  var state: SessionState { get }

  /// Begins to connect.
  func start(now: UInt64)

  /// What to do next: opens, closes, and waits are the caller's; all else is done already and lies
  /// in `report.output`.
  func next(now: UInt64, tsRecv: UInt64) -> SessionAction

  /// All vital channels stand, or an auxiliary one does.
  func opened(channel: Int, now: UInt64, tsRecv: UInt64)

  /// Decodes from the front of `bytes`; gives the bytes consumed.
  func read(_ bytes: RawSpan, channel: Int, now: UInt64, tsRecv: UInt64) -> Int

  /// The transport broke.
  func lost(_ cause: DisconnectCause, text: String, now: UInt64, tsRecv: UInt64)

  /// Ends the session in order.
  func stop(now: UInt64, tsRecv: UInt64)

  /// An operator closes the open circuit.
  func resetCircuit(now: UInt64)

  /// An instrument of the session is wanted, or no longer.
  func want(instrument: UInt32, _ isWanted: Bool, now: UInt64)

  /// Judges silence in another way from now on; what was learnt of the rhythms is forgotten.
  func judge(by policy: HealthPolicy, hours: [TradingHours])

  /// Looks after silence: once a turn, it does its share when it is due.
  func look(now: UInt64, tsRecv: UInt64)

  /// Bytes to be sent on the channel since the last call.
  func takeOutput(channel: Int, into bytes: inout [UInt8])

  /// What has happened since the last call, for log, gap ledger and status. Bounded.
  func takeNotes() -> [LiveNote]

  /// Brings the ledger's counters of the session up to date. Allocates nothing.
  func update(_ counters: inout SessionCounters)
}

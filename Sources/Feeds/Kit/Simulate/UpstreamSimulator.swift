/// A port that a simulated upstream serves.
public struct UpstreamPort: Sendable, Equatable {
  /// Lower case, for options (`--port level1=5009`), fault scripts and logs.
  public var name: String
  /// The port that the real program listens at.
  public var usual: UInt16
  /// What it serves, a few words.
  public var summary: String

  public init(_ name: String, _ usual: UInt16, _ summary: String) {
    self.name = name
    self.usual = usual
    self.summary = summary
  }
}

/// What a simulator has to know before it starts.
public struct SimulatorOptions: Sendable, Equatable {
  /// The same seed, symbols and times give the same bytes.
  public var seed: UInt64 = 1
  /// The instruments by name; where it is empty, `symbolCount` instruments of the simulator's own.
  public var symbols: [String] = []
  public var symbolCount = 100
  /// Market events a second over all instruments.
  public var rate = 1_000.0
  /// When the simulated market begins, Unix ns.
  public var start: UInt64 = 0
  /// Trades that can be looked up later; older ones are forgotten.
  public var historyTrades = 1 << 20
  /// Most instruments that a login may watch; nil for the upstream's own usual limit.
  public var linesLimit: Int?
  /// Settings of this simulator, by the names that its type lists.
  public var settings: [String: String] = [:]

  public init() {}
}

/// Options that a simulator cannot work with.
public struct SimulatorError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong and what to write instead.
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// A client of a simulated upstream.
public struct SimulatorConnection: Sendable, Equatable {
  /// A small number; used again after `closed`.
  public var id: Int
  /// Index into the simulator's `ports`.
  public var port: Int
  /// The fault script says that this login is refused.
  public var deniesAuthentication = false
  /// The fault script says that the server speaks another version than it is asked for.
  public var hasWrongVersion = false

  public init(id: Int, port: Int) {
    self.id = id
    self.port = port
  }
}

/// An upstream that speaks its real protocol to any client: bytes in, bytes out, time in.
///
/// Pure: no socket, no clock, no file. `FaultyUpstream` drives it and injects the transport's
/// faults; the engine's `SimulatedUpstream` joins that to TCP sockets. Times are Unix ns of the
/// simulated world and never go back. Whatever a client sends, the simulator lives on. One thread.
public protocol UpstreamSimulator: AnyObject {
  /// What it listens at, in the order of `SimulatorConnection.port`.
  static var ports: [UpstreamPort] { get }
  /// One line for `--help`, without a full stop.
  static var summary: String { get }
  /// Its own settings for `--set`: name and one sentence each.
  static var settings: [(name: String, help: String)] { get }

  init(_ options: SimulatorOptions) throws(SimulatorError)

  /// The instruments that it has with these options, as a session asks for them; ids 1, 2, 3 ...
  static func instruments(
    _ options: SimulatorOptions
  ) throws(SimulatorError) -> [LiveInstrument]

  /// A client has connected: a greeting may go out.
  func opened(_ connection: SimulatorConnection, now: UInt64, _ wire: SimulatorWire)

  /// Bytes of a client, from the first one that was not consumed on; answers how many are consumed.
  func received(_ bytes: RawSpan, on connection: Int, now: UInt64, _ wire: SimulatorWire) -> Int

  /// The client is gone, or was cut off.
  func closed(_ connection: Int, now: UInt64)

  /// Does all that is due until `now`.
  func advance(now: UInt64, _ wire: SimulatorWire)

  /// When `advance` has something to do next; `UInt64.max` for never.
  func deadline(after now: UInt64) -> UInt64

  /// The upstream's own link to its servers breaks or is back.
  func upstreamLink(isUp: Bool, now: UInt64, _ wire: SimulatorWire)

  /// The market runs at `factor` times its rate from now on.
  func pace(factor: Double, now: UInt64)

  /// Makes a message malformed, in a way that this protocol's clients may meet; says which way.
  func spoil(_ message: inout [UInt8], _ random: inout SimulationRandom) -> String

  /// Market events made so far.
  var events: UInt64 { get }

  /// Whether it is to write down what it sends, for those who judge clients by it.
  var isTelling: Bool { get set }

  /// What it wrote down since the last call: lines of JSON, one a message. Empty where it cannot.
  func takeTruth() -> [UInt8]
}

extension UpstreamSimulator {
  public static var settings: [(name: String, help: String)] { [] }

  public static func instruments(
    _ options: SimulatorOptions
  ) throws(SimulatorError) -> [LiveInstrument] {
    try SimulatedInstrument.list(options).enumerated().map { number, instrument in
      LiveInstrument(instrumentID: UInt32(number + 1), symbol: instrument.symbol)
    }
  }

  public var isTelling: Bool {
    get { false }
    set {}
  }

  public func takeTruth() -> [UInt8] { [] }
}

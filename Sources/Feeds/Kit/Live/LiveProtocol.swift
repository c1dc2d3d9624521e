public import Lanes
public import Sessions
public import Wire
public import Zones

/// What a live protocol is made with.
public struct LiveOptions: Sendable {
  public var decoder: DecoderOptions
  public var instruments: [LiveInstrument]
  /// Values of the feed's `LiveFeed.settings`, checked; those left out have their defaults.
  public var settings: [String: String]
  public var policy: SessionPolicy
  /// Name of the source, in records and notes.
  public var source: String
  /// From when on silence means something.
  public var health = HealthPolicy()
  /// When the instruments trade; empty for always.
  public var hours: [TradingHours] = []

  public init(
    decoder: DecoderOptions, instruments: [LiveInstrument], settings: [String: String] = [:],
    policy: SessionPolicy = SessionPolicy(), source: String = ""
  ) {
    self.source = source
    self.decoder = decoder
    self.instruments = instruments
    self.settings = settings
    self.policy = policy
  }
}

/// Times and numbers of one `read`.
public struct LiveContext: Sendable {
  /// Receive time, Unix ns.
  public var tsRecv: UInt64
  /// Monotonic ns.
  public var now: UInt64
  /// The connection's number, from 1. It is the `sequence` of every record whose upstream numbers
  /// nothing, so that each record says which connection it came by.
  public var epoch: UInt32

  public init(tsRecv: UInt64, now: UInt64, epoch: UInt32) {
    self.tsRecv = tsRecv
    self.now = now
    self.epoch = epoch
  }
}

/// What a `read` has done: bytes consumed from the front, messages among them (decoded, ignored or
/// rejected; what is left is the beginning of a message).
public struct LiveProgress: Sendable {
  public var consumed: Int
  public var messages: Int

  public init(consumed: Int = 0, messages: Int = 0) {
    self.consumed = consumed
    self.messages = messages
  }
}

/// What comes out of a `read` beside records; reused from call to call, so that it allocates only
/// while it grows.
public struct LiveReport: Sendable {
  public var events: [LiveEvent] = []
  /// Rejected messages of this read, as ranges of its bytes: they go into quarantine.
  public var poison: [(range: Range<Int>, reason: RejectReason)] = []
  /// Bytes to be sent, by channel.
  public var output: [[UInt8]]

  public init(channels: Int) { output = Array(repeating: [], count: channels) }

  /// Poison that is kept of one read; all is counted.
  public static var poisonLimit: Int { 16 }

  public mutating func addPoison(_ range: Range<Int>, _ reason: RejectReason) {
    if poison.count < Self.poisonLimit { poison.append((range, reason)) }
  }
}

/// Trades of an instrument that are wanted from the upstream's history.
public struct BackfillRequest: Sendable, Equatable {
  /// Chosen by the session, unique within the process.
  public var id: UInt32
  /// The instrument's place in the list.
  public var index: Int
  /// Unix ns: the first instant wanted, and the first not wanted.
  public var from: UInt64
  public var to: UInt64

  public init(id: UInt32, index: Int, from: UInt64, to: UInt64) {
    self.id = id
    self.index = index
    self.from = from
    self.to = to
  }
}

/// One TCP connection of an upstream.
public struct LiveChannel: Sendable, Equatable {
  /// `level1`, as the configuration names its port.
  public var name: String
  public var port: UInt16
  /// Whether the session is lost with it. Others are opened again by themselves.
  public var isVital: Bool

  public init(name: String, port: UInt16, isVital: Bool = true) {
    self.name = name
    self.port = port
    self.isVital = isVital
  }
}

/// An upstream's wire protocol, driven by a session: bytes and times in; records, bytes to send and
/// events out. It does no I/O, reads no clock, and keeps no state across connections but the
/// instruments: `opened` on channel 0 starts it over.
///
/// Owned by one reader thread.
public protocol LiveProtocol: ~Copyable {
  init(_ options: LiveOptions)

  /// The connections wanted for these options, channel 0 first. Constant.
  var channels: [LiveChannel] { get }

  /// When each instrument was last heard; `read` keeps it.
  var activity: LiveActivity { get }

  /// The transport of a channel stands.
  mutating func opened(channel: Int, context: LiveContext, report: inout LiveReport)

  /// Decodes whole messages from the front of `bytes`.
  ///
  /// Every message counts once in `counters`: decoded where it became a record or changed state,
  /// ignored by its type, or rejected with a reason (and noted as poison). Allocates nothing in
  /// steady state.
  mutating func read(
    _ bytes: RawSpan, channel: Int, context: LiveContext, into lanes: inout LaneWriter,
    counters: inout DecodeCounters, report: inout LiveReport
  ) -> LiveProgress

  /// How many requests a subscription of this instrument is, for pacing.
  func requests(index: Int) -> Int

  /// Asks for all that is wanted of the instrument. `LiveEvent.confirmed` follows each time, once
  /// the upstream has sent something of it.
  mutating func subscribe(index: Int, context: LiveContext, report: inout LiveReport)

  /// Gives the instrument up.
  mutating func unsubscribe(index: Int, context: LiveContext, report: inout LiveReport)

  /// Asks for a sign of life.
  mutating func keepAlive(context: LiveContext, report: inout LiveReport)

  /// Asks for trades of the past; false where the upstream has none of it. The records carry
  /// `Flags.snapshot`; `LiveEvent.backfilled` ends it.
  mutating func backfill(
    _ request: BackfillRequest, context: LiveContext, report: inout LiveReport
  ) -> Bool

  /// Says goodbye, where the protocol has a word for it.
  mutating func logOut(report: inout LiveReport)
}

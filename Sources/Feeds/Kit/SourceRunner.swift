public import Ledger

/// What one source needs to know.
public struct RunnerOptions: Sendable {
  public var decoder: DecoderOptions
  public var gaps: GapPolicy

  public init(decoder: DecoderOptions, gaps: GapPolicy = GapPolicy()) {
    self.decoder = decoder
    self.gaps = gaps
  }
}

/// What a reader thread accounts for once per batch, whatever its source is.
public protocol SourceAccount: AnyObject {
  /// The input is over: what is missing is lost.
  func finish(tsRecv: UInt64)

  /// Wakes the shards that got records. Once per batch.
  func flush()

  /// Brings the ledger's counters of this source up to date. Allocates nothing: once per batch.
  func update(_ counters: inout SourceCounters)

  /// Brings the ledger's counters of the lane to `shard` up to date.
  func update(_ counters: inout LaneCounters, shard: Int)

  /// What became of the source's messages so far. For reports: allocates.
  var report: SourceReport { get }
}

/// The way of one source from its bytes into the lanes: arbitration, decoder, gap records. Called
/// by its reader thread once per datagram or chunk, never per message, so that the call through the
/// existential costs nothing that shows.
public protocol SourceRunner: SourceAccount {
  /// One datagram of any line. `now` is monotonic, `tsRecv` since the Unix epoch, both in ns.
  /// `isAnswer` marks answers of a re-request server.
  func receive(_ datagram: RawSpan, tsRecv: UInt64, now: UInt64, isAnswer: Bool)

  /// A chunk of a file of messages: consumes whole messages and gives the bytes consumed. A last
  /// message that is cut off is rejected where `isLast`.
  func readFile(_ bytes: RawSpan, framing: FileFraming, tsRecv: UInt64, isLast: Bool) -> Int

  /// Takes messages from memory as they become due, spinning in between; gives control back now and
  /// then (`PacedReader.wantsAccount`), and after each group where it hands over.
  func readPaced(_ pace: inout PacedReader)

  /// One message whose number the transport knows (SoupBinTCP).
  func message(_ bytes: RawSpan, from start: Int, to end: Int, sequence: UInt64, tsRecv: UInt64)

  /// Records messages `first ... last` as lost: for transports that do not go through arbitration.
  func recordLoss(sessionName: String, first: UInt64, last: UInt64, tsRecv: UInt64)

  /// Lets time pass; appends a request to be sent to the re-request server, if one is due.
  func advance(now: UInt64, tsRecv: UInt64, request: inout [UInt8])

  /// When `advance` wants to be called, on the clock of `now`; nil while nothing is missing.
  var nextDeadline: UInt64? { get }
}

/// The counters of a source, at one moment between two batches.
public struct SourceReport: Sendable {
  /// Messages given to the decoder, counted apart from what the decoder says it did with them.
  public var messages: UInt64 = 0
  public var bytes: UInt64 = 0
  public var decode = DecodeCounters()
  public var arbiter = ArbiterCounters()
  /// Records written into each lane.
  public var records: [UInt64] = []
  public var fullWaits: UInt64 = 0
  public var session: String?
  /// First message delivered and number of the next one.
  public var firstSequence: UInt64?
  public var nextSequence: UInt64 = 0
  public var hasEnded = false
  /// Gaps declared lost, oldest first, at most `GapLedger.limit` of them.
  public var gaps: [LostRange] = []

  public init() {}
}

/// Messages that were declared lost.
public struct LostRange: Hashable, Sendable {
  public var session: String
  public var first: UInt64
  public var last: UInt64

  public init(session: String, first: UInt64, last: UInt64) {
    self.session = session
    self.first = first
    self.last = last
  }
}

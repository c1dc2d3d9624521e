public import Wire

/// What a transport's datagram header says, whatever the transport.
public struct DatagramHeader: Sendable {
  /// What the datagram is for.
  public struct Kind: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Carries messages.
    @inlinable public static var data: Self { Self(rawValue: 0) }
    /// Carries none; its sequence is that of the next message to come.
    @inlinable public static var heartbeat: Self { Self(rawValue: 1) }
    /// No message will follow in this session; the sequence is again the next one.
    @inlinable public static var endOfSession: Self { Self(rawValue: 2) }
  }

  public var kind: Kind
  /// The session that numbers the messages, as two words; compared for equality only.
  public var session: SessionID
  /// Sequence number of the first message.
  public var sequence: UInt64
  /// Messages that the header announces.
  public var count: Int
  /// The messages, each behind its length field, lie in `blocks`.
  public var blocks: Range<Int>
  /// When the venue sent the datagram, ns since the Unix epoch; 0 where the header has no such
  /// time.
  public var sendTime: UInt64
  /// Whether this can be the first datagram of a session (first sequence, nothing sent before).
  public var isStart: Bool
  /// Bytes of messages that the session had sent before this datagram; nil where the transport does
  /// not number them. `blocks.count` more have been sent after it.
  public var streamOffset: UInt64?

  @inlinable
  public init(
    kind: Kind, session: SessionID, sequence: UInt64, count: Int, blocks: Range<Int>,
    sendTime: UInt64 = 0, isStart: Bool = false, streamOffset: UInt64? = nil
  ) {
    self.kind = kind
    self.session = session
    self.sequence = sequence
    self.count = count
    self.blocks = blocks
    self.sendTime = sendTime
    self.isStart = isStart
    self.streamOffset = streamOffset
  }
}

/// Names one run of sequence numbers.
public struct SessionID: Hashable, Sendable {
  public var high: UInt64
  public var low: UInt64

  @inlinable
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}

/// A datagram transport that numbers its messages: how to read its header, and how to ask again.
public protocol DatagramFraming {
  /// Reads the header; throws the reason where the datagram is not of this transport.
  static func header(of datagram: RawSpan) throws(RejectReason) -> DatagramHeader

  /// The length field of the block at `offset`: bytes of the message after it. Nil outside.
  static func blockLength(_ bytes: RawSpan, at offset: Int) -> Int?

  /// Bytes of the length field before each message.
  static var blockPrefixBytes: Int { get }

  /// The session as people write it.
  static func name(of session: SessionID) -> String

  /// Appends the request for `count` messages from `first` on; false where none can be made.
  static func appendRequest(
    session: SessionID, first: UInt64, count: UInt64, to request: inout [UInt8]
  ) -> Bool
}

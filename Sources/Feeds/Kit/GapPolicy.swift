internal import Wire

/// How a datagram source treats missing messages. Times in ns of the clock that the caller passes.
public struct GapPolicy: Sendable {
  /// Where a session's numbering is taken up.
  public struct Start: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// At the first message seen: what came before is none of ours (captures, joining late).
    public static var firstSeen: Self { Self(rawValue: 0) }
    /// At message 1: what came before the first one seen is missing.
    public static var one: Self { Self(rawValue: 1) }
  }

  public var start: Start
  /// Wait before the first request, in which the other line usually fills the gap.
  public var requestDelayNanos: UInt64
  /// Wait between requests for the same gap where none of it has come.
  public var retryNanos: UInt64
  /// Requests in vain for one gap; 0 where there is no re-request server.
  public var requestLimit: Int
  /// Messages asked for at a time.
  public var requestMessages: UInt64
  /// After so long without any of it the gap is declared lost and the stream goes on.
  public var deadlineNanos: UInt64
  /// Datagrams held back behind a gap; one more declares it lost.
  public var heldDatagrams: Int
  /// Bytes of the largest datagram that can be held back.
  public var heldBytes: Int
  /// A datagram further ahead than this is rejected, until `farDatagrams` in a row agree.
  public var largestGapMessages: UInt64
  /// Another session is taken up after so long without a datagram of the one that is followed, if
  /// that has not ended and the other one does not begin. Venues send heartbeats every second.
  public var sessionSilenceNanos: UInt64

  /// Sequence numbers above this are not believed: 2^60 messages are 36 years of 1,000 a µs.
  static var largestSequence: UInt64 { 1 << 60 }
  /// Datagrams in a row that prove a jump further than any gap: an outage, or a late start.
  static var farDatagrams: Int { 16 }

  public init(
    start: Start = .firstSeen, requestDelayNanos: UInt64 = 20_000_000,
    retryNanos: UInt64 = 50_000_000, requestLimit: Int = 0, requestMessages: UInt64 = 1_000,
    deadlineNanos: UInt64 = 500_000_000, heldDatagrams: Int = 4_096, heldBytes: Int = 2_048,
    largestGapMessages: UInt64 = 1_000_000, sessionSilenceNanos: UInt64 = 3_000_000_000
  ) {
    self.start = start
    self.requestDelayNanos = requestDelayNanos
    self.retryNanos = retryNanos
    self.requestLimit = requestLimit
    self.requestMessages = requestMessages
    self.deadlineNanos = deadlineNanos
    self.heldDatagrams = heldDatagrams
    self.heldBytes = heldBytes
    self.largestGapMessages = largestGapMessages
    self.sessionSilenceNanos = sessionSilenceNanos
  }
}

/// What the arbitration of a source has seen.
public struct ArbiterCounters: Sendable {
  /// Datagrams given to the arbiter.
  public var packets: UInt64 = 0
  /// Datagrams that are not of this transport, or cannot be placed, by `RejectReason`.
  public var rejectedPackets = InlineArray<32, UInt64>(repeating: 0)
  public var heartbeats: UInt64 = 0
  /// Messages that had been delivered or given up before (other line, repeated datagram).
  public var duplicates: UInt64 = 0
  /// Times that a sequence number was skipped.
  public var gapsDetected: UInt64 = 0
  /// Messages that came late, after a gap had been noticed, and were delivered in order.
  public var gapMessagesFilled: UInt64 = 0
  /// Messages declared lost.
  public var gapMessagesLost: UInt64 = 0
  public var requests: UInt64 = 0
  /// Changes of the session, and restarts of the numbering within one.
  public var sessionRestarts: UInt64 = 0
  public var sessionsEnded: UInt64 = 0
  /// Datagrams with the expected sequence number whose byte offset in the session is another than
  /// that of the datagrams before: the venue's two numberings contradict each other.
  public var offsetMismatches: UInt64 = 0

  public init() {}

  mutating func reject(_ reason: RejectReason) {
    rejectedPackets[Int(reason.rawValue) & 31] &+= 1
  }

  /// Datagrams rejected, for all reasons.
  public var rejectedTotal: UInt64 {
    var sum: UInt64 = 0
    for reason in rejectedPackets.indices { sum &+= rejectedPackets[reason] }
    return sum
  }
}

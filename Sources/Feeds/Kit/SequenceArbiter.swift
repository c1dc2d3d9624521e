internal import Wire

/// Takes what an arbiter has put in order.
public protocol RunSink: ~Copyable {
  /// Messages with consecutive numbers from `first` on; gives how many of them were consumed.
  mutating func run(
    _ bytes: RawSpan, blocks: Range<Int>, count: Int, first: UInt64, tsRecv: UInt64
  ) -> Int

  /// Messages `first ... last` will not come any more.
  mutating func lost(session: SessionID, first: UInt64, last: UInt64, tsRecv: UInt64)

  /// The numbering starts over: another session, or the same one from its first message.
  mutating func restarted(session: SessionID, tsRecv: UInt64)

  /// The session has ended after message `last`.
  mutating func ended(session: SessionID, last: UInt64, tsRecv: UInt64)
}

/// Puts the datagrams of one or several lines (A/B, re-request answers) into the order of their
/// message numbers: repeats are dropped, gaps are noticed, asked for, waited for, and at last
/// declared. No I/O and no clock: the caller passes the time and sends the requests.
///
/// By message number, not by datagram, since datagram boundaries may differ between the lines
/// (MoldUDP64, "A/B lines"). Owned by one reader thread.
public struct SequenceArbiter<Framing: DatagramFraming>: ~Copyable {
  public private(set) var counters = ArbiterCounters()
  /// The session that is followed, once there is one.
  public private(set) var session: SessionID?
  /// Number of the next message to deliver.
  public private(set) var expected: UInt64 = 1
  /// Number of the first message ever delivered.
  public private(set) var firstDelivered: UInt64?
  /// Whether the venue has said that no more will come.
  public private(set) var hasEnded = false

  private let policy: GapPolicy
  private var store: DatagramStore
  private var latestSendTime: UInt64 = 0
  /// End of what is known to exist: past the last message announced by any datagram.
  private var known: UInt64 = 1
  private var gap: Gap?
  /// Byte offset that the datagram with message `expected` must state; nil where that is not known.
  private var expectedOffset: UInt64?

  /// When the last datagram of the session came, on the clock of `now`.
  private var heardAt: UInt64 = 0
  /// The session that was followed before: a line that lags must not bring it back.
  private var former: SessionID?
  /// Number that an end of session has announced as the one that will not come.
  private var endsAt: UInt64?
  /// Datagrams in a row that lie further ahead than any gap may reach.
  private var far: (sequence: UInt64, datagrams: Int)?

  /// The messages that hold up the delivery: from `expected` up to `end`.
  private struct Gap {
    /// `expected` at the last progress; behind it, the messages filled so far.
    var at: UInt64
    var end: UInt64
    /// When the gap was noticed or the last piece of it came.
    var waitsSince: UInt64
    var nextRequestAt: UInt64
    var requests = 0
  }

  public init(policy: GapPolicy) {
    self.policy = policy
    store = DatagramStore(slots: policy.heldDatagrams, slotBytes: policy.heldBytes)
  }

  /// Places one datagram. `now` is monotonic, ns; `isAnswer` marks answers to our own requests.
  public mutating func receive(
    _ datagram: RawSpan, tsRecv: UInt64, now: UInt64, isAnswer: Bool = false,
    sink: inout some RunSink & ~Copyable
  ) {
    counters.packets &+= 1
    let header: DatagramHeader
    do throws(RejectReason) {
      header = try Framing.header(of: datagram)
    } catch {
      counters.reject(error)
      return
    }
    // Messages are numbered from 1, and a header without messages names the next one. Captures from
    // which the numbers were taken out have 0: their messages can be looked at, not placed.
    guard header.sequence > 0, header.sequence <= GapPolicy.largestSequence else {
      counters.reject(.badSequence)
      return
    }
    guard follow(header, tsRecv: tsRecv, now: now, isAnswer: isAnswer, sink: &sink) else {
      counters.reject(.wrongSession)
      return
    }
    guard isNear(header) else {
      counters.reject(.badSequence)
      return
    }
    known = max(known, header.sequence &+ UInt64(header.count))
    if header.kind == .data {
      place(datagram, header: header, tsRecv: tsRecv, sink: &sink)
    } else {
      counters.heartbeats &+= 1
      checkOffset(header)
    }
    if header.kind == .endOfSession { endsAt = header.sequence }
    noteGap(now: now)
    noteEnd(tsRecv: tsRecv, sink: &sink)
  }

  /// Whether a datagram's number can be true. One that is further ahead than a gap may reach is
  /// believed once others agree with it: a single wrong number must not end the day, and neither
  /// must a long outage.
  private mutating func isNear(_ header: DatagramHeader) -> Bool {
    let limit = policy.largestGapMessages
    guard header.sequence > expected, header.sequence &- expected > limit else {
      far = nil
      return true
    }
    if let seen = far, header.sequence &+ limit > seen.sequence,
      seen.sequence &+ limit > header.sequence
    {
      far = (seen.sequence, seen.datagrams + 1)
    } else {
      far = (header.sequence, 1)
    }
    guard let far, far.datagrams >= GapPolicy.farDatagrams else { return false }
    return true
  }

  /// Takes up a new session, or the same one that starts over (IEX test runs do). False for a
  /// datagram of another session while this one goes on.
  private mutating func follow(
    _ header: DatagramHeader, tsRecv: UInt64, now: UInt64, isAnswer: Bool,
    sink: inout some RunSink & ~Copyable
  ) -> Bool {
    let startsOver =
      header.isStart && header.sendTime > latestSendTime && expected > header.sequence && !isAnswer
    if let session, session != header.session {
      guard !isAnswer, mayLeave(for: header, now: now) else { return false }
    }
    heardAt = max(heardAt, now)
    latestSendTime = isAnswer ? latestSendTime : max(latestSendTime, header.sendTime)
    guard session != header.session || startsOver else { return true }
    if let session {
      declareAllLost(tsRecv: tsRecv, sink: &sink)
      counters.sessionRestarts &+= 1
      heardAt = now
      former = session
    }
    session = header.session
    expected = policy.start == .one && header.sequence > 0 ? 1 : header.sequence
    known = expected
    expectedOffset = nil
    endsAt = nil
    hasEnded = false
    sink.restarted(session: header.session, tsRecv: tsRecv)
    return true
  }

  /// Whether another session may take the place of the one that is followed: after its end or a
  /// long silence, or where the other one begins. Else two sessions whose datagrams alternate would
  /// each time start over, and lose what is missing between without a word.
  private func mayLeave(for header: DatagramHeader, now: UInt64) -> Bool {
    if now > heardAt &+ policy.sessionSilenceNanos { return true }
    return header.session != former && (hasEnded || header.sequence <= 1)
  }

  private mutating func place(
    _ datagram: RawSpan, header: DatagramHeader, tsRecv: UInt64,
    sink: inout some RunSink & ~Copyable
  ) {
    if header.sequence <= expected {
      deliver(datagram, header: header, tsRecv: tsRecv, sink: &sink)
      drain(sink: &sink)
      return
    }
    switch store.insert(datagram, header: header, tsRecv: tsRecv) {
    case .held: break
    case .known: counters.duplicates &+= UInt64(header.count)
    case .oversized: counters.reject(.oversized)
    case .full:
      // No room to wait any longer: give up what is missing before the first datagram held.
      let next = min(store.firstSequence ?? header.sequence, header.sequence)
      declareLost(before: next, tsRecv: tsRecv, sink: &sink)
      drain(sink: &sink)
      place(datagram, header: header, tsRecv: tsRecv, sink: &sink)
    }
  }

  /// Compares the byte offset of a datagram that begins with the expected message. A mismatch is
  /// counted and the datagram's own offset believed: the sequence number alone decides.
  private mutating func checkOffset(_ header: DatagramHeader) {
    guard let offset = header.streamOffset, header.sequence == expected else { return }
    if let expectedOffset, expectedOffset != offset { counters.offsetMismatches &+= 1 }
    expectedOffset = offset
  }

  /// Delivers what is new in a datagram that begins at or before the expected message.
  private mutating func deliver(
    _ datagram: RawSpan, header: DatagramHeader, tsRecv: UInt64,
    sink: inout some RunSink & ~Copyable
  ) {
    let old = min(expected &- header.sequence, UInt64(header.count))
    counters.duplicates &+= old
    let fresh = header.count - Int(old)
    guard fresh > 0 else { return }
    checkOffset(header)
    var start = header.blocks.lowerBound
    for _ in 0..<old {
      guard let length = Framing.blockLength(datagram, at: start) else { break }
      start += Framing.blockPrefixBytes + length
    }
    guard start <= header.blocks.upperBound else {
      counters.reject(.truncated)
      return
    }
    let consumed = sink.run(
      datagram, blocks: start..<header.blocks.upperBound, count: fresh, first: expected,
      tsRecv: tsRecv)
    if consumed < fresh { counters.reject(.truncated) }
    if consumed > 0, firstDelivered == nil { firstDelivered = expected }
    if let gap, gap.end > expected {
      counters.gapMessagesFilled &+= min(UInt64(consumed), gap.end &- expected)
    }
    expected &+= UInt64(consumed)
    expectedOffset =
      consumed == fresh ? header.streamOffset.map { $0 &+ UInt64(header.blocks.count) } : nil
  }

  /// Delivers the datagrams held back that are due now.
  private mutating func drain(sink: inout some RunSink & ~Copyable) {
    while let first = store.firstSequence, first <= expected { takeHeld(sink: &sink) }
  }

  private mutating func takeHeld(sink: inout some RunSink & ~Copyable) {
    let entry = store.removeFirst()
    // Safety: the bytes stay as they are until `recycle`; `deliver` does not touch the store.
    let bytes = unsafe store.bytes(of: entry)
    deliver(bytes, header: entry.header, tsRecv: entry.tsRecv, sink: &sink)
    store.recycle(entry)
  }

  /// Opens, moves or closes the gap, by what is known to exist.
  private mutating func noteGap(now: UInt64) {
    guard known > expected else {
      gap = nil
      return
    }
    let end = store.firstSequence ?? known
    guard var open = gap, expected < open.end else {
      counters.gapsDetected &+= 1
      gap = Gap(
        at: expected, end: end, waitsSince: now, nextRequestAt: now &+ policy.requestDelayNanos)
      return
    }
    open.end = max(open.end, end)
    if expected > open.at {
      // A piece came: ask for the rest at once, since an answer is one datagram, and wait anew.
      if open.requests > 0 { open.nextRequestAt = now }
      open.at = expected
      open.waitsSince = now
      open.requests = 0
    }
    gap = open
  }

  private mutating func noteEnd(tsRecv: UInt64, sink: inout some RunSink & ~Copyable) {
    guard let endsAt, expected >= endsAt, !hasEnded, let session else { return }
    hasEnded = true
    counters.sessionsEnded &+= 1
    sink.ended(session: session, last: expected &- 1, tsRecv: tsRecv)
  }

  /// First message that is missing and the first one after the gap, or nil.
  public var missing: Range<UInt64>? {
    guard gap != nil else { return nil }
    let end = store.firstSequence ?? known
    return expected < end ? expected..<end : nil
  }

  /// When `advance` wants to be called next, on the caller's monotonic clock.
  public var nextDeadline: UInt64? {
    guard let gap else { return nil }
    let end = gap.waitsSince &+ policy.deadlineNanos
    return gap.requests < policy.requestLimit ? min(end, gap.nextRequestAt) : end
  }

  /// Lets time pass: declares a gap lost whose deadline is over. Appends the datagram that asks for
  /// the missing messages to `request` when one is due.
  public mutating func advance(
    now: UInt64, tsRecv: UInt64, request: inout [UInt8], sink: inout some RunSink & ~Copyable
  ) {
    guard let open = gap else { return }
    if now >= open.waitsSince &+ policy.deadlineNanos {
      declareLost(before: store.firstSequence ?? known, tsRecv: tsRecv, sink: &sink)
      drain(sink: &sink)
      gap = nil
      noteGap(now: now)
      noteEnd(tsRecv: tsRecv, sink: &sink)
      return
    }
    guard open.requests < policy.requestLimit, now >= open.nextRequestAt, let missing,
      let session
    else { return }
    let count = min(UInt64(missing.count), policy.requestMessages)
    let isMade = Framing.appendRequest(
      session: session, first: missing.lowerBound, count: count, to: &request)
    // A transport without requests is not asked again.
    gap?.requests = isMade ? open.requests + 1 : policy.requestLimit
    gap?.nextRequestAt = now &+ policy.retryNanos
    if isMade { counters.requests &+= 1 }
  }

  /// The input is over: what is still missing is lost, what was held back is delivered.
  public mutating func finish(tsRecv: UInt64, sink: inout some RunSink & ~Copyable) {
    declareAllLost(tsRecv: tsRecv, sink: &sink)
  }

  private mutating func declareAllLost(tsRecv: UInt64, sink: inout some RunSink & ~Copyable) {
    while let first = store.firstSequence {
      declareLost(before: first, tsRecv: tsRecv, sink: &sink)
      drain(sink: &sink)
    }
    declareLost(before: known, tsRecv: tsRecv, sink: &sink)
    gap = nil
    noteEnd(tsRecv: tsRecv, sink: &sink)
  }

  private mutating func declareLost(
    before end: UInt64, tsRecv: UInt64, sink: inout some RunSink & ~Copyable
  ) {
    guard end > expected, let session else { return }
    counters.gapMessagesLost &+= end &- expected
    sink.lost(session: session, first: expected, last: end &- 1, tsRecv: tsRecv)
    expected = end
    expectedOffset = nil
  }
}

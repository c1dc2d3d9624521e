import FeedKit
import TestSupport
import Testing

@Suite struct SequenceArbiterTests {
  private let policy = GapPolicy(
    requestDelayNanos: 20, retryNanos: 50, requestLimit: 3, requestMessages: 10,
    deadlineNanos: 500, heldDatagrams: 4, sessionSilenceNanos: 3_000)

  /// Requests at the right times for the right messages; after the last one in vain, the gap.
  @Test func gapIsAskedForThenDeclared() {
    var it = Arbitration(policy)
    it.receive(mold(1, 2))
    #expect(it.arbiter.nextDeadline == nil)
    it.receive(mold(30, 1))
    let start = it.now
    #expect(it.arbiter.missing == 3..<30)
    #expect(it.arbiter.nextDeadline == start + 20)
    it.wait(19)
    #expect(it.requests.isEmpty)
    it.wait(1)
    it.wait(49)
    it.wait(1)
    it.wait(50)
    #expect(it.requests == [request(3, 10), request(3, 10), request(3, 10)])
    #expect(it.arbiter.nextDeadline == start + 500)
    it.wait(379)
    #expect(it.sink.lost.isEmpty)
    it.wait(1)
    #expect(it.sink.lost == [3...29])
    #expect(it.sink.delivered == [1, 2, 30])
    #expect(it.arbiter.nextDeadline == nil)
    let counters = it.arbiter.counters
    #expect(counters.requests == 3 && counters.gapsDetected == 1)
    #expect(counters.gapMessagesLost == 27 && counters.gapMessagesFilled == 0)
  }

  /// An answer holds what fits into a datagram: the rest is asked for at once, and waited for anew.
  @Test func answersInPiecesAreFollowedUp() {
    var it = Arbitration(policy)
    it.receive(mold(1, 2))
    it.receive(mold(30, 2))
    it.wait(20)
    it.wait(400)
    it.receive(mold(3, 10), isAnswer: true)
    it.wait()
    it.receive(mold(13, 10), isAnswer: true)
    it.wait(90)
    it.receive(mold(23, 7), isAnswer: true)
    #expect(it.requests.count >= 4)
    #expect(it.requests.suffix(2) == [request(13, 10), request(23, 7)])
    #expect(it.sink.delivered == Array(1...31))
    let counters = it.arbiter.counters
    #expect(counters.gapMessagesFilled == 27 && counters.gapMessagesLost == 0)
    #expect(counters.gapsDetected == 1 && counters.duplicates == 0)
    #expect(it.arbiter.nextDeadline == nil && it.arbiter.missing == nil)
  }

  /// A second gap has its own clock and its own requests.
  @Test func nextGapStartsItsOwnClock() {
    var it = Arbitration(policy)
    it.receive(mold(1, 2))
    it.receive(mold(5, 2))
    it.wait(20)
    it.receive(mold(9, 2))
    it.wait(470)
    it.receive(mold(3, 2), isAnswer: true)
    #expect(it.arbiter.missing == 7..<9)
    let filledAt = it.now
    #expect(it.arbiter.nextDeadline == filledAt + 20)
    it.wait(20)
    #expect(it.requests.last == request(7, 2))
    #expect(it.sink.lost.isEmpty)
    it.receive(mold(7, 2))
    #expect(it.sink.delivered == Array(1...10))
    #expect(it.arbiter.counters.gapsDetected == 2)
    #expect(it.arbiter.counters.gapMessagesFilled == 4)
  }

  @Test func fullStoreGivesTheGapUp() {
    var it = Arbitration(policy)
    it.receive(mold(1, 1))
    for first in stride(from: UInt64(10), through: 18, by: 2) { it.receive(mold(first, 1)) }
    #expect(it.sink.lost == [2...9])
    it.finish()
    #expect(it.sink.lost == [2...9, 11...11, 13...13, 15...15, 17...17])
    #expect(it.sink.delivered == [1, 10, 12, 14, 16, 18])
  }

  @Test func endThatComesBeforeTheLastMessageIsRemembered() {
    var it = Arbitration(policy)
    it.receive(mold(1, 2))
    it.receive(endOfSession(5))
    #expect(it.arbiter.hasEnded == false)
    it.receive(mold(3, 2))
    #expect(it.arbiter.hasEnded == true)
    #expect(it.sink.events.last == .ended(4))
    it.receive(endOfSession(5))
    #expect(it.arbiter.counters.sessionsEnded == 1, "its repeats say nothing new")
    var other = Arbitration(policy)
    other.receive(mold(1, 2))
    other.receive(endOfSession(5))
    other.wait(500)
    #expect(other.sink.events.suffix(2) == [.lost(3, 4), .ended(4)])
  }

  @Test func transportWithoutRequestsIsNotAskedForEver() {
    var it = Arbitration(policy)
    it.receive(mold(1, 1))
    it.receive(heartbeat(4))
    it.wait(20)
    #expect(it.requests == [request(2, 2)])
    #expect(it.arbiter.nextDeadline.map { $0 > it.now } == true)
  }

  // MARK: Hostile numbers

  @Test(arguments: [0, UInt64.max, UInt64.max - 1, 1 << 63, (1 << 60) + 1] as [UInt64])
  func impossibleNumbersAreRejected(number: UInt64) {
    for before in [true, false] {
      var it = Arbitration(policy)
      if before { it.receive(mold(1, 3)) }
      it.receive(mold(number, 1))
      it.receive(heartbeat(number))
      it.receive(endOfSession(number))
      #expect(it.arbiter.counters.rejectedPackets[13] == 3, "bad_sequence")
      if !before { it.receive(mold(1, 3)) }
      it.receive(mold(4, 1))
      it.finish()
      #expect(it.sink.delivered == [1, 2, 3, 4])
      #expect(it.sink.lost.isEmpty)
    }
  }

  @Test func singleJumpDoesNotEndTheDay() {
    var it = Arbitration()
    it.receive(mold(1, 3))
    for round in 0..<100 {
      it.receive(mold(50_000_000 + UInt64(round) * 7_000_000, 1))
      it.receive(mold(4 + UInt64(round), 1))
      it.wait(600_000_000)
    }
    #expect(it.sink.delivered == Array(1...103))
    #expect(it.sink.lost.isEmpty)
    #expect(it.arbiter.counters.rejectedPackets[13] == 100)
  }

  /// After an outage, or joined late with the session's start wanted, the jump is true.
  @Test func jumpThatManyConfirmIsAGap() {
    var it = Arbitration(GapPolicy(start: .one))
    for index in 0..<UInt64(40) { it.receive(mold(200_000_000 + index, 1)) }
    it.wait(600_000_000)
    #expect(it.sink.lost == [1...200_000_014])
    #expect(it.sink.delivered == Array(200_000_015...200_000_039))
  }

  @Test func headersThatPromiseTooMuch() {
    var it = Arbitration(policy)
    it.receive(mold(1, 2))
    it.receive(mold(3, 2, header: 5))
    #expect(it.sink.delivered == [1, 2, 3, 4])
    #expect(it.arbiter.counters.rejectedPackets[0] == 1, "truncated")
    it.receive(mold(5, 3))
    #expect(it.sink.delivered == Array(1...7))
    it.receive([UInt8](repeating: 0x53, count: 19))
    it.receive([])
    #expect(it.arbiter.counters.rejectedPackets[0] == 3)
    it.receive(mold(8, 1) + [UInt8](repeating: 0, count: 9))
    #expect(it.sink.delivered == Array(1...8))
  }

  // MARK: Sessions

  /// A line that lags repeats the old session while the new one runs: neither loses anything.
  @Test func lineThatLagsDoesNotBringTheOldSessionBack() {
    var it = Arbitration(policy)
    it.receive(mold(1, 3, session: "OLD"))
    it.receive(mold(1, 1, session: "NEW"))
    it.receive(endOfSession(4, session: "OLD"))
    it.receive(mold(2, 1, session: "NEW"))
    it.receive(mold(3, 1, session: "OLD"))
    it.receive(mold(3, 1, session: "NEW"))
    #expect(it.sink.delivered == [1, 2, 3, 1, 2, 3])
    #expect(it.arbiter.counters.sessionRestarts == 1)
    #expect(it.arbiter.counters.rejectedPackets[5] == 2, "wrong_session")
  }

  @Test func foreignSessionIsTakenUpAfterTheEndOrSilenceOnly() {
    var it = Arbitration(policy)
    it.receive(mold(1, 3))
    it.receive(mold(900, 1, session: "X"))
    #expect(it.arbiter.counters.rejectedPackets[5] == 1)
    it.receive(mold(4, 1))
    it.now += 3_001
    it.receive(mold(901, 1, session: "X"))
    #expect(it.sink.delivered == [1, 2, 3, 4, 901])
    it.receive(endOfSession(902, session: "X"))
    it.receive(mold(77, 1, session: "Y"))
    #expect(it.sink.delivered.last == 77)
    #expect(it.arbiter.counters.sessionRestarts == 2)
  }

  private func request(_ first: UInt64, _ count: UInt16) -> [UInt8] {
    mold(first, 0, header: count)
  }
}

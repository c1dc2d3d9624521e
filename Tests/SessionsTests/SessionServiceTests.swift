import Sessions
import Testing

/// Subscriptions, pacing, limits, holes and tokens.
@Suite("What a session asks for")
struct SessionServiceTests {
  @Test("Ten thousand subscriptions go at the upstream's pace, each once, and are all confirmed")
  func pacing() {
    var policy = SessionPolicy()
    policy.requestsPerSecond = 500
    policy.requestBurst = 100
    var driven = Driven(count: 10_000, policy: policy)
    for step in [Step.start, .opened, .ready] { driven.take(step) }
    #expect(driven.actions.count == 101)
    var seen = 0
    let start = driven.now
    while driven.machine.state == .subscribing {
      for action in driven.actions {
        guard case .subscribe(let index) = action else { continue }
        #expect(index == seen)
        seen += 1
        driven.machine.confirmed(index: index, now: driven.now)
      }
      driven.actions = []
      driven.machine.heard(now: driven.now)
      driven.take(.pass(0.01))
    }
    #expect(seen == 10_000)
    #expect(driven.machine.counts.confirmed == 10_000)
    #expect(driven.machine.counts.requests == 10_000)
    // 9,900 at 500 a second.
    #expect(driven.now - start >= seconds(19.8))
    #expect(driven.now - start <= seconds(20.1))
    #expect(driven.machine.counts.pacedNanos > seconds(18))
  }

  @Test("What does not come back is told once, and once more when it comes late")
  func missing() {
    var driven = Driven(count: 3)
    for step in [Step.start, .opened, .ready, .confirmed(0), .confirmed(2)] { driven.take(step) }
    _ = driven.machine.takeNotes()
    driven.take(.pass(10))
    driven.take(.pass(3))
    driven.take(.confirmed(1))
    let told = driven.machine.takeNotes().map(\.content)
    #expect(told.filter { $0 == .missing(index: 1) }.count == 1)
    #expect(told.filter { $0 == .back(index: 1) }.count == 1)
    #expect(driven.machine.counts.missing == 0)
  }

  @Test("The limit of subscriptions is told before the upstream refuses; room is used again")
  func limit() {
    var policy = SessionPolicy()
    policy.subscriptionLimit = 3
    var driven = Driven(count: 5, policy: policy)
    for step in [Step.start, .opened, .ready] { driven.take(step) }
    #expect(driven.machine.takeNotes().map(\.content).contains(.overLimit(wanted: 5, limit: 3)))
    #expect(driven.machine.counts.unserved == 2)
    for index in 0..<3 { driven.take(.confirmed(index)) }
    #expect(driven.machine.state == .live)
    driven.actions = []
    driven.take(.want(1, false))
    #expect(driven.actions == [.unsubscribe(index: 1), .subscribe(index: 3)])
    driven.take(.confirmed(3))
    driven.actions = []
    driven.take(.refused(3))
    #expect(driven.actions == [.subscribe(index: 4)])
    #expect(driven.machine.counts.unserved == 0)
  }

  @Test("A limit that only the upstream knows is learnt, and forgotten with the connection")
  func learntLimit() {
    var driven = Driven(count: 6)
    for step in [Step.start, .opened, .ready] { driven.take(step) }
    for index in 0..<4 { driven.take(.confirmed(index)) }
    driven.take(.limitReached(4))
    driven.take(.limitReached(5))
    #expect(driven.machine.state == .live)
    #expect(driven.machine.counts.unserved == 2)
    driven.actions = []
    driven.take(.refused(0))
    #expect(driven.actions == [.subscribe(index: 4)])
    driven.take(.lost(.reset))
    driven.take(.pass(1.1))
    driven.actions = []
    for step in [Step.opened, .ready] { driven.take(step) }
    #expect(driven.actions.count == 6)
  }

  @Test("A hole is told once, from the last byte heard to being live, and filled per instrument")
  func holes() {
    var driven = Driven()
    for step in SessionStateTests.toLive { driven.take(step) }
    driven.take(.pass(1))
    driven.machine.heard(now: driven.now)
    let heardAt = driven.now
    driven.take(.pass(2))
    _ = driven.machine.takeNotes()
    driven.take(.lost(.reset))
    // A second loss on the way back belongs to the same hole.
    while driven.machine.state != .connecting { driven.take(.pass(0.1)) }
    driven.take(.lost(.refused))
    while driven.machine.state != .connecting { driven.take(.pass(0.1)) }
    driven.actions = []
    for step in [Step.opened, .ready, .confirmed(0)] { driven.take(step) }
    let firstBack = driven.now
    driven.take(.pass(0.5))
    driven.take(.confirmed(1))
    let liveAt = driven.now
    let holes = driven.machine.takeNotes().filter {
      switch $0.content {
      case .lostConnection, .liveAgain: true
      default: false
      }
    }
    #expect(
      holes.map(\.content) == [
        .lostConnection(heardAt: heardAt, cause: .reset),
        .liveAgain(heardAt: heardAt, cause: .reset),
      ])
    #expect(holes.last?.time == liveAt)
    #expect(
      driven.actions.suffix(2) == [
        .backfill(index: 0, from: heardAt, to: firstBack),
        .backfill(index: 1, from: heardAt, to: liveAt),
      ])
    driven.machine.backfilled(index: 0, now: driven.now)
    driven.actions = []
    for _ in 0..<61 {
      driven.machine.heard(now: driven.now)
      driven.take(.pass(1))
    }
    let told = driven.machine.takeNotes().map(\.content)
    #expect(told.contains(.backfillTimedOut(index: 1)))
    #expect(!told.contains(.backfillTimedOut(index: 0)))
  }

  @Test("A hole longer than the limit is filled from its end")
  func longHole() {
    var policy = SessionPolicy()
    policy.backfillLimitNanos = seconds(5)
    var driven = Driven(count: 1, policy: policy)
    for step in [Step.start, .opened, .ready, .confirmed(0)] { driven.take(step) }
    driven.take(.lost(.ended))
    driven.take(.pass(1))
    driven.now += seconds(4.5)
    driven.take(.opened)
    driven.take(.pass(4))
    driven.actions = []
    for step in [Step.ready, .confirmed(0)] { driven.take(step) }
    #expect(
      driven.actions.last == .backfill(index: 0, from: driven.now - seconds(5), to: driven.now))
  }

  @Test("A token is renewed ahead of its end, again while it is not, and once more at the end")
  func tokens() {
    var driven = Driven()
    driven.machine.expires(at: driven.now + seconds(1_000))
    driven.take(.pass(699))
    #expect(driven.actions.isEmpty)
    driven.take(.pass(1))
    #expect(driven.actions == [.renewToken])
    driven.take(.pass(300))
    #expect(driven.actions.count == 11)
    driven.take(.pass(3_000))
    #expect(driven.actions.count == 11)
    driven.machine.expires(at: driven.now + seconds(301))
    driven.actions = []
    driven.take(.pass(2))
    #expect(driven.actions == [.renewToken])
  }

  @Test("A restart that was announced is no failure")
  func restart() {
    var policy = SessionPolicy()
    policy.breakerFailures = 2
    var driven = Driven(policy: policy)
    driven.machine.expectsRestart(from: driven.now, to: driven.now + seconds(600))
    for step in SessionStateTests.toLive { driven.take(step) }
    for _ in 0..<5 {
      driven.take(.lost(.ended))
      #expect(driven.machine.cause == .restart)
      #expect(driven.machine.state == .backoff)
      while driven.machine.state == .backoff { driven.take(.pass(0.5)) }
    }
    driven.now += seconds(600)
    driven.take(.lost(.ended))
    #expect(driven.machine.cause == .ended)
  }

  @Test("Ten thousand missing instruments do not push the session's own notes out")
  func boundedNotes() {
    var policy = SessionPolicy()
    policy.requestsPerSecond = 0
    var driven = Driven(count: 10_000, policy: policy)
    for step in [Step.start, .opened, .ready, .pass(10), .lost(.reset)] { driven.take(step) }
    let notes = driven.machine.takeNotes()
    #expect(notes.count <= 4_097)
    #expect(
      notes.contains {
        if case .state(_, .backoff, .reset, "test") = $0.content { true } else { false }
      })
    #expect(notes.last?.content == .dropped(count: 10_000 - 3_072 + 3))
    #expect(driven.machine.takeNotes().isEmpty)
  }
}

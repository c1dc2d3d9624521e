import Sessions
import Testing

/// Seconds as the machine counts.
func seconds(_ count: Double) -> UInt64 { UInt64(count * 1_000_000_000) }

/// Something that happens to a machine in a table.
enum Step: Sendable {
  case start
  case opened
  case ready
  case confirmed(Int)
  case refused(Int)
  case limitReached(Int)
  case lost(DisconnectCause)
  case upstreamDown
  case upstreamUp(keeps: Bool)
  case part(String, Bool)
  case want(Int, Bool)
  case reset
  case stop
  /// Time passes; the machine is asked for actions at each of its own deadlines.
  case pass(Double)
}

/// A machine, its clock, and what it has asked for.
struct Driven {
  var machine: SessionMachine
  var now: UInt64 = seconds(1_000)
  var actions: [SessionAction] = []

  init(count: Int = 2, policy: SessionPolicy = SessionPolicy(), seed: UInt64 = 1) {
    machine = SessionMachine(policy: policy, costs: Array(repeating: 1, count: count), seed: seed)
  }

  /// Asks until the machine waits; gives the time it waits for.
  @discardableResult
  mutating func drain() -> UInt64 {
    while true {
      let action = machine.next(now: now)
      if case .wait(let until) = action { return until }
      actions.append(action)
    }
  }

  mutating func pass(_ span: UInt64) {
    let end = now + span
    while true {
      let until = drain()
      if until > end { break }
      now = until
    }
    now = end
    drain()
  }

  mutating func take(_ step: Step) {
    switch step {
    case .start: machine.start(now: now)
    case .opened: machine.opened(now: now)
    case .ready: machine.ready(now: now)
    case .confirmed(let index): machine.confirmed(index: index, now: now)
    case .refused(let index): machine.refused(index: index, now: now)
    case .limitReached(let index): machine.limitReached(index: index, now: now)
    case .lost(let cause): machine.lost(cause, text: "test", now: now)
    case .upstreamDown:
      machine.upstream(isUp: false, keepsSubscriptions: true, text: "", now: now)
    case .upstreamUp(let keeps):
      machine.upstream(isUp: true, keepsSubscriptions: keeps, text: "", now: now)
    case .part(let name, let isBroken): machine.part(name: name, isBroken: isBroken, now: now)
    case .want(let index, let wanted): machine.setWanted(index: index, wanted, now: now)
    case .reset: machine.resetCircuit(now: now)
    case .stop: machine.stop(now: now)
    case .pass(let span): pass(seconds(span))
    }
    drain()
  }
}

@Suite("The states of a session")
struct SessionStateTests {
  static let toLive: [Step] = [.start, .opened, .ready, .confirmed(0), .confirmed(1)]

  static let table: [([Step], SessionState)] = [
    ([], .idle),
    ([.start], .connecting),
    ([.start, .opened], .authenticating),
    ([.start, .opened, .ready], .subscribing),
    ([.start, .opened, .ready, .confirmed(0)], .subscribing),
    (toLive, .live),
    ([.start, .opened, .ready, .confirmed(0), .refused(1)], .live),
    ([.start, .opened, .ready, .confirmed(0), .limitReached(1)], .live),
    // Out of turn: nothing happens.
    ([.opened], .idle),
    ([.start, .ready], .connecting),
    ([.start, .confirmed(0)], .connecting),
    ([.start, .opened, .ready, .confirmed(7)], .subscribing),
    ([.lost(.reset)], .idle),
    // Losses.
    ([.start, .lost(.refused)], .backoff),
    ([.start, .opened, .lost(.authentication)], .backoff),
    (toLive + [.lost(.reset)], .backoff),
    (toLive + [.lost(.reset), .lost(.ended)], .backoff),
    // Limits of time.
    ([.start, .pass(5)], .backoff),
    ([.start, .opened, .pass(10)], .backoff),
    ([.start, .opened, .ready, .confirmed(0), .pass(10)], .degraded),
    ([.start, .opened, .ready, .confirmed(0), .pass(10), .confirmed(1)], .live),
    (toLive + [.pass(15)], .backoff),
    // The upstream's own link.
    (toLive + [.upstreamDown], .degraded),
    (toLive + [.upstreamDown, .upstreamUp(keeps: true)], .live),
    (toLive + [.upstreamDown, .upstreamUp(keeps: false)], .subscribing),
    (toLive + [.upstreamUp(keeps: false), .confirmed(0), .confirmed(1)], .live),
    (toLive + [.part("farm", true)], .degraded),
    (toLive + [.part("farm", true), .part("farm", false)], .live),
    // Wishes.
    (toLive + [.want(1, false)], .live),
    ([.start, .opened, .ready, .confirmed(0), .want(1, false)], .live),
    // The end.
    ([.stop], .stopped),
    (toLive + [.stop], .stopped),
    (toLive + [.stop, .start], .connecting),
    (toLive + [.stop, .pass(1000)], .stopped),
  ]

  @Test("Every way through the states", arguments: table)
  func state(steps: [Step], expected: SessionState) {
    var driven = Driven()
    for step in steps { driven.take(step) }
    #expect(driven.machine.state == expected)
  }

  @Test("A connection is opened, subscribed, kept alive and closed with one action each")
  func actions() {
    var driven = Driven()
    for step in Self.toLive { driven.take(step) }
    #expect(driven.actions == [.open, .subscribe(index: 0), .subscribe(index: 1)])
    driven.actions = []
    driven.take(.pass(14.9))
    #expect(driven.actions == [.keepAlive, .keepAlive])
    driven.take(.pass(0.1))
    #expect(driven.actions.last == .close(.silent))
    #expect(driven.machine.cause == .silent)
    driven.take(.stop)
    #expect(driven.actions.filter { $0 == .close(.stopped) }.isEmpty)
  }

  @Test("Failures open the circuit; one attempt after the cool-down decides; an operator resets it")
  func circuit() {
    var policy = SessionPolicy()
    policy.breakerFailures = 3
    var driven = Driven(policy: policy)
    driven.take(.start)
    for _ in 0..<3 {
      driven.take(.lost(.refused))
      while driven.machine.state == .backoff { driven.take(.pass(0.1)) }
    }
    #expect(driven.machine.state == .openCircuit)
    #expect(driven.machine.circuit == .open)
    driven.take(.pass(119))
    #expect(driven.machine.state == .openCircuit)
    driven.take(.pass(1.1))
    #expect(driven.machine.state == .connecting)
    #expect(driven.machine.circuit == .halfOpen)
    driven.take(.lost(.refused))
    #expect(driven.machine.state == .openCircuit)
    #expect(driven.machine.counts.circuitOpens == 2)
    driven.take(.reset)
    #expect(driven.machine.state == .connecting)
    for step in [Step.opened, .ready, .confirmed(0), .confirmed(1)] { driven.take(step) }
    for _ in 0..<31 {
      driven.machine.heard(now: driven.now)
      driven.take(.pass(1))
    }
    #expect(driven.machine.circuit == .closed)
    #expect(driven.machine.state == .live)
  }

  @Test("A connection that flaps does not reset the waits; one that stood does")
  func flapping() {
    var policy = SessionPolicy()
    policy.breakerFailures = 1_000
    var driven = Driven(policy: policy, seed: 5)
    var longest: UInt64 = 0
    driven.take(.start)
    for _ in 0..<60 {
      for step in [Step.opened, .ready, .confirmed(0), .confirmed(1)] { driven.take(step) }
      #expect(driven.machine.state == .live)
      driven.take(.lost(.ended))
      let lostAt = driven.now
      while driven.machine.state == .backoff { driven.take(.pass(0.05)) }
      longest = max(longest, driven.now - lostAt)
    }
    #expect(longest > seconds(30))
    #expect(longest <= seconds(60.1))
    for step in [Step.opened, .ready, .confirmed(0), .confirmed(1)] { driven.take(step) }
    for _ in 0..<31 {
      driven.machine.heard(now: driven.now)
      driven.take(.pass(1))
    }
    driven.take(.lost(.ended))
    driven.take(.pass(1))
    #expect(driven.machine.state == .connecting)
  }

  @Test("More connections in an hour than allowed are told, and an hour later no more")
  func hourlyAlarm() {
    var policy = SessionPolicy()
    policy.hourlyAlarm = 3
    policy.breakerFailures = 1_000
    var driven = Driven(policy: policy)
    driven.take(.start)
    for _ in 0..<3 {
      driven.take(.lost(.reset))
      while driven.machine.state == .backoff { driven.take(.pass(0.5)) }
    }
    #expect(driven.machine.counts.reconnectAlarms == 1)
    driven.now += seconds(3_600)
    driven.take(.lost(.reset))
    driven.take(.pass(61))
    #expect(driven.machine.counts.attempts >= 5)
    #expect(driven.machine.counts.reconnectAlarms == 1)
  }
}

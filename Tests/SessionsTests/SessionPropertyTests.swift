import Sessions
import TestSupport
import Testing

/// Random lives of a session against an upstream that does everything wrong, and then behaves.
@Suite("Whatever happens to a session")
struct SessionPropertyTests {
  /// What must hold at every action.
  struct Watch {
    var isOpen = false
    var isReady = false
    var epoch: UInt32 = 0
    var opens: [UInt64] = []
    /// A token bucket of the test's own: level in requests times 1e9, may go below 0 never.
    var level: Int64
    var levelAt: UInt64 = 0
    let policy: SessionPolicy

    init(policy: SessionPolicy) {
      self.policy = policy
      level = Int64(policy.requestBurst) * 1_000_000_000
    }

    mutating func pay(_ cost: Int, now: UInt64) -> Bool {
      let full = Int64(policy.requestBurst) * 1_000_000_000
      let passed = Int64(min(now - levelAt, seconds(100)))
      level = min(full, level + passed * Int64(policy.requestsPerSecond))
      levelAt = now
      level -= Int64(cost) * 1_000_000_000
      return level >= 0
    }

    /// Whether the action is allowed now.
    mutating func allows(_ action: SessionAction, machine: SessionMachine, now: UInt64) -> Bool {
      switch action {
      case .open:
        defer {
          isOpen = true
          isReady = false
          epoch += 1
          opens.append(now)
        }
        return !isOpen && machine.epoch == epoch + 1
      case .close:
        defer {
          isOpen = false
          isReady = false
        }
        return isOpen
      case .subscribe, .unsubscribe, .keepAlive, .backfill:
        return isOpen && isReady && pay(1, now: now)
      case .renewToken: return true
      case .wait(let until): return until > now && until <= now + seconds(3_600)
      }
    }
  }

  private func randomStep(
    _ random: inout SeededGenerator, _ driven: inout Driven, _ watch: inout Watch, count: Int
  ) {
    let now = driven.now
    let index = Int(random.next() % UInt64(count + 1))
    switch random.next() % 20 {
    case 0...3: driven.machine.opened(now: now)
    case 4...6:
      if driven.machine.state == .authenticating { watch.isReady = true }
      driven.machine.ready(now: now)
    case 7...10: driven.machine.confirmed(index: index, now: now)
    case 11: driven.machine.refused(index: index, now: now)
    case 12: driven.machine.limitReached(index: index, now: now)
    case 13:
      let causes: [DisconnectCause] = [.reset, .ended, .refused, .authentication, .takenOver]
      driven.machine.lost(causes[Int(random.next() % 5)], text: "random", now: now)
    case 14:
      driven.machine.upstream(
        isUp: random.next() % 2 == 0, keepsSubscriptions: random.next() % 2 == 0, text: "", now: now
      )
    case 15: driven.machine.part(name: "\(random.next() % 100)", isBroken: index % 2 == 0, now: now)
    case 16: driven.machine.setWanted(index: index, random.next() % 2 == 0, now: now)
    case 17: driven.machine.subscriptionLimit(Int(random.next() % 8))
    case 18: driven.machine.backfilled(index: index, now: now)
    default: driven.machine.heard(now: now)
    }
  }

  private func policy(_ random: inout SeededGenerator) -> SessionPolicy {
    var policy = SessionPolicy()
    policy.requestsPerSecond = 1 + Int(random.next() % 50)
    policy.requestBurst = 1 + Int(random.next() % 20)
    policy.keepAliveNanos = random.next() % 3 == 0 ? 0 : seconds(5)
    policy.breakerFailures = 1 + Int(random.next() % 10)
    policy.subscriptionLimit = Int(random.next() % 6)
    return policy
  }

  @Test(
    "No storm, no request too early or too often, and live when the upstream is good",
    arguments: [UInt64](1...60))
  func anything(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let policy = policy(&random)
    let count = 1 + Int(random.next() % 12)
    var driven = Driven(count: count, policy: policy, seed: seed)
    var watch = Watch(policy: policy)
    driven.machine.start(now: driven.now)
    for _ in 0..<4_000 {
      randomStep(&random, &driven, &watch, count: count)
      while true {
        let action = driven.machine.next(now: driven.now)
        let isAllowed = watch.allows(action, machine: driven.machine, now: driven.now)
        #expect(isAllowed, "seed \(seed): \(action) in \(driven.machine.state.name)")
        guard case .wait(let until) = action else { continue }
        let jump =
          random.next() % 3 == 0 ? until - driven.now : seconds(0.001) * (random.next() % 500)
        driven.now += min(jump, seconds(200))
        break
      }
      if random.next() % 100 == 0 { #expect(driven.machine.takeNotes().count <= 4_097) }
    }
    expectNoStorm(watch, policy, seed: seed)
    recover(&driven, &watch, seed: seed)
  }

  /// Between two coolings of the circuit there are as many attempts as it takes to open it, and one
  /// more for each connection that stood.
  private func expectNoStorm(_ watch: Watch, _ policy: SessionPolicy, seed: UInt64) {
    let window = policy.breakerCoolDownNanos
    let most = 2 * policy.breakerFailures + Int(window / policy.stableNanos) + 2
    var first = 0
    for (place, time) in watch.opens.enumerated() {
      while watch.opens[first] + window < time { first += 1 }
      #expect(place - first + 1 <= most, "seed \(seed)")
    }
  }

  /// From now on the upstream does what it is asked for.
  private func recover(_ driven: inout Driven, _ watch: inout Watch, seed: UInt64) {
    let end = driven.now + seconds(900)
    driven.machine.upstream(isUp: true, keepsSubscriptions: true, text: "", now: driven.now)
    for part in 0..<100 { driven.machine.part(name: "\(part)", isBroken: false, now: driven.now) }
    // What was asked before gets no answer: only a new connection is whole.
    driven.machine.lost(.reset, text: "", now: driven.now)
    while driven.now < end {
      let action = driven.machine.next(now: driven.now)
      let isAllowed = watch.allows(action, machine: driven.machine, now: driven.now)
      #expect(isAllowed, "seed \(seed): \(action)")
      switch action {
      case .open:
        driven.machine.opened(now: driven.now)
        watch.isReady = true
        driven.machine.ready(now: driven.now)
      case .subscribe(let index): driven.machine.confirmed(index: index, now: driven.now)
      case .keepAlive: driven.machine.answered(now: driven.now)
      case .backfill(let index, let from, let to):
        #expect(from < to)
        driven.machine.backfilled(index: index, now: driven.now)
      case .wait(let until):
        driven.now = min(until, driven.now + seconds(4))
        if driven.machine.state.delivers { driven.machine.heard(now: driven.now) }
      default: break
      }
    }
    let counts = driven.machine.counts
    #expect(driven.machine.state == .live, "seed \(seed)")
    #expect(driven.machine.circuit == .closed, "seed \(seed)")
    #expect(counts.confirmed + counts.unserved == counts.wanted, "seed \(seed)")
    #expect(counts.missing == 0)
  }
}

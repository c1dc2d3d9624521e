import Sessions
import TestSupport
import Testing

@Suite("Which source an instrument is taken from")
struct FallbackSelectorTests {
  private func selector(_ count: Int = 2) -> FallbackSelector {
    FallbackSelector(count: count, policy: FallbackPolicy(), now: 0)
  }

  @Test("The next source takes over in time, and the first gets it back after it was well for long")
  func takeOverAndReturn() {
    var selector = selector()
    #expect(selector.choose(now: seconds(100)) == nil)
    selector.setDelivering(0, false, now: seconds(100))
    #expect(selector.choose(now: seconds(104.9)) == nil)
    #expect(selector.choose(now: seconds(105)) ?? (9, 9, .dead) == (0, 1, .notDelivering))
    #expect(selector.active == 1)
    selector.setDelivering(0, true, now: seconds(110))
    #expect(selector.choose(now: seconds(169)) == nil)
    // A relapse begins the time anew.
    selector.setHealth(0, .suspicious, now: seconds(169))
    selector.setHealth(0, .healthy, now: seconds(170))
    #expect(selector.choose(now: seconds(229)) == nil)
    #expect(selector.choose(now: seconds(230)) ?? (9, 9, .dead) == (1, 0, .recovered))
  }

  @Test("Dead at one source, of the feed or of the instrument; nowhere to go where all are")
  func deadEverywhere() {
    var selector = selector(3)
    selector.setHealth(0, .dead, now: 0)
    selector.setFeedHealth(1, .dead, now: 0)
    #expect(selector.choose(now: seconds(5)) ?? (9, 9, .recovered) == (0, 2, .dead))
    selector.setHealth(2, .dead, now: seconds(6))
    #expect(selector.choose(now: seconds(30)) == nil)
    #expect(selector.active == 2)
    selector.setFeedHealth(1, .healthy, now: seconds(31))
    #expect(selector.choose(now: seconds(31)) ?? (9, 9, .recovered) == (2, 1, .dead))
  }

  @Test("It never changes more often than its policy allows", arguments: [UInt64(1), 2, 3, 4])
  func noFlapping(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var selector = selector(3)
    var changes: [(at: UInt64, to: Int, reason: FallbackReason)] = []
    for second in 1...20_000 as ClosedRange<UInt64> {
      let now = second * 1_000_000_000
      let place = Int(random.next() % 3)
      switch random.next() % 60 {
      case 0: selector.setDelivering(place, random.next() % 2 == 0, now: now)
      case 1: selector.setHealth(place, Health(rawValue: UInt8(random.next() % 5)), now: now)
      case 2: selector.setFeedHealth(place, Health(rawValue: UInt8(random.next() % 5)), now: now)
      default: break
      }
      if let change = selector.choose(now: now) {
        #expect(change.from != change.to)
        #expect(change.reason == .recovered ? change.to < change.from : true)
        changes.append((now, change.to, change.reason))
      }
    }
    #expect(changes.count > 10)
    // A source that has just come back stays at least as long as it takes to be found useless.
    for index in changes.indices.dropFirst() where changes[index - 1].reason == .recovered {
      guard changes[index].reason != .recovered else { continue }
      #expect(changes[index].at - changes[index - 1].at >= seconds(5), "seed \(seed)")
    }
  }

  @Test("Prices apart for long enough are told once, and once that they agree again")
  func divergence() {
    var watch = DivergenceWatch(
      policy: DivergencePolicy(tickSize: 10_000_000, ticks: 5, holdNanos: seconds(2)))
    let steps: [(Int, Int64, Double, DivergenceWatch.Event?)] = [
      (0, 100_000_000_000, 1, nil),
      (1, 100_050_000_000, 2, nil),  // five ticks
      (1, 100_060_000_000, 3, nil),  // six
      (0, 100_000_000_000, 4, nil),
      (0, 100_000_000_000, 5, .apart(first: 0, second: 1, ticks: 6)),
      (1, 100_500_000_000, 6, nil),
      (1, 100_010_000_000, 7, .together(first: 0, second: 1)),
      (1, 100_090_000_000, 8, nil),
      (1, 100_000_000_000, 9, nil),
      (1, 100_090_000_000, 10, nil),
      (1, 100_090_000_000, 11.9, nil),
    ]
    for (source, price, time, event) in steps {
      #expect(watch.note(source, price: price, time: seconds(time)) == event, "at \(time)")
    }
    #expect(
      watch.note(0, price: Int64.min, time: seconds(12))
        == .apart(
          first: 0, second: 1, ticks: Int64.max))
    #expect(watch.note(4, price: 0, time: 1) == nil)
  }

  @Test("A source that has no news while another has lags")
  func lag() {
    var policy = DivergencePolicy(tickSize: 1, ticks: 1_000)
    policy.lagNanos = seconds(10)
    var watch = DivergenceWatch(policy: policy)
    #expect(watch.note(0, price: 5, time: seconds(1)) == nil)
    #expect(watch.note(1, price: 5, time: seconds(11)) == nil)
    #expect(
      watch.note(1, price: 5, time: seconds(12))
        == .lagging(source: 0, other: 1, nanos: seconds(11)))
    #expect(watch.note(1, price: 5, time: seconds(13)) == nil)
    #expect(watch.note(0, price: 5, time: seconds(14)) == .together(first: 0, second: 1))
  }
}

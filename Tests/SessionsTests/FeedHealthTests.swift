import TestSupport
import Testing
import Zones

@testable import Sessions

@Suite("Health by an instrument's own rhythm")
struct FeedHealthTests {
  /// How an instrument speaks, and after how many seconds of silence it must be dead.
  enum Speech: String, CaseIterable, Sendable {
    case tenASecond
    case poissonTenASecond
    case poissonOnceASecond
    case everyMinute
    case bursts
    case lonelyPauses

    /// The next gap, ns.
    func gap(_ random: inout SeededGenerator, message: Int) -> UInt64 {
      func exponential(_ mean: Double) -> UInt64 {
        // -ln(u) by its series is not needed: a sum of coin tosses of a fine clock is the same.
        var ticks: UInt64 = 1
        while random.next() % 64 != 0 { ticks += 1 }
        return ticks * UInt64(mean * 1_000_000_000 / 64)
      }
      switch self {
      case .tenASecond: return 100_000_000
      case .poissonTenASecond: return exponential(0.1)
      case .poissonOnceASecond: return exponential(1)
      case .everyMinute: return 60_000_000_000
      case .bursts: return message % 500 == 0 ? 45_000_000_000 : 1_000_000
      case .lonelyPauses: return message % 9_000 == 0 ? 30_000_000_000 : 100_000_000
      }
    }

    var deadWithin: UInt64 {
      switch self {
      case .tenASecond, .poissonTenASecond: 15
      case .poissonOnceASecond: 200
      case .everyMinute: 700
      case .bursts: 700
      case .lonelyPauses: 150
      }
    }
  }

  static let start: UInt64 = 1_795_000_000 * 1_000_000_000

  @Test(
    "Never dead while it speaks as it does, and dead in time when it stops",
    arguments: Speech.allCases, [UInt64(1), 2, 3])
  func rhythm(speech: Speech, seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var health = FeedHealth(count: 1)
    health.setDelivering(true, now: Self.start)
    var message = 0
    var due = Self.start
    var last: UInt64 = 0
    var now = Self.start
    // Two hours of speech, looked at once a second.
    for second in 0..<7_200 {
      now += 1_000_000_000
      while due <= now {
        last = due
        message += 1
        due += speech.gap(&random, message: message)
      }
      _ = health.look(index: 0, last: last, count: UInt64(message), now: now)
      let verdict = health.verdict(0)
      // A pause that was never seen before, of one that speaks ten times a second, is death.
      if second < 2_000 { continue }
      #expect(verdict != .dead, "seed \(seed): \(health.evidence(index: 0, now: now))")
    }
    #expect(health.verdict(0) != .unknown)
    var silent: UInt64 = 0
    var seen: [Health] = [health.verdict(0)]
    while health.verdict(0) != .dead, silent < 10_000 {
      silent += 1
      now += 1_000_000_000
      if let new = health.look(index: 0, last: last, count: UInt64(message), now: now) {
        seen.append(new)
      }
    }
    #expect(silent <= speech.deadWithin, "seed \(seed): \(health.evidence(index: 0, now: now))")
    // It gets worse step by step.
    #expect(seen.map(\.rawValue) == seen.map(\.rawValue).sorted())
    #expect(health.counts[Int(Health.dead.rawValue)] == 1)
    // One message is enough to be well.
    now += 1_000_000_000
    let again = health.look(index: 0, last: now, count: UInt64(message + 1), now: now)
    #expect(again == .healthy)
  }

  @Test("An instrument that trades five times a day is never dead", arguments: [UInt64(7), 8])
  func sparse(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let hours = try TradingHours("America/New_York mon-fri 09:30-16:00")
    var health = FeedHealth(count: 1, hours: [hours], calendars: [0])
    var now = Self.start
    health.setDelivering(true, now: now)
    var last: UInt64 = 0
    var count: UInt64 = 0
    // Forty days, looked at each minute: 390 minutes a day, five trades on the average.
    for _ in 0..<(40 * 1_440) {
      now += 60_000_000_000
      let isOpen = hours.isOpen(now)
      if isOpen && random.next() % 78 == 0 {
        last = now - random.next() % 60_000_000_000
        count += 1
      }
      _ = health.look(index: 0, last: last, count: count, now: now)
      let verdict = health.verdict(0)
      #expect(verdict != .dead)
      if !isOpen { #expect(verdict == .unknown) }
    }
    #expect(count > 80)
  }

  @Test("A closed market is unknown, its evidence says so, and the night is no silence")
  func closed() throws {
    let hours = try TradingHours("America/New_York mon-fri 09:30-16:00")
    var health = FeedHealth(count: 1, hours: [hours], calendars: [0])
    let zone = hours.zone
    let close = zone.utcNanos(year: 2026, month: 11, day: 19, nanosOfDay: 57_600_000_000_000)
    health.setDelivering(true, now: close - 1_000_000_000_000)
    var count: UInt64 = 0
    for second in stride(from: UInt64(900), to: 0, by: -1) {
      let now = close - second * 1_000_000_000
      count += 10
      _ = health.look(index: 0, last: now, count: count, now: now)
      _ = health.lookAtFeed(last: now, count: count, now: now)
    }
    #expect(health.verdict(0) == .healthy)
    let last = close - 1_000_000_000
    #expect(health.look(index: 0, last: last, count: count, now: close) == .unknown)
    #expect(health.lookAtFeed(last: last, count: count, now: close) == .unknown)
    #expect(health.evidence(index: 0, now: close) == "market closed")
    let open = zone.utcNanos(year: 2026, month: 11, day: 20, nanosOfDay: 34_200_000_000_000)
    #expect(health.look(index: 0, last: last, count: count, now: open) == .healthy)
    let later = open + 20_000_000_000
    #expect(health.look(index: 0, last: last, count: count, now: later) == .dead)
    let evidence = health.evidence(index: 0, now: later)
    #expect(evidence.hasPrefix("silent 20 s, usually at most "))
    #expect(evidence.contains(" gaps), longest ") && evidence.hasSuffix("market open"))
  }

  @Test("An outage is silence while it lasts, and no gap of the instrument afterwards")
  func outage() {
    var health = FeedHealth(count: 1)
    var now = Self.start
    health.setDelivering(true, now: now)
    var count: UInt64 = 0
    for _ in 0..<600 {
      now += 1_000_000_000
      count += 5
      _ = health.look(index: 0, last: now, count: count, now: now)
    }
    let last = now
    health.setDelivering(false, now: now)
    now += 600_000_000_000
    #expect(health.look(index: 0, last: last, count: count, now: now) == .dead)
    #expect(health.evidence(index: 0, now: now).hasSuffix("session down"))
    health.setDelivering(true, now: now)
    #expect(health.look(index: 0, last: last, count: count, now: now) == .healthy)
    now += 1_000_000_000
    _ = health.look(index: 0, last: now, count: count + 5, now: now)
    // Ten minutes of outage have not been learnt: six seconds of silence are death again.
    now += 6_000_000_000
    #expect(health.look(index: 0, last: now - 6_000_000_000, count: count + 5, now: now) == .dead)
  }

  @Test("Sixty-four bytes an instrument")
  func size() { #expect(MemoryLayout<Rhythm>.stride == 64) }

  @Test("Slices come to every instrument in turn")
  func slices() {
    var health = FeedHealth(count: 10)
    let slices = (0..<5).map { _ in health.nextSlice(of: 4) }
    #expect(slices == [0..<4, 4..<8, 8..<10, 0..<4, 4..<8])
    var none = FeedHealth(count: 0)
    #expect(none.nextSlice(of: 4).isEmpty)
    #expect(none.look(index: 0, last: 1, count: 1, now: 2) == nil)
  }

  @Test("Limits with hysteresis: a figure that hovers is told once")
  func thresholds() {
    var watch = ThresholdWatch(Threshold(.above, warning: 100, critical: 200))
    let values: [Int64] = [50, 99, 100, 99, 101, 91, 90, 89, 250, 190, 180, 179, 300, 10]
    let told = values.enumerated().compactMap { place, value in
      watch.judge(value, now: UInt64(place)).map { (place, $0) }
    }
    #expect(told.map(\.0) == [2, 7, 8, 11, 12, 13])
    #expect(told.map(\.1) == [.warning, .normal, .critical, .warning, .critical, .normal])
    var low = ThresholdWatch(Threshold(.below, warning: 10, critical: 1))
    #expect(
      [20, 10, 11, 12, 0].map { low.judge($0, now: 0) } == [nil, .warning, nil, .normal, .critical])
    var held = Threshold(.above, warning: 1, critical: 10)
    held.holdNanos = 5
    var slow = ThresholdWatch(held)
    let steps: [(Int64, UInt64)] = [(3, 0), (3, 4), (0, 5), (3, 6), (20, 10), (20, 11)]
    #expect(steps.map { slow.judge($0.0, now: $0.1) } == [nil, nil, nil, nil, nil, .critical])
    #expect(Threshold(.below, warning: 1, critical: 5).isOrdered == false)
  }
}

import Testing
import Timing

struct ScheduleTests {
  /// Everything a profile gives, once its promises were checked.
  private func dues(_ profile: RateProfile) -> [UInt64] {
    var schedule = Schedule(profile)
    var dues: [UInt64] = []
    while let due = schedule.next() { dues.append(due) }
    #expect(dues.count == profile.messageCount, "\(profile)")
    for index in 1..<max(1, dues.count) where dues[index] < dues[index - 1] {
      Issue.record("\(profile): message \(index) at \(dues[index]) after \(dues[index - 1])")
    }
    #expect(dues.last ?? 0 <= profile.nanos)
    #expect(schedule.next() == nil)
    return dues
  }

  @Test(arguments: [1.0, 3, 999, 10_000, 1_000_000, 7_777_777, 20_000_000])
  func aConstantRateIsExact(rate: Double) {
    let nanos: UInt64 = rate < 1_000 ? 5_000_000_000 : 250_000_000
    let dues = dues(.constant(rate: rate, nanos: nanos))
    #expect(abs(Double(dues.count) - rate * Double(nanos) / 1e9) <= 1)
    for index in stride(from: 0, to: dues.count, by: max(1, dues.count / 1_000)) {
      #expect(abs(Double(dues[index]) - Double(index) * 1e9 / rate) <= 1)
    }
  }

  @Test func theRateHoldsOverManyStretches() {
    // A period that holds no whole number of messages: nothing may be lost at its seams.
    let profile = RateProfile.microbursts(
      base: 123_457, factor: 10, length: 50_000, period: 10_000_000, nanos: 20_000_000_000)
    let dues = dues(profile)
    let expected = 123_457 * (1 + 9 * 50e-6 / 10e-3) * 20
    #expect(abs(Double(dues.count) - expected) <= max(1, expected * 1e-6))
  }

  @Test func microburstsLieWhereTheyMust() {
    let profile = RateProfile.microbursts(
      base: 100_000, factor: 100, length: 50_000, period: 10_000_000, nanos: 100_000_000)
    var inBursts = 0
    let dues = dues(profile)
    for due in dues where due % 10_000_000 < 50_000 { inBursts += 1 }
    #expect(inBursts == 10 * 500)
    #expect(abs(dues.count - inBursts - 10 * 995) <= 10)
    #expect(profile.rate(at: 49_999) == 1e7)
    #expect(profile.rate(at: 10_050_000) == 1e5)
    #expect(profile.peakRate == 1e7)
  }

  @Test(arguments: [(1_000, 50e6), (1_000, 3e6), (7, 1e6), (10_000, 49_999_999)])
  func burstsHaveTheirCount(count: Int, rate: Double) {
    let profile = RateProfile.bursts(
      count: count, rate: rate, period: 1_000_000, nanos: 100_000_000)
    let dues = dues(profile)
    #expect(dues.count == count * 100)
    for burst in 0..<100 {
      let start = UInt64(burst) * 1_000_000
      #expect(dues[burst * count] == start)
      let last = Double(dues[burst * count + count - 1] - start)
      #expect(abs(last - Double(count - 1) / rate * 1e9) <= 2)
    }
  }

  @Test func aRampAndAStepSumUp() {
    let ramp = dues(.ramp(from: 0, to: 1e6, nanos: 1_000_000_000))
    #expect(abs(ramp.count - 500_000) <= 1)
    // Half of the time has a quarter of the messages.
    #expect(abs(ramp.count { $0 < 500_000_000 } - 125_000) <= 1)
    let down = dues(.ramp(from: 1e6, to: 0, nanos: 1_000_000_000))
    #expect(abs(down.count { $0 < 500_000_000 } - 375_000) <= 1)
    let step = dues(.step(from: 1e3, to: 1e6, nanos: 1_000_000_000))
    #expect(abs(step.count { $0 < 500_000_000 } - 500) <= 1)
    #expect(abs(step.count - 500_500) <= 1)
  }

  @Test func theBellBeginsQuietly() {
    let profile = RateProfile.bell(base: 10_000, peak: 5e6, nanos: 1_000_000_000)
    let dues = dues(profile)
    #expect(abs(dues.count { $0 < 200_000_000 } - 2_000) <= 1)
    #expect(profile.peakRate == 5e6)
    #expect(profile.rate(at: 250_000_000) == 5e6)
    #expect(profile.rate(at: 999_999_999) < 60_000)
  }

  @Test func arrivalsArePlayedAgain() {
    // The third lies before the second: it comes with it.
    let profile = RateProfile.arrivals([1_000, 1_500, 1_400, 3_000], speed: 2, nanos: 4_000)
    // At twice the speed 0, 250, 250, 1000; a round is 1000 and the mean distance of 333.
    #expect(
      dues(profile) == [
        0, 250, 250, 1_000, 1_333, 1_583, 1_583, 2_333, 2_666, 2_916, 2_916,
        3_666, 3_999,
      ])
    #expect(RateProfile.arrivals([], speed: 1, nanos: 5).problem != nil)
  }

  @Test func aProfileMayBeginAndEndWithSilence() {
    let profile = RateProfile(
      pieces: [
        .init(nanos: 1_000, rate: 0), .init(nanos: 1_000, rate: 1e9),
        .init(nanos: 1_000, rate: 0),
      ], description: "one stretch")
    let dues = dues(profile)
    #expect(dues.count == 1_000)
    #expect(dues.first == 1_000)
    #expect(dues.last == 1_999)
  }

  @Test func randomProfilesKeepTheirPromises() {
    let seed = UInt64.random(in: .min ... .max)
    var random = Generator(state: seed)
    for _ in 0..<200 {
      let pieces = (0..<Int.random(in: 1...5, using: &random)).map { _ in
        RateProfile.Piece(
          nanos: .random(in: 1...1_000_000, using: &random),
          fromRate: Bool.random(using: &random) ? 0 : .random(in: 0...3e7, using: &random),
          toRate: Bool.random(using: &random) ? 0 : .random(in: 0...3e7, using: &random))
      }
      let nanos = UInt64.random(in: 1...5_000_000, using: &random)
      let profile = RateProfile(
        pieces: pieces, repeats: Bool.random(using: &random), nanos: nanos,
        description: "seed \(seed)")
      let dues = dues(profile)
      // The sum of the rate, in steps of a thousandth of the profile.
      var mass = 0.0
      for step in 0..<10_000 {
        let moment = (Double(step) + 0.5) / 10_000 * Double(nanos)
        mass += profile.rate(at: UInt64(moment)) * Double(nanos) / 1e9 / 10_000
      }
      #expect(abs(Double(dues.count) - mass) <= 2 + mass * 0.01, "seed \(seed): \(pieces)")
    }
  }

  @Test func linesForPeople() {
    #expect(
      RateProfile.constant(rate: 1.5e6, nanos: 5_000_000_000).description
        == "constant 1.5M/s for 5 s")
    #expect(
      RateProfile.microbursts(
        base: 1e6, factor: 10, length: 50_000, period: 10_000_000, nanos: 1_000_000_000
      ).description == "1M/s, 10x for 50 µs every 10 ms, 1 s")
    #expect(RateProfile.constant(rate: -1, nanos: 1).problem != nil)
    #expect(RateProfile.constant(rate: 1e6, nanos: 1_000_000_000).problem == nil)
  }
}

/// SplitMix64.
struct Generator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

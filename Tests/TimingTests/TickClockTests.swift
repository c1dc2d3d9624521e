import Testing
import Timing

struct TickClockTests {
  @Test func scalesAreKept() {
    let scale = TickClock.Scale(baseTicks: 1, baseNanos: 2, multiplier: 3)
    #expect(TickClock(scale).scale == scale)
  }

  @Test func ticksBecomeNanoseconds() {
    // Half a nanosecond a tick.
    let clock = TickClock(.init(baseTicks: 1_000, baseNanos: 5_000_000, multiplier: 1 << 31))
    #expect(clock.unixNanos(atTicks: 1_000) == 5_000_000)
    #expect(clock.unixNanos(atTicks: 1_010) == 5_000_005)
    #expect(clock.unixNanos(atTicks: 990) == 4_999_995)
    // Three hours of ticks, far more than 32 bits.
    let hours: UInt64 = 3 * 3_600_000_000_000
    #expect(clock.unixNanos(atTicks: 1_000 + hours * 2) == 5_000_000 + hours)
    #expect(clock.nanos(ofTicks: hours * 2) == hours)
    #expect(clock.ticks(ofNanos: hours) == hours * 2)
    #expect(clock.ticksPerMicrosecond == 2_000)
  }

  @Test func aCalibratedClockGoesForward() {
    let clock = TickClock.calibrated()
    #expect(clock.ticksPerMicrosecond > 1)
    var last = clock.now
    for _ in 0..<10_000 {
      let now = clock.now
      #expect(now >= last)
      last = now
    }
    // 2020 to 2100: it is the Unix time.
    #expect(last > 1_577_836_800_000_000_000 && last < 4_102_444_800_000_000_000)
    let same = TickClock(clock.scale)
    #expect(same.unixNanos(atTicks: clock.scale.baseTicks) == clock.scale.baseNanos)
  }
}

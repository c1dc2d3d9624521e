import Testing
import Timing

struct TickClockTests {
  @Test func scalesAreKept() {
    let scale = TickClock.Scale(baseTicks: 1, baseNanos: 2, multiplier: 3)
    #expect(TickClock(scale).scale == scale)
  }
}

import Ledger
import Testing
import Timing

struct RecorderTests {
  private let start: UInt64 = 1_700_000_000_000_000_000

  private func marks(_ windows: Int) throws -> MarkMemory {
    let memory = try MarkMemory(windows: windows)
    memory.marks.start = start
    return memory
  }

  @Test func gapsMarkTheWindowsTheyTouch() throws {
    let memory = try marks(10)
    let marks = memory.marks
    marks.mark(from: start - 5, to: start - 1)
    #expect(marks.markedCount(0..<10) == 0)
    marks.mark(from: start + 1_500_000, to: start + 3_200_000)
    #expect(
      (0..<10).map { marks.lostNanos($0) } == [0, 500_000, 1_000_000, 200_000]
        + Array(
          repeating: 0, count: 6))
    marks.mark(from: start - 100, to: start + 100)
    #expect(marks.lostNanos(0) == 100)
    // Beyond the last window nothing is kept, and nothing breaks.
    marks.mark(from: start + 9_900_000, to: start + 99_000_000)
    #expect(marks.lostNanos(9) == 100_000)
    marks.mark(from: start + 20_000_000, to: start + 21_000_000)
    #expect(marks.markedCount(0..<100) == 5)
    #expect(marks.window(at: start + 3_000_000) == 3)
    #expect(marks.window(at: start - 1) == 0)
    #expect(marks.window(at: .max) == 10)
  }

  @Test func marksAreSharedThroughAFile() throws {
    let path = "/dev/shm/millrace-timing-test-\(UInt64.random(in: 0 ... .max))"
    let mine = try MarkMemory(windows: 100, path: path)
    mine.marks.start = start
    let theirs = try MarkMemory(opening: path)
    theirs.marks.mark(from: start, to: start + 1)
    #expect(mine.marks.isMarked(0))
    #expect(theirs.marks.count == 100)
    #expect(theirs.marks.start == start)
    MarkMemory.removeFile(path)
    #expect(throws: MarkMemory.Failure.self) { try MarkMemory(opening: path) }
  }

  @Test func aWatchCountsGaps() throws {
    let memory = try marks(10)
    var watch = HiccupWatch(now: start, marks: memory.marks)
    var now = start
    for _ in 0..<1_000 {
      now += 5_000
      watch.note(now)
    }
    #expect(watch.gaps == 0)
    watch.note(now + 5_001)
    watch.note(now + 5_000)
    watch.skip(to: now + 1_000_000)
    watch.note(now + 1_000_100)
    watch.note(now + 1_020_100)
    #expect(watch.gaps == 2)
    #expect(watch.lostNanos == 25_001)
    #expect(watch.longest == 20_000)
    #expect(memory.marks.lostNanos(5) == 5_001)
    #expect(memory.marks.lostNanos(6) == 20_000)
  }

  @Test func cleanLeavesMarkedWindowsOut() throws {
    let memory = try marks(100)
    var recorder = LatencyRecorder(
      LatencyRecorder.Options(start: start, graceNanos: 2_000_000), marks: memory.marks)
    // One message every 100 µs, 100 ns late; in window 3 all are 7 µs late, and it is marked; one
    // of window 6 comes in window 7, which is marked too.
    for index in 0..<100 {
      let due = start + UInt64(index) * 100_000
      var late: UInt64 = index / 10 == 3 ? 7_000 : 100
      if index == 69 { late = 150_000 }
      recorder.record(due: due, seen: due + late)
      // The marks come late, within the grace.
      if index == 49 { memory.marks.mark(from: start + 3_100_000, to: start + 3_107_000) }
      if index == 75 { memory.marks.mark(from: start + 7_000_000, to: start + 7_100_000) }
    }
    recorder.finish()
    #expect(recorder.all.count == 100)
    #expect(recorder.clean.count == 100 - 10 - 10 - 1)
    #expect(recorder.unclean == 21)
    #expect(recorder.overflowed == 0)
    #expect(recorder.clean.max == 100)
    #expect(recorder.clean.percentile(50) == 100)
    #expect(recorder.all.max == 150_000)
  }

  @Test func withoutRoomASampleStandsInAllOnly() throws {
    let memory = try marks(100)
    var recorder = LatencyRecorder(
      LatencyRecorder.Options(start: start, pendingSamples: 256), marks: memory.marks)
    for index in 0..<1_000 { recorder.record(due: start, seen: start + UInt64(index)) }
    recorder.finish()
    #expect(recorder.all.count == 1_000)
    #expect(recorder.overflowed == 1_000 - 256)
    #expect(recorder.clean.count == 256)
    #expect(recorder.clean.max == 255)
  }

  @Test func samplesAreSettledOnTheWay() throws {
    let memory = try marks(1_000)
    var recorder = LatencyRecorder(
      LatencyRecorder.Options(start: start, pendingSamples: 4_096, graceNanos: 2_000_000),
      marks: memory.marks)
    // 1 M/s for 500 ms: 500,000 samples through room for 4,096.
    for index in 0..<500_000 {
      let due = start + UInt64(index) * 1_000
      recorder.record(due: due, seen: due + 50)
    }
    #expect(recorder.clean.count > 490_000)
    recorder.finish()
    #expect(recorder.clean.count == 500_000)
    #expect(recorder.overflowed == 0)
  }

  @Test func withoutMarksEveryMessageIsClean() {
    var recorder = LatencyRecorder(LatencyRecorder.Options(start: start), marks: nil)
    recorder.record(due: start + 10, seen: start)
    recorder.record(due: start, seen: start + 20)
    recorder.record(due: start, seen: start + 90, nanos: 7)
    recorder.finish()
    #expect(recorder.clean.count == 3)
    #expect(recorder.all.max == 20)
    #expect(recorder.all.percentile(1) == 0)
  }

  @Test func slotsSayWhatHappenedWhen() {
    var recorder = LatencyRecorder(
      LatencyRecorder.Options(start: start, slots: 4, slotNanos: 1_000), marks: nil)
    // Slot 0: latencies 1...100, one of them seen in slot 1.
    for value in 1...99 {
      recorder.record(due: start + UInt64(value), seen: start + UInt64(value) * 2)
    }
    recorder.noteDepth(5)
    recorder.record(due: start + 999, seen: start + 1_099)
    recorder.record(due: start + 2_000, seen: start + 2_007)
    recorder.noteDepth(3)
    // Beyond the last slot: counts there.
    recorder.record(due: start + 9_000, seen: start + 9_001)
    recorder.finish()
    let slots = recorder.series.slots
    #expect(slots.map(\.offered) == [100, 0, 1, 1])
    #expect(slots.map(\.seen) == [99, 1, 1, 1])
    #expect(slots.map(\.max) == [100, 0, 7, 1])
    #expect(slots.map(\.depth) == [5, 0, 3, 0])
    #expect(slots.map(\.p50) == [50, 0, 7, 1])
    // 99 lies in a bucket that reaches from 98 to 99.
    #expect(slots[0].p99 == 99)
  }
}

public import Timing

/// What the lab records in the reader thread, for every eighth group of messages that were due at
/// one reading of the clock (one message, where the reader keeps up).
///
/// `receive` is the age of the group's oldest message when it is taken, `decoded` its age at the
/// next reading; all messages of the group count alike. `decode` is the time between the two,
/// divided by the group. Not every group: recording takes time that the next message waits for, and
/// the worker records each one's age right after. Owned by the reader thread until it has ended.
public final class ReaderProbe: @unchecked Sendable {
  // Safety of `@unchecked`: one thread at a time, as above.
  public internal(set) var receive: LatencyRecorder
  public internal(set) var decode: LatencyRecorder
  public internal(set) var decoded: LatencyRecorder
  /// Where the moments of some writes go, for the wait in the lane; nil where nobody looks.
  let stamps: StampLane?
  private var groups: UInt64 = 0
  private var stamped: UInt64 = 0

  /// Groups of which one is timed, and of which one is stamped.
  private static var timeEvery: UInt64 { 8 }
  private static var stampEvery: UInt64 { 16 }

  public init(
    _ options: LatencyRecorder.Options, marks: WindowMarks?, stamps: StampLane? = nil
  ) {
    receive = LatencyRecorder(options, marks: marks)
    decode = LatencyRecorder(options, marks: marks)
    decoded = LatencyRecorder(options, marks: marks)
    self.stamps = stamps
  }

  /// Records a group of `count` messages, the oldest of which was due at `due`: taken at `taken`,
  /// in the lane at `done`. `ordinal` is that of the last record in the only lane.
  @usableFromInline @inline(never)
  func record(due: UInt64, taken: UInt64, done: UInt64, count: Int, ordinal: UInt64) {
    groups &+= 1
    // Where the reader keeps up, a message waits for the recording of the one before it.
    guard groups % Self.timeEvery == 0 else { return }
    let messages = UInt64(count)
    receive.record(due: due, seen: taken, nanos: taken > due ? taken &- due : 0, count: messages)
    decoded.record(due: due, seen: done, nanos: done > due ? done &- due : 0, count: messages)
    decode.record(due: due, seen: done, nanos: (done &- taken) / messages, count: messages)
    guard let stamps, groups % Self.stampEvery == 0, ordinal > stamped else { return }
    stamped = ordinal
    stamps.add(ordinal: ordinal, nanos: done)
  }

  /// Settles what waits. After the run.
  public func finish() {
    receive.finish()
    decode.finish()
    decoded.finish()
  }
}

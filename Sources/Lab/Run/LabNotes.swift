internal import FeedKit

/// What a reader of a result must know before the figures.
enum LabNotes {
  /// Shares above which a machine counts as noisy.
  private static var noisyShare: Double { 0.02 }

  static func about(_ result: LabResult) -> [String] {
    var notes: [String] = []
    let environment = result.environment
    let lost = result.hiccups.filter { $0.thread == "calibration" && $0.nanos > 0 }
    let worst = lost.map { Double($0.lostNanos) / Double($0.nanos) }.max() ?? 0
    if worst > noisyShare {
      let longest = lost.map(\.longest).max() ?? 0
      notes.append(
        "noisy machine: before the run a spinning thread lost \(LabBars.percent(worst)) of its "
          + "time, \(longest / 1_000) µs at once at worst")
    }
    if environment.stolenShare > noisyShare {
      notes.append(
        "the hypervisor took \(LabBars.percent(environment.stolenShare)) of the CPU time")
    }
    if environment.backgroundShare > noisyShare {
      notes.append(
        "other processes used \(LabBars.percent(environment.backgroundShare)) of the CPU time")
    }
    if result.cleanShare < LabBars.leastCleanShare {
      notes.append(
        "\(LabBars.percent(result.cleanShare)) of the 1 ms windows are clean: too few for a verdict"
      )
    }
    if !environment.hasConstantTicks {
      notes.append("the processor's ticks are not constant: times are not to be trusted")
    }
    if BuiltFrom.configuration == "debug" {
      notes.append("a debug build: build with -c release before you measure")
    }
    return notes
  }
}

/// Points of time as text.
enum UTCText {
  /// RFC 3339, seconds.
  static func text(ofUnixNanos nanos: UInt64) -> String {
    let seconds = Int(nanos / 1_000_000_000)
    let day = CivilDate(daysSince1970: seconds / 86_400)
    let rest = seconds % 86_400
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(day)T\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
  }
}

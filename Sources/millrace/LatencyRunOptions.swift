internal import Engine

/// The options of `millrace run` that concern what it measures of itself, and who gets to know.
enum LatencyRunOptions {
  static let latency = CommandOption.choice(
    "latency", ["on", "off"], help: "measure the stages of the pipeline while it runs",
    default: "on")
  static let interval = CommandOption.text(
    "latency-interval", "TIME",
    help: "how often each thread's percentiles go into the stream and the journal, or off",
    default: "1m")
  static let metricsFile = CommandOption.text(
    "metrics-file", "FILE",
    help: "keep FILE up to date with all metrics in the text format of Prometheus")
  static let metricsInterval = CommandOption.duration(
    "metrics-interval", help: "time between two updates of the metrics file", default: "5s")

  static let all: [any DeclaredOption] = [latency, interval, metricsFile, metricsInterval]

  /// Below that the records would be many and each of too few messages.
  private static var leastNanos: UInt64 { 100_000_000 }

  static func options(_ arguments: CommandArguments) throws(CommandError) -> LatencyOptions {
    var options = LatencyOptions()
    options.isOn = arguments.value(of: latency) == "on"
    let text = arguments.value(of: interval)
    guard text != "off" else {
      options.recordNanos = nil
      return options
    }
    guard let nanos = OptionUnits.nanos(text), nanos >= leastNanos else {
      throw CommandError(
        .usage, verb: RunVerb.name, happened: "no such interval",
        what: "--latency-interval \(text)", remedy: "give off, or 100ms or more, such as 1m")
    }
    options.recordNanos = nanos
    return options
  }
}

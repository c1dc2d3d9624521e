internal import Ledger
internal import SharedMemory

/// `millrace top`: what a running pipeline does, again and again.
enum TopVerb: Verb {
  static var name: String { "top" }
  static var summary: String { "watch a running pipeline: rates, lag, latencies, losses" }
  static var operands: String { "[INSTANCE]" }
  static var options: [any DeclaredOption] {
    [InstanceOptions.instance, interval, once, count, InstanceOptions.folder]
  }
  static var notes: String {
    """
    Reads the counters file and the rings' headers only: the pipeline does not notice. Drawn anew
    in place after each interval; q ends it. Where the pipeline ends, the last figures stay and the
    next run under the same name is followed.

    Latencies: p50, p99 and p99.9 of the interval from coarse buckets (about a tenth exact), and
    of the time since the start with three digits. --json writes one object an interval; --once,
    and where the output is no terminal, writes plain pages without escape codes.

      millrace top
      millrace top --once --interval 5s
      millrace top prod --json --count 60 > top.jsonl

    Exit code 69: there is no such instance.
    """
  }

  static let interval = CommandOption.duration(
    "interval", help: "time from one look to the next", default: "1s")
  static let once = CommandOption.flag(
    "once", help: "one page after one interval, as plain text")
  static let count = CommandOption.count(
    "count", in: 1...Int.max, help: "end after so many pages")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let location = try location(context.arguments)
    StopSignals.hold(StopSignals.ofTerminals)
    var look = TopLook(location)
    // The first look is only what the rates begin with; it also tells what cannot be read.
    try look.take()
    let nanos = max(context.arguments.value(of: interval), leastNanos)
    let isJSON = context.arguments[GlobalOptions.json]
    let isPlain = context.arguments[once] || isJSON || !SystemCalls.isTerminal(1)
    let pages = context.arguments[once] ? 1 : context.arguments[count] ?? .max
    if isPlain {
      return try printPages(pages, &look, nanos: nanos, isJSON: isJSON, context)
    }
    return try TopScreen.run(&look, pages: pages, nanos: nanos, context)
  }

  /// Between two looks at the least: more often there is nothing new in the file.
  private static var leastNanos: UInt64 { 50_000_000 }

  private static func printPages(
    _ pages: Int, _ look: inout TopLook, nanos: UInt64, isJSON: Bool, _ context: CommandContext
  ) throws(CommandError) -> ExitCode {
    for page in 0..<pages {
      if StopSignals.wait(nanos: nanos, for: StopSignals.ofTerminals) { break }
      try look.take()
      guard let frame = look.frame else { continue }
      if isJSON {
        try context.output.write(frame.json + "\n")
      } else {
        if page > 0 { try context.output.write("\n") }
        try context.output.write(TopPage(frame).lines.map { $0.plain + "\n" }.joined())
      }
      try context.output.flush()
    }
    return .ok
  }

  /// The instance that is meant: the operand, or as `status` chooses.
  private static func location(
    _ arguments: CommandArguments
  ) throws(CommandError) -> RingLocation {
    let folder = InstanceFolder(arguments)
    let words = arguments.operands
    guard words.count < 2, words.isEmpty || arguments[InstanceOptions.instance] == nil else {
      throw CommandError(
        .usage, verb: name, happened: "more than one instance", what: words.joined(separator: " "),
        remedy: "name one")
    }
    guard let location = try folder.chosen(arguments, named: words.first, verb: name) else {
      throw CommandError(
        .usage, verb: name, happened: "several instances are there",
        what: folder.names.joined(separator: ", "), remedy: "name one: millrace top NAME")
    }
    return location
  }
}

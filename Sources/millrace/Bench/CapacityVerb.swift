internal import Lab

/// `millrace bench capacity`: the highest rate that the pipeline keeps up with.
enum CapacityVerb: Verb {
  static var name: String { "bench capacity" }
  static var summary: String {
    "the highest rate without loss, and latencies at 50, 80, 95 % of it"
  }
  static var operands: String { "" }
  static var options: [any DeclaredOption] {
    [from, limit, step, shares, precision] + LoadOptions.all
  }
  static var notes: String {
    """
    Rates are doubled until one is too high, then the space between is halved. A rate is kept up
    with where nothing is lost, 99 % of the messages are seen while they are due, and those of the
    last quarter are less than a millisecond late in the middle. One that fails is tried once more,
    since the machine's own pauses can spoil a step.

      millrace bench capacity
      millrace bench capacity --outputs books,mbp-1 --html capacity.html
      millrace bench capacity --input udp --from 50k --step 1s

    Exit code 1: messages were lost at 80 % of the capacity, or the ledger was violated.
    """
  }

  private static let from = CommandOption.rate(
    "from", help: "the first rate, messages a second", default: "250k")
  private static let limit = CommandOption.rate(
    "limit", help: "the highest rate that is tried", default: "200M")
  private static let step = CommandOption.duration(
    "step", help: "how long each rate is offered", default: "500ms")
  private static let shares = CommandOption.duration(
    "shares", help: "how long each of 50, 80 and 95 % of the capacity is offered", default: "1s")
  private static let precision = CommandOption.fraction(
    "precision", help: "how near the bounds come before the search ends", default: "5%")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let arguments = context.arguments
    var plan = try LoadOptions.plan(arguments, verb: name)
    var search = LabSearch()
    search.from = arguments.value(of: from)
    search.limit = arguments.value(of: limit)
    search.stepNanos = arguments.value(of: step)
    search.shareNanos = arguments.value(of: shares)
    search.precision = 1 + arguments.value(of: precision)
    guard search.from >= 1_000, search.limit >= search.from, search.limit <= 1e9 else {
      throw CommandError(
        .usage, verb: name, happened: "rates in the wrong order or out of reach",
        what: "--from, --limit", remedy: "give 1k or more, and a limit up to 1G above it")
    }
    guard search.stepNanos >= 20_000_000, search.shareNanos >= 20_000_000 else {
      throw CommandError(
        .usage, verb: name, happened: "too short to tell", what: "--step, --shares",
        remedy: "give 20ms or more")
    }
    guard search.precision > 1.001 else {
      throw CommandError(
        .usage, verb: name, happened: "too fine", what: "--precision",
        remedy: "give 0.2% or more")
    }
    plan.profile.rate = search.from
    plan.profile.nanos = search.stepNanos
    try LoadOptions.check(plan, verb: name)
    let fixed = plan
    let result = try BenchRun.run(context, verb: name) { (watcher) throws(LabFailure) in
      try LabRun(fixed, watcher: watcher).capacity(search)
    }
    return try BenchRun.deliver(result, context, verb: name)
  }
}

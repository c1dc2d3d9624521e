internal import Engine
internal import Lab

/// Options of the verbs that send a load through the pipeline.
enum LoadOptions {
  static let input = CommandOption.choice(
    "input", ["memory", "udp", "tcp"],
    help:
      "where messages come from: memory is the pipeline alone, the others go through the kernel",
    default: "memory")
  static let layout = CommandOption.choice(
    "layout", ["split", "inline"],
    help: "split: reader and worker on a CPU each; inline: one thread does both "
      + "(by default inline where a ring reader needs the other CPU)")
  static let last = CommandOption.choice(
    "last", ["worker", "published", "reader"],
    help: "where a message's way ends: taken by the worker, published, or seen by another process "
      + "(by default worker for memory, reader for sockets)")
  static let outputs = CommandOption.text(
    "outputs", "LIST",
    help: "what workers add, by commas: \(ShardOutputs.names.joined(separator: ", ")), none",
    default: "none")
  static let feed = CommandOption.choice(
    "feed", ["itch50"], help: "the feed of the simulated market", default: "itch50")
  static let symbols = CommandOption.count(
    "symbols", in: 16...8_500, help: "simulated market: number of symbols", default: "1000")
  static let seed = CommandOption.count(
    "seed", help: "simulated market: seed of the day", default: "1")
  static let messages = CommandOption.count(
    "messages", in: 1_000...LabMarket.limit,
    help: "simulated market: messages made before the run; without books they are played over "
      + "and over (by default as many as are due, 2M at most where they are)")
  static let realtime = CommandOption.flag(
    "realtime", help: "spinning threads get real-time priority (SCHED_FIFO); needs the right to")
  static let laneLines = CommandOption.count(
    "lane-lines", in: 64...(1 << 20), help: "64-byte lines of the lane", default: "4096")
  static let ringLines = CommandOption.count(
    "ring-lines", in: 1024...(1 << 24),
    help: "64-byte lines of the ring in shared memory, a power of two", default: "65536")
  static let portable = CommandOption.flag(
    "portable", help: "decode without wide instructions")
  static let slot = CommandOption.duration(
    "slot", help: "length of a slot of the series over time", default: "10ms")
  static let label = CommandOption.text(
    "label", "TEXT", help: "name of the run in tables and plots")
  static let output = CommandOption.text(
    "output", "FILE", help: "write the whole result as JSON")
  static let html = CommandOption.text(
    "html", "FILE", help: "write a report with plots, one file without links")
  static let folder = CommandOption.text(
    "folder", "DIR", help: "folder of rings and counters", default: "/dev/shm/millrace")

  static let all: [any DeclaredOption] = [
    input, layout, last, outputs, feed, symbols, seed, messages, BenchOptions.cpus, realtime,
    laneLines, ringLines, portable, slot, label, output, html, folder,
  ]

  /// The plan that the options of every load make, without its profile.
  static func plan(_ arguments: CommandArguments, verb: String) throws(CommandError) -> LabPlan {
    var plan = LabPlan()
    plan.cpus = try BenchOptions.cpus(arguments, verb: verb)
    plan.input = arguments.value(of: input)
    plan.last = arguments[last] ?? (plan.usesSockets ? "reader" : "worker")
    let needsPeer = plan.last == "reader" || plan.usesSockets
    plan.layout = arguments[layout] ?? (needsPeer && plan.cpus.count < 3 ? "inline" : "split")
    let outputs = arguments.value(of: outputs)
    plan.outputs = outputs.split(separator: ",").map(String.init).filter { $0 != "none" }
    if let unknown = plan.outputs.first(where: { ShardOutputs(name: $0) == nil }) {
      throw CommandError(
        .usage, verb: verb, happened: "no such output", what: "--outputs \(unknown)",
        remedy: "known are \(ShardOutputs.names.joined(separator: ", "))")
    }
    plan.market.symbols = arguments.value(of: symbols)
    plan.market.seed = UInt64(arguments.value(of: seed))
    plan.market.messages = arguments[messages]
    plan.isRealtime = arguments[realtime]
    plan.laneLines = arguments.value(of: laneLines)
    plan.ringLines = arguments.value(of: ringLines)
    plan.usesWideInstructions = !arguments[portable]
    plan.slotNanos = arguments.value(of: slot)
    plan.label = arguments[label]
    plan.folder = arguments.value(of: folder)
    plan.version = Version.text
    plan.command = ["millrace"] + SystemCalls.arguments
    guard plan.ringLines & (plan.ringLines - 1) == 0 else {
      throw CommandError(
        .usage, verb: verb, happened: "not a power of two",
        what: "--ring-lines \(plan.ringLines)", remedy: "try 65536")
    }
    guard plan.slotNanos >= 1_000_000 else {
      throw CommandError(
        .usage, verb: verb, happened: "a slot is too short", what: "--slot",
        remedy: "give 1ms or more")
    }
    return plan
  }

  /// Throws where the plan cannot run here.
  static func check(_ plan: LabPlan, verb: String) throws(CommandError) {
    guard let problem = plan.problem else { return }
    throw CommandError(
      .usage, verb: verb, happened: problem, what: "",
      remedy: "try another --layout or --last, or other rates: see millrace \(verb) --help")
  }
}

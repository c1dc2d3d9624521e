internal import Lab

/// `millrace bench burst`: a load with a due time for every message, through the real pipeline.
enum BurstVerb: Verb {
  static var name: String { "bench burst" }
  static var summary: String { "latency of each stage under a load that does not wait" }
  static var operands: String { "" }
  static var options: [any DeclaredOption] { ProfileOptions.all + LoadOptions.all }
  static var notes: String {
    """
    Every message has a due time, and counts as late from then on, whatever kept it: nothing waits
    for the pipeline (open loop). The way is that of production: decoder, lane, worker, shared
    memory, a reader in another process. Percentiles stand twice: over all messages, and over those
    of clean 1 ms windows, in which no thread lost time to the machine.

      millrace bench burst
      millrace bench burst --profile microburst --rate 500k --burst-length 50us --period 10ms
      millrace bench burst --rate 1M --outputs books,mbp-1 --html burst.html
      millrace bench burst --input udp --last reader --rate 200k --output udp.json
      millrace bench burst --capture day.pcapng --speed 10

    All threads spin. On two CPUs the layout split ends at the worker or in shared memory; a reader
    in another process needs the second CPU, and then one thread is reader and worker (inline).

    Exit code 1: messages were lost, or an equation of the ledger was violated.
    """
  }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    var plan = try LoadOptions.plan(context.arguments, verb: name)
    plan.profile = try ProfileOptions.profile(context.arguments, verb: name)
    try LoadOptions.check(plan, verb: name)
    let result = try BenchRun.run(context, verb: name) { (watcher) throws(LabFailure) in
      try LabRun(plan, watcher: watcher).burst()
    }
    return try BenchRun.deliver(result, context, verb: name)
  }
}

internal import Lab

/// `millrace bench-peer PLAN`: the other process of a run of the lab, started by the program
/// itself: it reads the ring, sends the load, or both, and answers with JSON.
enum BenchPeerVerb: Verb {
  static var name: String { "bench-peer" }
  static var summary: String { "the other process of millrace bench; not for people" }
  static var operands: String { "PLAN" }
  static var options: [any DeclaredOption] { [] }
  static var notes: String { "" }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    // The parent ends it: through shared memory, or with SIGKILL.
    StopSignals.hold()
    try context.output.write(PeerProcess.run(planPath: context.arguments.operands[0]))
    return .ok
  }
}

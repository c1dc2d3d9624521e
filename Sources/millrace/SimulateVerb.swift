internal import FeedKit
internal import FeedRegistry

/// A simulated venue: one type, and one line in `SimulatorTable`.
protocol Simulator: SendableMetatype {
  /// The operand that names it.
  static var name: String { get }
  /// One line for help, without a full stop.
  static var summary: String { get }
  /// Its options; those of all simulators form one list, so equal names must mean the same.
  static var options: [any DeclaredOption] { get }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode
}

/// All simulators, one a line.
enum SimulatorTable {
  static let simulators: [any Simulator.Type] = [
    ItchSimulation.self
  ]
}

/// `millrace simulate`: a deterministic exchange, into a file or on the network; below it a verb
/// for each feed of the registry that has a simulated upstream.
enum SimulateVerb: Verb {
  static var name: String { "simulate" }
  static var summary: String { "simulate an exchange, into a file or live on the network" }
  static var operands: String { "PROTOCOL" }
  static var options: [any DeclaredOption] {
    var names: Set<String> = []
    return SimulatorTable.simulators.flatMap { $0.options }
      .filter { names.insert($0.name).inserted }
  }
  static var subverbs: [any Verb.Type] {
    FeedRegistry.feeds.compactMap { feed in
      feed.simulator == nil ? nil : upstream(feed)
    }
  }

  private static func upstream<Source: Feed>(_ feed: Source.Type) -> any Verb.Type {
    UpstreamVerb<Source>.self
  }

  static var notes: String {
    let known = SimulatorTable.simulators.map { "  \($0.name)  \($0.summary)" }
    return """
      protocols:
      \(known.joined(separator: "\n"))

      upstreams of live sessions, each with options of its own:
      \(subverbs.map { "  \($0.name)  \($0.summary)" }.joined(separator: "\n"))

      The same options give the same bytes. Examples:
        millrace simulate itch --output day.itch --messages 10M
        millrace simulate itch --output day.pcap --format pcap --symbols 500
        millrace simulate itch --line-a 239.1.1.1:26400@lo --line-b 239.1.1.2:26400@lo \\
          --loss 1% --re-request 127.0.0.1:26500 --duration 30s
      Ctrl-C ends the day in good order: closing cross, end of session.
      """
  }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let word = context.arguments.operands[0]
    guard context.arguments.operands.count == 1 else {
      throw CommandError(
        .usage, verb: name, happened: "one protocol at a time",
        what: context.arguments.operands.joined(separator: " "), remedy: "name one of them")
    }
    guard let simulator = SimulatorTable.simulators.first(where: { $0.name == word }) else {
      let names =
        SimulatorTable.simulators.map { $0.name }
        + subverbs.map { String($0.name.dropFirst(name.count + 1)) }
      throw CommandError(
        .usage, verb: name, happened: "there is no simulator of this protocol", what: word,
        remedy: "known are \(names.joined(separator: ", "))")
    }
    return try simulator.run(context)
  }
}

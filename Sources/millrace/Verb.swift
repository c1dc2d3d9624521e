/// One thing that the program does. A verb is one file and one line in `VerbTable`.
protocol Verb: SendableMetatype {
  /// The word after `millrace`.
  static var name: String { get }
  /// One sentence for the overview.
  static var summary: String { get }
  /// What follows the options in the usage line (`FILE...`); empty where nothing may.
  static var operands: String { get }
  /// The verb's own options, in the order in which help lists them.
  static var options: [any DeclaredOption] { get }
  /// What help says below the options: examples, exit codes of its own. May be empty.
  static var notes: String { get }
  /// Verbs below this one, chosen by the first operand; each name begins with this one's.
  static var subverbs: [any Verb.Type] { get }

  /// Does the work. Standard output goes through `context.output`.
  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode
}

extension Verb {
  static var subverbs: [any Verb.Type] { [] }
}

/// What a verb works with.
struct CommandContext {
  let arguments: CommandArguments
  let output: OutputWriter
  let terminal: Terminal
}

/// All verbs, one a line, in the order of the overview.
enum VerbTable {
  static let verbs: [any Verb.Type] = [
    RunVerb.self,
    StatusVerb.self,
    TopVerb.self,
    SessionVerb.self,
    TailVerb.self,
    ReplayVerb.self,
    InspectVerb.self,
    ArchiveVerb.self,
    PruneVerb.self,
    VerifyVerb.self,
    RepairVerb.self,
    MergeVerb.self,
    SplitVerb.self,
    ExportVerb.self,
    RedecodeVerb.self,
    ExplainVerb.self,
    ValidateVerb.self,
    GapsVerb.self,
    SymbolsVerb.self,
    QuarantineVerb.self,
    SimulateVerb.self,
    BenchVerb.self,
  ]

  /// Verbs that the program starts itself with; help does not list them.
  static let hidden: [any Verb.Type] = [
    BenchPeerVerb.self
  ]
}

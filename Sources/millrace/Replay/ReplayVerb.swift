internal import Engine
internal import Glibc
internal import Journal

/// `millrace replay`: a journal into the outlets of a live pipeline.
enum ReplayVerb: Verb {
  static var name: String { "replay" }
  static var summary: String {
    "play a journal into shared memory, standard output or ITCH datagrams, as if it were live"
  }
  static var operands: String { "PATH..." }
  static var options: [any DeclaredOption] { ReplayVerbOptions.all }
  static var notes: String {
    """
    PATH is a segment, a day, a dataset or a journal's root; other .dbn and .dbn.zst files play too.
    Shards are merged by receive time. --to names the outlet: times are --from and --until.

    shm: one ring a shard, with symbols and counters, where millrace run has them: status, tail and
    every reader see no difference. Rings never wait: a reader that is slower than the replay (as at
    --speed max) is lapped and told so; --rate, or rings as large as the replay, keep all.
    stdout: the same bytes every time. The report goes to standard error.
    itch-udp: orders, trades, status, imbalances and symbols of XNAS.ITCH as ITCH 5.0 in MoldUDP64;
    what has no way back is counted. At max 500k records/s, as datagrams have no flow control.

      millrace replay /data/XNAS.ITCH/2026-03-02 --from 14:30 --start-delay 5s
      millrace replay 14-0.dbn.zst --to stdout --symbols AAPL --speed max --format jsonl
      millrace replay 14-0.dbn.zst --to itch-udp --line 127.0.0.1:26477 --speed 10

    Exit codes: 0 played, or stopped by a signal; 1 no record is wanted, or something is damaged or
    missing and the rest was played; 65 and 66 no path can be read; 73 the instance's name is taken.
    """
  }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    StopSignals.hold()
    let session = try ReplaySession(context)
    return try session.run()
  }

  static func failure(
    _ code: ExitCode, _ happened: String, _ what: String, _ remedy: String = ""
  ) -> CommandError {
    CommandError(code, verb: name, happened: happened, what: what, remedy: remedy)
  }

  static func failure(_ error: ReplayError) -> CommandError {
    switch error {
    case .closedOutput: .closedOutput
    case .journal(let error): failure(error)
    case .sharedMemory:
      failure(
        .cannotCreate, "\(error)", "shared memory",
        "another run may have this name: use --instance NAME, or end it")
    case .counters:
      failure(
        .cannotCreate, "\(error)", "the counters file",
        "check the folder's permissions, or use --folder DIR")
    case .net:
      failure(.unavailable, "\(error)", "network", "check the address and the interface")
    case .thread: failure(.unavailable, "\(error)", "threads")
    case .output:
      failure(
        .inputOutput, "\(error)", "standard output",
        "check the disk or the pipe that it goes to")
    }
  }

  /// Why a journal could not be read, for any verb.
  static func failure(_ error: JournalError, verb: String = ReplayVerb.name) -> CommandError {
    let (code, what, remedy): (ExitCode, String, String) =
      switch error {
      case .system(_, let path, let code):
        (code == ENOENT ? .noInput : .inputOutput, path, "check the path")
      case .notASegment(let path, _):
        (.badInput, path, "look into it with millrace inspect")
      case .damaged(let path, _, _): (.badInput, path, "millrace verify says more")
      case .badOption, .coder: (.usage, "", "")
      }
    return CommandError(
      code, verb: verb, happened: "\(error)", what: what, remedy: remedy)
  }
}

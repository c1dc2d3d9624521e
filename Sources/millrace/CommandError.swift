internal import Captures

/// Why a verb could not do its work: what happened, to what, and what to do about it.
struct CommandError: Error, CustomStringConvertible {
  let code: ExitCode
  let verb: String
  let happened: String
  let what: String
  let remedy: String
  /// Whether the reader of standard output has gone, which is no failure.
  let isClosedOutput: Bool

  /// `verb` is empty for what concerns the program as a whole.
  init(_ code: ExitCode, verb: String, happened: String, what: String, remedy: String) {
    self.code = code
    self.verb = verb
    self.happened = happened
    self.what = what
    self.remedy = remedy
    isClosedOutput = false
  }

  /// The reader of standard output has gone.
  static var closedOutput: CommandError { CommandError(closed: true) }

  /// A signal came before the work was done; nothing half done is left behind.
  static func stopped(verb: String) -> CommandError {
    CommandError(
      .stopped, verb: verb, happened: "stopped by a signal", what: "nothing was left behind",
      remedy: "")
  }

  private init(closed: Bool) {
    code = .ok
    verb = ""
    happened = "the reader of the output has gone"
    what = "standard output"
    remedy = ""
    isClosedOutput = closed
  }

  /// `millrace VERB: what happened: to what: what to do`.
  var description: String {
    let program = verb.isEmpty ? "millrace" : "millrace \(verb)"
    return [program, happened, what, remedy].filter { !$0.isEmpty }.joined(separator: ": ")
  }
}

extension CommandError {
  /// An input file that could not be opened.
  init(_ error: InputError, verb: String) {
    let (code, happened, remedy): (ExitCode, String, String) =
      switch error.kind {
      case .notFound: (.noInput, "there is no such file", "check the path")
      case .permissionDenied:
        (.permission, "permission denied", "make the file readable for this user")
      case .notRegularFile:
        (.badInput, "not a regular file", "copy pipes and devices into a file first")
      case .isDirectory: (.badInput, "is a directory", "name one of the files inside")
      case .isEmpty:
        (.badInput, "the file is empty", "check that the copy or the recording was finished")
      case .compression(let cause):
        (.badInput, "\(cause)", "copy the file again, or unpack it and inspect what came out")
      case .system: (.inputOutput, "\(error)", "check the disk and try again")
      }
    self.init(code, verb: verb, happened: happened, what: error.path, remedy: remedy)
  }
}

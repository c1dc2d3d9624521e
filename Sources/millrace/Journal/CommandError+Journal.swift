internal import Glibc
internal import Journal

extension CommandError {
  /// A file or folder that could not be made, written or renamed.
  init(_ failure: SystemCalls.FileFailure, verb: String) {
    let (code, remedy) = Self.meaning(ofErrno: failure.code)
    self.init(code, verb: verb, happened: failure.text, what: failure.path, remedy: remedy)
  }

  /// What the journal's own code could not do.
  init(_ error: JournalError, verb: String) {
    switch error {
    case .system(_, let path, let code):
      self.init(SystemCalls.FileFailure(code: code, path: path), verb: verb)
    case .notASegment(let path, let detail):
      self.init(
        .badInput, verb: verb, happened: detail, what: path,
        remedy: "name journal segments, their folders, or DBN files")
    case .damaged(let path, let block, let detail):
      self.init(
        .badInput, verb: verb, happened: detail,
        what: block.map { "\(path), block \($0)" } ?? path,
        remedy: "millrace verify lists all damage, millrace repair keeps what can be read")
    case .badOption(let text):
      self.init(
        .usage, verb: verb, happened: text, what: "", remedy: "see millrace help \(verb)")
    case .coder(let text):
      self.init(.badInput, verb: verb, happened: text, what: "", remedy: "")
    }
  }

  private static func meaning(ofErrno code: Int32) -> (ExitCode, String) {
    switch code {
    case ENOENT, ENOTDIR: (.noInput, "check the path")
    case EACCES, EPERM, EROFS: (.permission, "use files and folders that this user may use")
    case EISDIR: (.badInput, "name a file")
    case ENOSPC, EDQUOT, EFBIG: (.inputOutput, "make room on the disk and try again")
    default: (.inputOutput, "check the disk and try again")
    }
  }
}

extension SystemCalls {
  static func isClosedPipe(_ code: Int32) -> Bool { code == EPIPE }
}

/// Why a counters file cannot be made or read.
public enum CounterFileError: Error, Equatable, CustomStringConvertible {
  /// A Linux call failed: what was tried, on which path, and the error's number.
  case system(call: String, path: String, errno: Int32)
  /// The file does not begin with the counters file's magic.
  case notACountersFile(path: String)
  /// The layout's version is not one that this program reads.
  case unknownVersion(UInt32)
  /// The file ends before what its header promises, or promises more than the limits allow.
  case truncated(what: String)
  /// A part of the file contradicts another.
  case corrupt(what: String)
  /// The plan asks for more than the limits allow.
  case tooLarge(what: String)

  public var description: String {
    switch self {
    case .system(let call, let path, let errno):
      "\(call) of \(path) failed with error \(errno) (\(systemMessage(errno)))"
    case .notACountersFile(let path):
      "\(path) is not a counters file of millrace; name the one of a running instance"
    case .unknownVersion(let version):
      "the counters file has layout version \(version), this program reads \(FileLayout.version)"
    case .truncated(let what): "the counters file is cut short: \(what)"
    case .corrupt(let what): "the counters file is damaged: \(what)"
    case .tooLarge(let what): "the counters do not fit their file: \(what)"
    }
  }
}

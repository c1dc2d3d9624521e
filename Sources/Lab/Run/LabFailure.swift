public import Engine
public import Net

/// Why a run of the lab could not be made, or gave no result.
public enum LabFailure: Error, CustomStringConvertible {
  case engine(EngineError)
  case net(NetError)
  /// A call of the system failed on a file.
  case system(call: String, path: String, code: Int32)
  /// Options that do not go together; says what to do.
  case plan(String)
  /// Another process of the run did not do its part.
  case peer(String)
  /// A signal came.
  case stopped

  public var description: String {
    switch self {
    case .engine(let error): "\(error)"
    case .net(let error): "\(error)"
    case .system(let call, let path, let code):
      "\(call) \(path): \(LabFiles.message(ofCode: code))"
    case .plan(let text): text
    case .peer(let text): "the other process: \(text)"
    case .stopped: "stopped by a signal"
    }
  }
}

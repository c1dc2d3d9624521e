public import Captures
public import Journal
public import Ledger
public import Net
public import SharedMemory

/// Why a pipeline could not be started, or what stopped one of its parts.
public enum EngineError: Error, CustomStringConvertible {
  case thread(name: String, code: Int32)
  case input(InputError)
  case net(NetError)
  case sharedMemory(SharedMemoryError)
  case counters(CounterFileError)
  case journal(JournalError)
  /// The file is of no known kind, or its feed was not told.
  case unknownInput(path: String, detail: String)
  /// The venue refused the login.
  case loginRefused(String)

  public var description: String {
    switch self {
    case .thread(let name, let code):
      "starting thread \(name): error \(code): lower --shards or raise the limit (ulimit -u)"
    case .input(let error): error.description
    case .net(let error): error.description
    case .sharedMemory(let error): error.description
    case .counters(let error): "\(error)"
    case .journal(let error): error.description
    case .unknownInput(let path, let detail): "\(path): \(detail)"
    case .loginRefused(let reason): "login refused: \(reason)"
    }
  }
}

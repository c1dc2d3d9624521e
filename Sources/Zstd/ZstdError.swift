/// Why compressed bytes could not be read or written.
public enum ZstdError: Error, Equatable, Sendable {
  /// The library refused to allocate its state.
  case outOfMemory
  /// The bytes are not zstd frames, are damaged, or want a larger window than the limit; the text
  /// is the library's own.
  case refused(String)
}

extension ZstdError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .outOfMemory: "zstd: no memory for a context"
    case .refused(let reason): "zstd: \(reason)"
    }
  }
}

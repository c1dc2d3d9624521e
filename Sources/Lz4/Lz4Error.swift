/// Why LZ4 bytes could not be read or written.
public enum Lz4Error: Error, Equatable, Sendable {
  /// The library refused to allocate its state.
  case outOfMemory
  /// The bytes are no LZ4, are damaged, or hold another amount than they should; the text is the
  /// library's own where it has one.
  case refused(String)
}

extension Lz4Error: CustomStringConvertible {
  public var description: String {
    switch self {
    case .outOfMemory: "lz4: no memory for a context"
    case .refused(let reason): "lz4: \(reason)"
    }
  }
}

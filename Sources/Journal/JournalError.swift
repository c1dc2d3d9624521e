/// Why a journal could not be read or written.
public enum JournalError: Error, Equatable, Sendable {
  /// A system call failed.
  case system(call: String, path: String, code: Int32)
  /// The file is none of the journal's kinds, or not the one that was asked for.
  case notASegment(path: String, detail: String)
  /// Bytes of the file are damaged; `block` is nil for what belongs to no block.
  case damaged(path: String, block: UInt64?, detail: String)
  /// An option or operand that cannot be meant.
  case badOption(String)
  /// The compressor or decompressor refused.
  case coder(String)
}

extension JournalError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let call, let path, let code): "\(call) \(path): \(errorText(code))"
    case .notASegment(let path, let detail): "\(path): not a journal segment: \(detail)"
    case .damaged(let path, let block, let detail):
      block.map { "\(path): block \($0): \(detail)" } ?? "\(path): \(detail)"
    case .badOption(let text): text
    case .coder(let text): text
    }
  }
}

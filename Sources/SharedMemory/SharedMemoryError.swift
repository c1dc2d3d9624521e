/// Why a ring file could not be opened, by a writer or by a reader.
public enum SharedMemoryError: Error, Equatable {
  /// A system call failed: its name, the file, and `errno`.
  case system(call: String, path: String, code: Int32)
  /// Another writer of this ring is alive.
  case writerAlive(path: String)
  /// The file is not a ring, or of a version that this program does not know.
  case notARing(path: String)
  /// The header's sizes do not fit together, or not the size of the file.
  case badGeometry(path: String)
  /// The file is not a symbol file, or of a version that this program does not know.
  case notASymbolFile(path: String)
  /// The ordinal to start from has not been published yet.
  case ordinalAhead(path: String, ordinal: UInt64)
  /// An option is out of its range; the text names it and the range.
  case badOption(String)
}

extension SharedMemoryError: CustomStringConvertible {
  /// What happened, to which file, and what to do about it.
  public var description: String {
    switch self {
    case .system(let call, let path, let code):
      "\(call) failed on \(path): \(errorText(code))"
    case .writerAlive(let path):
      "another process is writing \(path); stop it, or choose another instance name"
    case .notARing(let path):
      "\(path) is not a millrace ring of a version known here"
    case .badGeometry(let path):
      "\(path) is damaged: its header does not fit the file; restart its writer"
    case .notASymbolFile(let path):
      "\(path) is not a millrace symbol file of a version known here; restart its writer"
    case .ordinalAhead(let path, let ordinal):
      "record \(ordinal) of \(path) has not been published yet"
    case .badOption(let text):
      text
    }
  }
}

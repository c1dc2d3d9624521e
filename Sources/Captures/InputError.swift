public import Gzip

/// Why an input file could not be opened, said so that its user knows what to do.
public struct InputError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of failure it is; a command chooses its exit code by it.
  public enum Kind: Equatable, Sendable {
    case notFound
    case permissionDenied
    case notRegularFile
    case isDirectory
    case isEmpty
    case compression(GzipError)
    /// Any other failure of the system, by errno.
    case system(Int32)
  }

  public let kind: Kind
  public let path: String
  /// The call that failed: `open`, `fstat`, `mmap`, `inflate`, `write`.
  public let operation: String

  public init(_ kind: Kind, path: String, operation: String) {
    self.kind = kind
    self.path = path
    self.operation = operation
  }

  public var description: String {
    switch kind {
    case .notFound:
      "\(path): there is no such file; check the path"
    case .permissionDenied:
      "\(path): permission denied; make the file readable for this user"
    case .notRegularFile:
      "\(path): not a regular file; pipes and devices must first be copied into a file"
    case .isDirectory:
      "\(path): is a directory; name one of the files inside"
    case .isEmpty:
      "\(path): the file is empty; check that the copy or the recording was finished"
    case .compression(let error):
      "\(path): \(error)"
    case .system(let code):
      "\(path): \(operation) failed with errno \(code) (\(errorText(code)))"
    }
  }
}

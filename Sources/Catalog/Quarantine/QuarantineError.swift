/// Why a quarantine file could not be read or written.
public struct QuarantineError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of failure it is.
  public enum Kind: Sendable, Equatable {
    /// There is no such file.
    case notFound
    /// Not allowed for this user.
    case access
    /// Not a quarantine file.
    case foreign
    /// A running pipeline writes it.
    case inUse
    case system
  }

  public var kind: Kind
  public var path: String
  public var text: String

  public var description: String { "\(text): \(path)" }
}

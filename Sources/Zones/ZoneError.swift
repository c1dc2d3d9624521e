/// Why a zone or trading hours could not be had.
public enum ZoneError: Error, Equatable, Sendable {
  /// Not the name of a zone.
  case badName(String)
  /// The zone's file cannot be read.
  case unreadable(path: String, errno: Int32)
  /// Not a zone file of version 2 or later (RFC 8536).
  case badFile(String)
  /// Trading hours that do not follow their grammar.
  case badHours(String)
}

extension ZoneError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badName(let name):
      "\"\(name)\" is no time zone; names are those of /usr/share/zoneinfo, as America/New_York"
    case .unreadable(let path, let errno):
      errno == 2
        ? "no time zone \(path); is the package tzdata installed, and the name right?"
        : "cannot read \(path) (error \(errno))"
    case .badFile(let why): "not a time zone file: \(why)"
    case .badHours(let why): "trading hours: \(why)"
    }
  }
}

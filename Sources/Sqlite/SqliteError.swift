/// Why a database could not be opened, read or written.
public struct SqliteError: Error, Equatable, Sendable {
  /// The kind of failure; the set is open, as SQLite's own codes are.
  public struct Kind: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The file cannot be opened, made or written by this user.
    public static var access: Self { Self(rawValue: 0) }
    /// The file is no SQLite database, or its pages contradict each other.
    public static var damaged: Self { Self(rawValue: 1) }
    /// The file is a database of another program, or of another of our own stores.
    public static var foreign: Self { Self(rawValue: 2) }
    /// A later version of this program has made the file.
    public static var newer: Self { Self(rawValue: 3) }
    /// Another process has held the file for longer than `SqliteLimits.busyMilliseconds`.
    public static var busy: Self { Self(rawValue: 4) }
    public static var diskFull: Self { Self(rawValue: 5) }
    /// A rule of the schema forbids the change.
    public static var constraint: Self { Self(rawValue: 6) }
    /// A value is larger than `SqliteLimits.valueBytes`.
    public static var tooLarge: Self { Self(rawValue: 7) }
    /// A column holds another type than it is read as.
    public static var wrongType: Self { Self(rawValue: 8) }
    /// Reading or writing failed below SQLite.
    public static var inputOutput: Self { Self(rawValue: 9) }
    /// Anything else; the text is SQLite's.
    public static var other: Self { Self(rawValue: 10) }
  }

  public var kind: Kind
  /// The database's file.
  public var path: String
  /// The name of the statement that failed (`add gap`), never its text or its values.
  public var statement: String
  /// SQLite's own words, or ours where it has none.
  public var text: String

  public init(_ kind: Kind, path: String, statement: String, text: String) {
    self.kind = kind
    self.path = path
    self.statement = statement
    self.text = text
  }
}

extension SqliteError: CustomStringConvertible {
  /// What happened, to what, and what to do.
  public var description: String { "\(happened): \(path): \(remedy)" }

  /// What happened, with the statement's name.
  public var happened: String { "\(text) (\(statement))" }

  /// What to do about it.
  public var remedy: String {
    switch kind {
    case .access: "check that the folder exists and that this user may read and write it"
    case .damaged: "move the file away, or restore it from a copy; a new one is made at the start"
    case .foreign: "name another folder, or move the file away"
    case .newer: "use the program that made it, or a later one"
    case .busy: "another process holds it: try again, or end that one"
    case .diskFull: "make room on the disk"
    default: "check the disk, then millrace symbols verify and millrace gaps"
    }
  }
}

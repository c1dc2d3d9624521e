/// One statement: its name in errors, and its text with `?1`, `?2` ... for parameters.
///
/// Both are `StaticString`: the text can only be a literal in this program, so that nothing from
/// outside can ever become part of it.
public struct SqliteQuery: Sendable {
  public let name: StaticString
  public let text: StaticString

  public init(_ name: StaticString, _ text: StaticString) {
    self.name = name
    self.text = text
  }
}

/// What a database must hold, and how it came to that, step by step.
public struct SqliteSchema: Sendable {
  /// Stands in the file's header, so that a foreign database is never taken for ours.
  public let applicationID: Int32
  /// Step `i` leads from version `i` to version `i + 1`. Released steps are never changed.
  public let steps: [[SqliteQuery]]

  public init(applicationID: Int32, steps: [[SqliteQuery]]) {
    self.applicationID = applicationID
    self.steps = steps
  }

  /// The version that this program reads and writes.
  public var version: Int64 { Int64(steps.count) }
}

/// What a database is opened for.
public enum SqliteAccess: Sendable {
  /// Must be there and be of the present version; nothing in it is changed.
  case readOnly
  /// Made where it is missing, brought up to the present version where it is older.
  case readWrite
}

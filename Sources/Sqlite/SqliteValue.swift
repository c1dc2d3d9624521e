/// A value for a statement's parameter. Values never become part of a statement's text.
public enum SqliteValue: Equatable, Sendable {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])

  /// A number that must fit: times after the year 2262 stand at the end of that range.
  public static func clamped(_ number: some BinaryInteger) -> SqliteValue {
    .integer(Int64(clamping: number))
  }

  /// A number, or null.
  public static func optional(_ number: (some BinaryInteger)?) -> SqliteValue {
    number.map { .integer(Int64(clamping: $0)) } ?? .null
  }

  /// All 64 bits of an unsigned number; `SqliteRow.bits` gives them back.
  public static func bits(_ number: UInt64) -> SqliteValue {
    .integer(Int64(bitPattern: number))
  }
}

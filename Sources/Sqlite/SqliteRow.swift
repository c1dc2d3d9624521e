internal import CSQLite

/// The row at which a statement stands, valid during the closure that it is given to.
@safe public struct SqliteRow: ~Copyable {
  private let statement: OpaquePointer
  private let path: String
  private let name: StaticString

  init(_ statement: OpaquePointer, path: String, name: StaticString) {
    // Safety: the statement outlives the closure that this value is borrowed by.
    unsafe self.statement = statement
    self.path = path
    self.name = name
  }

  private func check(_ column: Int, is type: Int32) throws(SqliteError) {
    // Safety: SQLite answers "null" for a column that is not there.
    guard unsafe sqlite3_column_type(statement, Int32(column)) == type else {
      throw SqliteError(
        .wrongType, path: path, statement: "\(name)", text: "column \(column) has another type")
    }
  }

  /// Whether a column holds nothing.
  public func isNull(_ column: Int) -> Bool {
    // Safety: as in `check`.
    unsafe sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL
  }

  /// An integer.
  public func integer(_ column: Int) throws(SqliteError) -> Int64 {
    try check(column, is: SQLITE_INTEGER)
    // Safety: the column is there and holds an integer.
    return unsafe sqlite3_column_int64(statement, Int32(column))
  }

  /// A number that is never negative, such as a time; a negative one reads as 0.
  public func unsigned(_ column: Int) throws(SqliteError) -> UInt64 {
    UInt64(clamping: try integer(column))
  }

  /// All 64 bits of a number that `SqliteValue.bits` wrote.
  public func bits(_ column: Int) throws(SqliteError) -> UInt64 {
    UInt64(bitPattern: try integer(column))
  }

  /// An integer, or nil for null.
  public func optionalInteger(_ column: Int) throws(SqliteError) -> Int64? {
    isNull(column) ? nil : try integer(column)
  }

  /// A text; bytes that are not UTF-8 are replaced.
  public func text(_ column: Int) throws(SqliteError) -> String {
    try check(column, is: SQLITE_TEXT)
    // Safety: the text's bytes are copied before the statement moves on; their count is asked for
    // after the text, as SQLite demands.
    guard let bytes = unsafe sqlite3_column_text(statement, Int32(column)) else { return "" }
    let count = unsafe sqlite3_column_bytes(statement, Int32(column))
    return unsafe String(
      decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
  }

  /// The bytes of a blob.
  public func blob(_ column: Int) throws(SqliteError) -> [UInt8] {
    try check(column, is: SQLITE_BLOB)
    // Safety: copied before the statement moves on.
    guard let bytes = unsafe sqlite3_column_blob(statement, Int32(column)) else { return [] }
    let count = unsafe sqlite3_column_bytes(statement, Int32(column))
    return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
  }
}

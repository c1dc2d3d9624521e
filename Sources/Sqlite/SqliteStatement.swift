internal import CSQLite

/// A prepared statement, kept for many runs. One thread at a time, as its database.
@safe public final class SqliteStatement {
  private let handle: OpaquePointer
  private let path: String
  private let name: StaticString

  init(_ handle: OpaquePointer, path: String, name: StaticString) {
    // Safety: owned by this object alone from here on.
    unsafe self.handle = handle
    self.path = path
    self.name = name
  }

  // Safety: made by `sqlite3_prepare_v3`, finalised once.
  deinit { _ = unsafe sqlite3_finalize(handle) }

  /// Runs it for its effect; gives the rows that it has inserted, changed or deleted.
  @discardableResult
  public func run(_ values: [SqliteValue] = []) throws(SqliteError) -> Int {
    try each(values) { (_) throws(SqliteError) in }
    // Safety: the connection outlives its statements (`sqlite3_close_v2`).
    return unsafe Int(sqlite3_changes(sqlite3_db_handle(handle)))
  }

  /// Calls `body` with each row of the answer.
  public func each(
    _ values: [SqliteValue] = [], _ body: (borrowing SqliteRow) throws(SqliteError) -> Void
  ) throws(SqliteError) {
    defer {
      // Safety: ends the run, whatever became of it, and lets go of the values.
      _ = unsafe sqlite3_reset(handle)
      _ = unsafe sqlite3_clear_bindings(handle)
    }
    try bind(values)
    // Safety: the row is borrowed by the closure and cannot outlive the statement.
    let row = unsafe SqliteRow(handle, path: path, name: name)
    while true {
      // Safety: the handle is a statement that was not finalised.
      switch unsafe sqlite3_step(handle) {
      case SQLITE_ROW: try body(row)
      case SQLITE_DONE: return
      case let code: throw failure(code)
      }
    }
  }

  /// The first row as `read` makes it, or nil for an empty answer.
  public func first<Value>(
    _ values: [SqliteValue] = [], _ read: (borrowing SqliteRow) throws(SqliteError) -> Value
  ) throws(SqliteError) -> Value? {
    var found: Value?
    try each(values) { (row) throws(SqliteError) in
      if found == nil { found = try read(row) }
    }
    return found
  }

  /// All rows as `read` makes them.
  public func all<Value>(
    _ values: [SqliteValue] = [], _ read: (borrowing SqliteRow) throws(SqliteError) -> Value
  ) throws(SqliteError) -> [Value] {
    var found: [Value] = []
    try each(values) { (row) throws(SqliteError) in found.append(try read(row)) }
    return found
  }

  private func bind(_ values: [SqliteValue]) throws(SqliteError) {
    // Safety: asks the statement for its number of parameters.
    let expected = unsafe Int(sqlite3_bind_parameter_count(handle))
    precondition(values.count == expected, "\(name): \(expected) values")
    // Safety: `SQLITE_TRANSIENT` is -1 in place of a function: SQLite copies the bytes at once.
    let copies = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    for (index, value) in values.enumerated() {
      let column = Int32(index + 1)
      let code: Int32
      switch value {
      case .null: code = unsafe sqlite3_bind_null(handle, column)
      case .integer(let number): code = unsafe sqlite3_bind_int64(handle, column, number)
      case .text(var text):
        // Safety: the buffer lives through the call, which copies it.
        code = text.withUTF8 { utf8 in
          let start = unsafe UnsafeRawPointer(utf8.baseAddress ?? Self.nothing)
          return unsafe sqlite3_bind_text64(
            handle, column, start.assumingMemoryBound(to: CChar.self), UInt64(utf8.count), copies,
            UInt8(SQLITE_UTF8))
        }
      case .blob(let bytes):
        // Safety: as above. Without bytes the address says "empty", where nil would say "null".
        code = unsafe bytes.withUnsafeBytes { raw in
          unsafe sqlite3_bind_blob64(
            handle, column, raw.baseAddress ?? UnsafeRawPointer(Self.nothing), UInt64(raw.count),
            copies)
        }
      }
      guard code == SQLITE_OK else { throw failure(code) }
    }
  }

  /// An address for texts and blobs without bytes; nothing is ever read there.
  // Safety: made once, never freed, never written.
  private static nonisolated(unsafe) let nothing: UnsafePointer<UInt8> =
    unsafe UnsafePointer(UnsafeMutablePointer<UInt8>.allocate(capacity: 1))

  private func failure(_ code: Int32) -> SqliteError {
    // Safety: the connection outlives its statements.
    unsafe SqliteError(
      code, connection: sqlite3_db_handle(handle), path: path, statement: "\(name)")
  }
}

extension SqliteError {
  /// What SQLite says of its last failure.
  init(_ code: Int32, connection: OpaquePointer?, path: String, statement: String) {
    let kind: Kind =
      switch code & 0xFF {
      case SQLITE_PERM, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_AUTH: .access
      case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged
      case SQLITE_BUSY, SQLITE_LOCKED: .busy
      case SQLITE_FULL: .diskFull
      case SQLITE_CONSTRAINT: .constraint
      case SQLITE_TOOBIG: .tooLarge
      case SQLITE_IOERR: .inputOutput
      default: .other
      }
    // Safety: NUL-terminated texts of the library, copied at once.
    let text = unsafe String(
      cString: connection.map { unsafe sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
    self.init(kind, path: path, statement: statement, text: text)
  }
}

internal import CSQLite

/// A database file of ours, open. One thread at a time; other processes may have it open as well.
///
/// Written through a write-ahead log that is synced when it is written back (`synchronous` NORMAL):
/// after kill -9 every committed transaction is there; after a loss of power the last few may be
/// missing, and the file is whole.
@safe public final class SqliteDatabase {
  private let handle: OpaquePointer
  public let path: String
  public let access: SqliteAccess
  private var depth = 0

  /// Opens a database, and makes it or brings it up to date where `access` allows that.
  ///
  /// Throws `damaged` for a file that is no database or fails its own check, `foreign` for one of
  /// another program, `newer` for one of a later version.
  public init(
    path: String, schema: SqliteSchema, access: SqliteAccess
  ) throws(SqliteError) {
    self.path = path
    self.access = access
    // Safety: the connection is owned by this object alone, which closes it once.
    unsafe handle = try Self.open(path, access)
    try configure()
    try check(schema)
  }

  // Safety: statements that are still there keep the connection until they go.
  deinit { _ = unsafe sqlite3_close_v2(handle) }

  /// Prepares a statement.
  public func prepare(_ query: SqliteQuery) throws(SqliteError) -> SqliteStatement {
    var statement: OpaquePointer?
    // Safety: the text is a literal of this program, NUL-terminated and of this length.
    let code = unsafe sqlite3_prepare_v3(
      handle, UnsafeRawPointer(query.text.utf8Start).assumingMemoryBound(to: CChar.self),
      Int32(query.text.utf8CodeUnitCount), UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
    guard code == SQLITE_OK, let statement = unsafe statement else {
      throw unsafe SqliteError(
        code, connection: handle, path: path, statement: "\(query.name)")
    }
    return unsafe SqliteStatement(statement, path: path, name: query.name)
  }

  /// Runs a statement once.
  @discardableResult
  public func run(_ query: SqliteQuery, _ values: [SqliteValue] = []) throws(SqliteError) -> Int {
    try prepare(query).run(values)
  }

  /// The number that the last inserted row got.
  // Safety: asks an open connection.
  public var lastInsertedID: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

  // MARK: Transactions

  /// Begins a transaction, or joins the one that has begun. Each `begin` has one `commit`, or the
  /// outermost one `rollBack`.
  public func begin() throws(SqliteError) {
    if depth == 0 { try run(Self.beginning) }
    depth += 1
  }

  /// Makes the changes last, where it is the outermost transaction.
  public func commit() throws(SqliteError) {
    precondition(depth > 0, "no transaction has begun")
    depth -= 1
    if depth == 0 { try run(Self.committing) }
  }

  /// Takes everything back since the outermost `begin`.
  public func rollBack() {
    guard depth > 0 else { return }
    depth = 0
    // What cannot be taken back now is taken back when the file is opened the next time.
    _ = try? run(Self.rollingBack)
  }

  /// Does `body` in one transaction: all of it, or nothing where it throws.
  public func transaction<Value>(
    _ body: () throws(SqliteError) -> Value
  ) throws(SqliteError) -> Value {
    try begin()
    do throws(SqliteError) {
      let value = try body()
      try commit()
      return value
    } catch {
      rollBack()
      throw error
    }
  }

  private static let beginning = SqliteQuery("begin", "BEGIN IMMEDIATE")
  private static let committing = SqliteQuery("commit", "COMMIT")
  private static let rollingBack = SqliteQuery("roll back", "ROLLBACK")
}

// MARK: - Opening

extension SqliteDatabase {
  private static func open(
    _ path: String, _ access: SqliteAccess
  ) throws(SqliteError) -> OpaquePointer {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw SqliteError(.access, path: path, statement: "open", text: "no path")
    }
    let flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
      | (access == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
    var handle: OpaquePointer?
    // A path that begins with "./" or "/" is never read as a URI or as a name of memory.
    let place = path.hasPrefix("/") ? path : "./" + path
    // Safety: the path is NUL-terminated for the call; a handle is given even where it fails.
    let code = unsafe sqlite3_open_v2(place, &handle, flags, nil)
    guard code == SQLITE_OK, let opened = unsafe handle else {
      let error = unsafe SqliteError(code, connection: handle, path: path, statement: "open")
      _ = unsafe sqlite3_close_v2(handle)
      throw error
    }
    return unsafe opened
  }

  private func configure() throws(SqliteError) {
    // Safety: settings of an open connection.
    unsafe sqlite3_busy_timeout(handle, SqliteLimits.busyMilliseconds)
    _ = unsafe sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, SqliteLimits.valueBytes)
    _ = unsafe sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, SqliteLimits.statementBytes)
    _ = unsafe sqlite3_limit(handle, SQLITE_LIMIT_VARIABLE_NUMBER, SqliteLimits.parameters)
    _ = unsafe sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0)
    _ = unsafe sqlite3_wal_autocheckpoint(handle, SqliteLimits.logPages)
    try run(SqliteQuery("trust no schema", "PRAGMA trusted_schema = OFF"))
    try run(SqliteQuery("foreign keys", "PRAGMA foreign_keys = ON"))
    try run(SqliteQuery("check cells", "PRAGMA cell_size_check = ON"))
  }

  /// Whose database it is, which version it has, and whether it is whole.
  private func check(_ schema: SqliteSchema) throws(SqliteError) {
    let tables = try number(SqliteQuery("count tables", "SELECT count(*) FROM sqlite_schema"))
    let owner = try number(SqliteQuery("read owner", "PRAGMA application_id"))
    let isNew = tables == 0 && owner == 0
    guard isNew || owner == Int64(schema.applicationID) else {
      throw failure(.foreign, "a database of another kind (application id \(owner))")
    }
    var version = try number(Self.versionQuery)
    guard version <= schema.version else {
      throw failure(.newer, "version \(version), where \(schema.version) is the latest known")
    }
    if access == .readWrite {
      try run(SqliteQuery("write-ahead log", "PRAGMA journal_mode = WAL"))
      try run(SqliteQuery("synchronous", "PRAGMA synchronous = NORMAL"))
      if version < schema.version { version = try bringUp(to: schema) }
    }
    guard version == schema.version else {
      throw failure(
        .access, isNew ? "an empty database" : "version \(version) must be brought up first")
    }
    let query = SqliteQuery("check", "PRAGMA quick_check(1)")
    let verdict = try prepare(query).first { (row) throws(SqliteError) in try row.text(0) }
    if let verdict, verdict != "ok" { throw failure(.damaged, verdict) }
  }

  /// Does the steps that are missing, in one transaction; another process may have done them since.
  private func bringUp(to schema: SqliteSchema) throws(SqliteError) -> Int64 {
    try transaction { () throws(SqliteError) in
      let version = try number(Self.versionQuery)
      guard version < schema.version else { return version }
      for step in schema.steps[Int(version)...] {
        for query in step { try run(query) }
      }
      try set("application_id", Int64(schema.applicationID))
      try set("user_version", schema.version)
      return schema.version
    }
  }

  private static var versionQuery: SqliteQuery {
    SqliteQuery("read version", "PRAGMA user_version")
  }

  private func number(_ query: SqliteQuery) throws(SqliteError) -> Int64 {
    try prepare(query).first { (row) throws(SqliteError) in try row.integer(0) } ?? 0
  }

  /// Sets a number in the file's header, for which there are no parameters.
  private func set(_ name: StaticString, _ number: Int64) throws(SqliteError) {
    // Safety: a literal and a number; the text is NUL-terminated for the call.
    let code = unsafe sqlite3_exec(handle, "PRAGMA \(name) = \(number)", nil, nil, nil)
    guard code == SQLITE_OK else {
      throw unsafe SqliteError(code, connection: handle, path: path, statement: "\(name)")
    }
  }

  private func failure(_ kind: SqliteError.Kind, _ text: String) -> SqliteError {
    SqliteError(kind, path: path, statement: "open", text: text)
  }
}

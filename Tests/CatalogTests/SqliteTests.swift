import Foundation
import Sqlite
import Testing

/// Opening, binding and failing.
@Suite struct SqliteTests {
  static let schema = SqliteSchema(
    applicationID: 77,
    steps: [[SqliteQuery("make", "CREATE TABLE thing (name TEXT, size INTEGER) STRICT")]])
  static let insert = SqliteQuery("add thing", "INSERT INTO thing VALUES (?1, ?2)")
  static let count = SqliteQuery("count things", "SELECT count(*) FROM thing")
  static let names = SqliteQuery("names", "SELECT name FROM thing ORDER BY rowid")

  static func count(_ database: SqliteDatabase) throws -> Int64? {
    try database.prepare(count).first { (row) throws(SqliteError) in try row.integer(0) }
  }

  @Test func valuesComeBackAsTheyWent() throws {
    let folder = try MadeFolder()
    let database = try SqliteDatabase(
      path: folder.path("a"), schema: Self.schema, access: .readWrite)
    let add = try database.prepare(Self.insert)
    for name in HostileNames.all + ["", "a\0b"] {
      try add.run([.text(name), .integer(Int64(name.utf8.count))])
    }
    let found = try database.prepare(Self.names).all { (row) throws(SqliteError) in
      try row.text(0)
    }
    #expect(found == HostileNames.all + ["", "a\0b"])
    #expect(try Self.count(database) == Int64(HostileNames.all.count + 2))
    let bits = SqliteValue.bits(.max)
    try add.run([.null, bits])
    let back = try database.prepare(
      SqliteQuery("sizes", "SELECT size, name FROM thing WHERE name IS NULL")
    ).first { (row) throws(SqliteError) in (try row.bits(0), row.isNull(1)) }
    #expect(back?.0 == .max)
    #expect(back?.1 == true)
    #expect(SqliteValue.clamped(UInt64.max) == .integer(.max))
  }

  @Test func aTransactionIsAllOrNothing() throws {
    let folder = try MadeFolder()
    let database = try SqliteDatabase(
      path: folder.path("a"), schema: Self.schema, access: .readWrite)
    let add = try database.prepare(Self.insert)
    #expect(throws: SqliteError.self) {
      try database.transaction { () throws(SqliteError) in
        try add.run([.text("kept?"), .integer(1)])
        try database.transaction { () throws(SqliteError) in
          // A text in an integer column: the table is strict.
          _ = try add.run([.text("no"), .text("wrong")])
        }
      }
    }
    #expect(try Self.count(database) == 0)
    try database.transaction { () throws(SqliteError) in
      _ = try add.run([.text("kept"), .integer(1)])
    }
    #expect(try Self.count(database) == 1)
  }

  @Test func errorsNameTheStatementAndNotTheValue() throws {
    let folder = try MadeFolder()
    let database = try SqliteDatabase(
      path: folder.path("a"), schema: Self.schema, access: .readWrite)
    let error = #expect(throws: SqliteError.self) {
      try database.prepare(Self.insert).run([.text("secret"), .text("value")])
    }
    #expect(error?.kind == .constraint)
    #expect(error?.statement == "add thing")
    #expect(error.map { "\($0)".contains("secret") } == false)
    let wrong = #expect(throws: SqliteError.self) {
      try database.run(Self.insert, [.text("a"), .integer(1)])
      _ = try database.prepare(Self.names).first { (row) throws(SqliteError) in
        try row.integer(0)
      }
    }
    #expect(wrong?.kind == .wrongType)
    let tooLarge = #expect(throws: SqliteError.self) {
      let text = String(repeating: "x", count: Int(SqliteLimits.valueBytes) + 1)
      try database.run(Self.insert, [.text(text), .integer(1)])
    }
    #expect(tooLarge?.kind == .tooLarge)
  }

  @Test func foreignDamagedAndNewerFilesAreRefused() throws {
    let folder = try MadeFolder()
    func kind(_ path: String, _ schema: SqliteSchema, _ access: SqliteAccess = .readWrite)
      -> SqliteError.Kind?
    {
      do throws(SqliteError) {
        _ = try SqliteDatabase(path: path, schema: schema, access: access)
        return nil
      } catch {
        return error.kind
      }
    }
    let text = try folder.write("text", Array("symbol,canonical\nnot a database at all\n".utf8))
    #expect(kind(text, Self.schema) == .damaged)
    let good = folder.path("good")
    #expect(kind(good, Self.schema) == nil)
    #expect(kind(good, SqliteSchema(applicationID: 78, steps: Self.schema.steps)) == .foreign)
    let later = SqliteSchema(
      applicationID: 77, steps: Self.schema.steps + [[SqliteQuery("more", "CREATE TABLE b (x)")]])
    #expect(kind(good, later, .readOnly) == .access)
    #expect(kind(good, later) == nil)
    #expect(kind(good, Self.schema) == .newer)
    #expect(kind(folder.path("none"), Self.schema, .readOnly) == .access)
    #expect(kind(folder.path("no/folder"), Self.schema) == .access)
    #expect(kind("", Self.schema) == .access)
  }

  @Test func aDatabaseWithBrokenPagesIsRefused() throws {
    let folder = try MadeFolder()
    let path = folder.path("a")
    do {
      let database = try SqliteDatabase(path: path, schema: Self.schema, access: .readWrite)
      let add = try database.prepare(Self.insert)
      try database.transaction { () throws(SqliteError) in
        for index in 0..<2_000 { try add.run([.text("thing \(index)"), .integer(1)]) }
      }
    }
    var bytes = try Data(contentsOf: URL(filePath: path))
    #expect(bytes.count > 16_384)
    for offset in 8_192..<8_292 { bytes[offset] = 0xFF }
    try bytes.write(to: URL(filePath: path))
    let error = #expect(throws: SqliteError.self) {
      _ = try SqliteDatabase(path: path, schema: Self.schema, access: .readWrite)
    }
    #expect(error?.kind == .damaged)
  }
}

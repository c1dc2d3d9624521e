import Catalog
import Foundation
import Sqlite
import Testing

/// What verify finds in a master that somebody has changed by hand.
@Suite struct SymbolVerifyTests {
  /// The master's own schema, for a second pair of hands on the same file.
  static let schema = SqliteSchema(
    applicationID: 0x4D52_534D, steps: [[SqliteQuery("none", "SELECT 1")]])

  @Test(
    arguments: [
      (
        "overlap",
        """
        INSERT INTO listing
        SELECT NULL, source, symbol, 2, '', '', '', '', '', 0, 5, 9 FROM listing
        """
      ),
      ("two_instruments", "INSERT INTO canonical SELECT NULL, name, 2, 5, 9 FROM canonical"),
      ("two_names", "INSERT INTO canonical SELECT NULL, 'other', instrument, 5, 9 FROM canonical"),
      ("dangling", "DELETE FROM canonical"),
      ("dangling", "DELETE FROM listing"),
      ("refused", "UPDATE listing SET symbol = 'S,X'"),
    ] as [(String, StaticString)])
  func findings(kind: String, change: StaticString) throws {
    let folder = try MadeFolder()
    let master = try SymbolMaster(path: folder.path("s"))
    _ = try master.assign(source: "iq", symbol: "A", at: 1)
    #expect(try master.verify { _, symbol in !symbol.contains(",") }.isEmpty)
    let hand = try SqliteDatabase(
      path: folder.path("s"), schema: Self.schema, access: .readWrite)
    try hand.run(SqliteQuery("second instrument", "INSERT INTO instrument VALUES (2, 0)"))
    try hand.run(SqliteQuery("change by hand", change))
    let found = try master.verify { _, symbol in !symbol.contains(",") }
    #expect(found.contains { $0.kind == kind }, "\(found)")
  }
}

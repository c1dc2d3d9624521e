import Testing

@testable import Records

/// One struct's layout: what the format prescribes, and what the compiler made of it.
struct LayoutRow: Sendable, CustomTestStringConvertible {
  let name: String
  let byteCount: Int
  let size: Int
  let stride: Int
  let alignment: Int
  let offsets: [(expected: Int, found: Int?)]

  init<Value>(
    _ type: Value.Type, _ byteCount: Int, _ fields: [(PartialKeyPath<Value>, Int)]...
  ) {
    name = String(reflecting: type)
    self.byteCount = byteCount
    size = MemoryLayout<Value>.size
    stride = MemoryLayout<Value>.stride
    alignment = MemoryLayout<Value>.alignment
    offsets = fields.joined().map { ($0.1, MemoryLayout<Value>.offset(of: $0.0)) }
  }

  var testDescription: String { name }
}

/// Pins every record to the bytes of the published format (DBN, "Records").
@Suite struct LayoutTests {
  @Test(arguments: LayoutRow.all)
  func layout(_ row: LayoutRow) {
    #expect(row.size == row.byteCount)
    #expect(row.stride == row.byteCount)
    #expect(row.alignment == 8)
    for (expected, found) in row.offsets { #expect(found == expected) }
  }
}

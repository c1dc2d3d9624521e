import Columnar
import Records
import TestSupport
import Testing
import Wire

/// Single columns are what they are in the records.
@Suite struct ColumnTests {
  /// The field's bytes of every record of the type, taken from the records; kind by kind as the
  /// decoder gives them, that is by length in the order of their first appearance.
  static func expected(_ records: [UInt8], _ rtype: UInt8, _ field: FieldDescription) -> [UInt8] {
    var byLength: [(length: UInt8, bytes: [UInt8])] = []
    var offset = 0
    while offset < records.count {
      let length = records[offset]
      if records[offset + 1] == rtype, Int(length) * 4 >= field.offset + field.byteCount {
        let at = offset + field.offset
        if !byLength.contains(where: { $0.length == length }) { byLength.append((length, [])) }
        for index in byLength.indices where byLength[index].length == length {
          byLength[index].bytes += records[at..<at + field.byteCount]
        }
      }
      offset += Int(length) * 4
    }
    return byLength.flatMap(\.bytes)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func everyColumnIsThatOfTheRecords(seed: UInt64) throws {
    var maker = RecordMaker(seed: seed)
    let records =
      switch seed % 3 {
      case 0: maker.orders(700)
      case 1: maker.market(1200)
      default: maker.garbage(300, kinds: seed * 20)
      }
    let count = recordCount(records)
    var encoder = try ColumnarEncoder(.zstd(level: 1))
    var decoder = try ColumnarDecoder()
    var payload = ByteBuffer()
    try encoder.append(rawBytes(of: records), recordCount: count, to: &payload)
    let types = Set(stride(from: 0, to: 256, by: 1).map { UInt8($0) })
    for rtype in types.sorted() {
      guard let layout = RecordLayout.of(RType(rawValue: rtype)) else { continue }
      for field in layout.fields {
        var column = ByteBuffer()
        let values = try decoder.appendColumn(
          field.name, of: RType(rawValue: rtype), payload: payload.bytes, recordCount: count,
          rawBytes: records.count, to: &column)
        let wanted = Self.expected(records, rtype, field)
        let found = array(column)
        #expect(values * field.byteCount == wanted.count, "seed \(seed)")
        // Kinds beyond the format's limit come in the order of the records.
        let isSame = found == wanted || (seed % 3 == 2 && found.sorted() == wanted.sorted())
        #expect(isSame, "seed \(seed), \(layout.name).\(field.name)")
      }
    }
  }

  @Test func aFieldThatThereIsNotIsNamed() throws {
    var decoder = try ColumnarDecoder()
    var output = ByteBuffer()
    let nothing: [UInt8] = []
    var found: ColumnarError?
    do throws(ColumnarError) {
      _ = try decoder.appendColumn(
        "colour", of: .mbo, payload: nothing.rawSpan, recordCount: 0, rawBytes: 0, to: &output)
    } catch {
      found = error
    }
    #expect(found == .noColumn("colour of records of type 160"))
  }
}

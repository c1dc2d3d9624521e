import Foundation
import Records
import TestSupport
import Testing

/// One published file with what a public decoder found in it.
struct DBNCapture: Sendable, CustomTestStringConvertible {
  let path: String
  let expected: JSONValue

  var testDescription: String { path }

  /// Small files: every record is expected field by field.
  static let small = ["official", "glbx"].flatMap { folder in
    let root = "captures/databento-dbn/"
    let data = (try? SharedFolder.data(root + folder + ".small.expected.json")) ?? Data()
    let files = JSONValue.parse(data)?["files"].members ?? [:]
    return files.map { DBNCapture(path: root + folder + "/" + $0.key, expected: $0.value) }
      .sorted { $0.path < $1.path }
  }

  /// Large files: counts, and the sum, minimum and maximum of every field.
  static let large = [
    "esh4-glbx-mdp3-20231224.mbo", "futures_mbp-1_2024-07-01T23-58",
    "futures_trades_2024-07-01T23-58",
  ].compactMap { name -> DBNCapture? in
    let path = "captures/databento-dbn/glbx/\(name).dbn.zst"
    let data = try? SharedFolder.data(path + ".expected.json")
    return data.flatMap { JSONValue.parse($0) }.map { DBNCapture(path: path, expected: $0) }
  }

  func stream() throws -> DecodedStream {
    let bytes = try SharedFolder.data(path)
    return try DecodedStream(Array(bytes), chunk: 1 << 16, fragmentVersion: fragmentVersion)
  }

  /// Fragments carry no version; their names do, except for one that is of version 2.
  private var fragmentVersion: UInt8? {
    guard path.contains(".frag") else { return nil }
    if path.contains(".v1.") { return 1 }
    return path.contains(".v3.") ? 3 : 2
  }
}

@Suite(.enabled(if: SharedFolder.isPresent, "the shared folder is absent"))
struct DBNCaptureTests {
  @Test func filesArePresent() {
    #expect(DBNCapture.small.count == 74)
    #expect(DBNCapture.large.count == 3)
  }

  @Test(arguments: DBNCapture.small)
  func everyField(_ capture: DBNCapture) throws {
    let stream = try capture.stream()
    expectCounts(stream, capture)
    let rows = capture.expected["rows"].list
    #expect(rows.count == min(stream.records.count, rows.count))
    #expect(!rows.isEmpty || stream.records.isEmpty)
    for (record, row) in zip(stream.records, rows) {
      let rtype = RType(rawValue: record[1])
      let layout = try #require(RecordLayout.of(rtype, version: stream.version))
      for field in layout.fields where field.name != "length" {
        let expected = row.field(field.name)
        #expect(field.value(in: record) == expected, "\(layout.name).\(field.name)")
      }
    }
  }

  @Test(arguments: DBNCapture.large)
  func sums(_ capture: DBNCapture) throws {
    let stream = try capture.stream()
    expectCounts(stream, capture)
    let layout = try #require(
      stream.records.first.flatMap {
        RecordLayout.of(RType(rawValue: $0[1]), version: stream.version)
      })
    let stats = capture.expected["field_stats"].members
    var compared = 0
    for (name, expected) in stats {
      let field = name.split(separator: ".").last.map(String.init) ?? ""
      guard let description = layout.fields.first(where: { $0.name == field }) else { continue }
      compared += 1
      #expect(stream.records.count == expected["n"].integer(Int.self))
      if case .object(let counts) = expected["values"] {
        let letters = stream.records.map { $0[description.offset] }
        let found = Dictionary(grouping: letters) { String(Character(Unicode.Scalar($0))) }
          .mapValues(\.count)
        #expect(found == counts.mapValues { $0.integer(Int.self) ?? 0 }, "\(name)")
      } else {
        let numbers = stream.records.compactMap { description.number(in: $0) }
        #expect(numbers.reduce(0, +) == expected["sum"].integer(Int128.self), "\(name)")
        #expect(numbers.min() == expected["min"].integer(Int128.self), "\(name)")
        #expect(numbers.max() == expected["max"].integer(Int128.self), "\(name)")
      }
    }
    // All but the send time, which these files do not have.
    #expect(compared == stats.count - 1)
  }

  private func expectCounts(_ stream: DecodedStream, _ capture: DBNCapture) {
    #expect(stream.isComplete)
    #expect(stream.unknownCount == 0)
    #expect(stream.records.count == capture.expected["records"].integer(Int.self))
    #expect((stream.metadata != nil) == !capture.path.contains(".frag"))
    guard let metadata = stream.metadata else { return }
    expectMetadata(metadata, equals: capture.expected["metadata"])
    var encoded: [UInt8] = []
    #expect(throws: Never.self) { try metadata.append(to: &encoded) }
    let total = stream.records.reduce(encoded.count) { $0 + $1.count }
    #expect(total == capture.expected["uncompressed_bytes"].integer(Int.self))
  }
}

extension JSONValue {
  /// A field of a row whose levels are nested and whose tri-states are true, false and null.
  func field(_ name: String) -> JSONValue {
    if let value = members[name] {
      switch value {
      case .bool(let isTrue): return .text(isTrue ? "Y" : "N")
      case .null: return .text("~")
      case .text("\0"): return .text("")
      default: return value
      }
    }
    guard let level = Int(name.suffix(2)), level < self["levels"].list.count else { return .null }
    return self["levels"].list[level][String(name.dropLast(3))]
  }
}

import Records
import TestSupport
import Testing

/// The published vectors hold both ways: bytes to fields, and fields to the same bytes.
@Suite struct DBNVectorTests {
  @Test func vectorsArePresent() {
    #expect(DBNVector.all.count == (SharedFolder.isPresent ? 26 : 7))
  }

  @Test(arguments: DBNVector.all)
  func decodes(_ vector: DBNVector) throws {
    let expected = vector.expected
    let stream = try DecodedStream(vector.bytes)
    let metadata = try #require(stream.metadata)
    expectMetadata(metadata, equals: expected["metadata"])
    #expect(stream.isComplete)
    #expect(stream.unknownCount == 0)
    #expect(stream.records.count == expected["record_count"].integer(Int.self))
    for (record, fields) in zip(stream.records, expected["records"].list) {
      try expectRecord(record, version: stream.version, equals: fields)
    }
    for (sendTime, fields) in zip(stream.sendTimes, expected["records"].list) {
      #expect(sendTime == fields["ts_out"].integer(UInt64.self))
    }
  }

  /// Fed byte by byte the answers are the same: no state is lost between feeds.
  @Test(arguments: DBNVector.all)
  func decodesInPieces(_ vector: DBNVector) throws {
    let whole = try DecodedStream(vector.bytes)
    for chunk in [1, 3, 64] {
      let pieces = try DecodedStream(vector.bytes, chunk: chunk)
      #expect(pieces.metadata == whole.metadata)
      #expect((pieces.records == whole.records) == true)
      #expect(pieces.isComplete)
    }
  }

  @Test(arguments: DBNVector.all)
  func encodes(_ vector: DBNVector) throws {
    let expected = vector.expected
    let stream = try DecodedStream(vector.bytes)
    let metadata = try #require(DBNMetadata(expected: expected["metadata"]))
    var bytes: [UInt8] = []
    try metadata.append(to: &bytes)
    #expect(bytes.count == expected["metadata_bytes"].integer(Int.self))
    for (fields, record) in zip(expected["records"].list, stream.records) {
      let encoded = try encode(fields, version: metadata.version, reserved: record)
      #expect(firstDifference(encoded, record) == nil)
      bytes.append(contentsOf: encoded)
    }
    // A compressed vector is compared with what it decompresses to; zstd has many right answers.
    guard !vector.bytes.starts(with: [0x28, 0xB5]) else { return }
    #expect(firstDifference(bytes, vector.bytes) == nil)
  }

  private func encode(
    _ fields: JSONValue, version: UInt8, reserved: [UInt8]
  ) throws -> [UInt8] {
    let rtype = RType(rawValue: try #require(fields["rtype"].integer(UInt8.self)))
    let layout = try #require(RecordLayout.of(rtype, version: version))
    var record = [UInt8](repeating: 0, count: layout.byteCount)
    if version == 1, rtype == .instrumentDefinition {
      // The old writer left 2^31 - 1 in four reserved bytes, which no expected object lists.
      record.replaceSubrange(156..<160, with: reserved[156..<160])
    }
    for field in layout.fields {
      let value = fields[field.name]
      #expect(field.write(value, to: &record), "\(field.name) = \(value)")
    }
    if let sendTime = fields["ts_out"].integer(UInt64.self) {
      for index in 0..<8 {
        record.append(UInt8(truncatingIfNeeded: sendTime >> (8 * UInt64(index))))
      }
    }
    return record
  }

  /// Every field of the tables, and no other, is in the expected object.
  private func expectRecord(
    _ record: [UInt8], version: UInt8, equals fields: JSONValue
  ) throws {
    let layout = try #require(RecordLayout.of(RType(rawValue: record[1]), version: version))
    for field in layout.fields {
      #expect(field.value(in: record) == fields[field.name], "\(field.name)")
    }
    let known = Set(layout.fields.map(\.name)).union(["record", "ts_out"])
    #expect(Set(fields.members.keys).isSubset(of: known))
  }
}

/// Compares the metadata's members that the expected object has.
func expectMetadata(_ metadata: DBNMetadata, equals expected: JSONValue) {
  #expect(metadata.version == expected["version"].integer(UInt8.self))
  #expect(metadata.dataset == expected["dataset"].text)
  #expect(metadata.schema.name == expected["schema"].text)
  #expect(metadata.start == expected["start"].integer(UInt64.self))
  #expect(metadata.end == expected["end"].integer(UInt64.self) ?? Undefined.timestamp)
  #expect(metadata.limit == expected["limit"].integer(UInt64.self) ?? 0)
  #expect(metadata.stypeIn.name == expected["stype_in"].text)
  #expect(metadata.stypeOut.name == expected["stype_out"].text)
  #expect(JSONValue.bool(metadata.hasSendTime) == expected["ts_out"])
  if case .list = expected["symbols"] {
    #expect(metadata.symbols == expected["symbols"].texts)
    #expect(metadata.partial == expected["partial"].texts)
    #expect(metadata.notFound == expected["not_found"].texts)
  }
  guard case .object(let mappings) = expected["mappings"] else { return }
  #expect(metadata.mappings.count == mappings.count)
  for mapping in metadata.mappings {
    #expect(mapping.intervals == intervals(expected["mappings"][mapping.rawSymbol]))
  }
}

private func intervals(_ list: JSONValue) -> [DBNMetadata.Interval] {
  list.list.compactMap { interval in
    guard let start = interval["start_date"].text, let end = interval["end_date"].text,
      let startDate = UInt32(start.filter(\.isNumber)),
      let endDate = UInt32(end.filter(\.isNumber)), let symbol = interval["symbol"].text
    else { return nil }
    return DBNMetadata.Interval(startDate: startDate, endDate: endDate, symbol: symbol)
  }
}

extension DBNMetadata {
  /// Metadata built from the expected fields alone; mappings follow the order of the symbols.
  init?(expected: JSONValue) {
    guard let version = expected["version"].integer(UInt8.self),
      let dataset = expected["dataset"].text, let start = expected["start"].integer(UInt64.self)
    else { return nil }
    self.init(
      version: version, dataset: dataset,
      schema: expected["schema"].text.flatMap { Schema(name: $0) } ?? .none, start: start,
      end: expected["end"].integer(UInt64.self) ?? Undefined.timestamp,
      limit: expected["limit"].integer(UInt64.self) ?? 0,
      stypeIn: SType(expected: expected["stype_in"]),
      stypeOut: SType(expected: expected["stype_out"]),
      hasSendTime: expected["ts_out"] == .bool(true))
    symbols = expected["symbols"].texts
    partial = expected["partial"].texts
    notFound = expected["not_found"].texts
    mappings = symbols.compactMap { symbol in
      let found = intervals(expected["mappings"][symbol])
      return found.isEmpty ? nil : Mapping(rawSymbol: symbol, intervals: found)
    }
  }
}

extension SType {
  init(expected: JSONValue) {
    let all = (0...UInt8(12)).map { SType(rawValue: $0) }
    self = all.first { $0.name == expected.text } ?? .none
  }
}

internal import Wire

extension DBNMetadata {
  /// Bytes of the metadata at the start of `bytes`, its 8-byte prefix included.
  ///
  /// Nil where fewer than 8 bytes are there. Throws for bytes that are no DBN of a version from 0
  /// to 3, and for a length outside of the limits.
  public static func byteCount(_ bytes: RawSpan) throws(DBNError) -> Int? {
    for (index, character) in [UInt8]("DBN".utf8).enumerated() {
      guard let byte = bytes.loadByte(at: index) else { return nil }
      guard byte == character else { throw DBNError(.badMagic, at: index) }
    }
    guard let version = bytes.loadByte(at: 3) else { return nil }
    guard version <= 3 else { throw DBNError(.unsupportedVersion(version), at: 3) }
    guard let length = bytes.loadLE(UInt32.self, at: 4) else { return nil }
    guard Int(length) <= RecordLimits.metadataBytes else {
      throw DBNError(.metadataTooLong(Int(length)), at: 4)
    }
    guard Int(length) >= MetadataLayout.fixedBytes - MetadataLayout.prefixBytes else {
      throw DBNError(.metadataTruncated, at: 4)
    }
    return MetadataLayout.prefixBytes + Int(length)
  }

  /// Reads metadata that lies wholly in the first `byteCount` bytes; a version 0 is read as 1.
  public init(_ bytes: RawSpan) throws(DBNError) {
    guard let end = try Self.byteCount(bytes), end <= bytes.byteCount else {
      throw DBNError(.metadataTruncated, at: bytes.byteCount)
    }
    let version = max(bytes.uncheckedByte(at: 3), 1)
    let stype = MetadataLayout.stypeIn(version: version)
    self.init(
      version: version,
      dataset: cString(bytes, at: MetadataLayout.dataset, count: MetadataLayout.datasetBytes),
      schema: Schema(rawValue: bytes.uncheckedLE(UInt16.self, at: MetadataLayout.schema)),
      start: bytes.uncheckedLE(UInt64.self, at: MetadataLayout.start),
      end: bytes.uncheckedLE(UInt64.self, at: MetadataLayout.end),
      limit: bytes.uncheckedLE(UInt64.self, at: MetadataLayout.limit),
      stypeIn: SType(rawValue: bytes.uncheckedByte(at: stype)),
      stypeOut: SType(rawValue: bytes.uncheckedByte(at: stype + 1)),
      hasSendTime: bytes.uncheckedByte(at: stype + 2) != 0)
    if version > 1 {
      symbolLength = Int(bytes.uncheckedLE(UInt16.self, at: MetadataLayout.symbolLength))
    }
    var lists = MetadataLists(
      position: MetadataLayout.fixedBytes, end: end, symbolLength: symbolLength)
    guard try lists.integer(bytes) == 0 else {
      throw DBNError(.schemaDefinition, at: MetadataLayout.fixedBytes)
    }
    symbols = try lists.symbols(bytes)
    partial = try lists.symbols(bytes)
    notFound = try lists.symbols(bytes)
    mappings = try lists.mappings(bytes)
  }
}

/// A position in the packed lists, which may stand at any alignment.
private struct MetadataLists {
  var position: Int
  let end: Int
  let symbolLength: Int

  mutating func integer(_ bytes: RawSpan) throws(DBNError) -> UInt32 {
    guard position <= end - 4, let value = bytes.loadLE(UInt32.self, at: position) else {
      throw DBNError(.metadataTruncated, at: position)
    }
    position += 4
    return value
  }

  /// A count of items that take at least `size` bytes each: more than the rest holds is refused
  /// before anything is allocated.
  mutating func count(_ bytes: RawSpan, itemBytes size: Int) throws(DBNError) -> Int {
    let count = Int(try integer(bytes))
    guard symbolLength > 0 || count == 0, count <= (end - position) / max(size, 1) else {
      throw DBNError(.metadataTruncated, at: position - 4)
    }
    return count
  }

  mutating func symbol(_ bytes: RawSpan) throws(DBNError) -> String {
    guard position <= end - symbolLength else {
      throw DBNError(.metadataTruncated, at: position)
    }
    defer { position += symbolLength }
    return cString(bytes, at: position, count: symbolLength)
  }

  mutating func symbols(_ bytes: RawSpan) throws(DBNError) -> [String] {
    var result: [String] = []
    for _ in 0..<(try count(bytes, itemBytes: symbolLength)) {
      result.append(try symbol(bytes))
    }
    return result
  }

  mutating func mappings(_ bytes: RawSpan) throws(DBNError) -> [DBNMetadata.Mapping] {
    var result: [DBNMetadata.Mapping] = []
    for _ in 0..<(try count(bytes, itemBytes: symbolLength + 4)) {
      let rawSymbol = try symbol(bytes)
      var intervals: [DBNMetadata.Interval] = []
      for _ in 0..<(try count(bytes, itemBytes: symbolLength + 8)) {
        intervals.append(
          DBNMetadata.Interval(
            startDate: try integer(bytes), endDate: try integer(bytes),
            symbol: try symbol(bytes)))
      }
      result.append(DBNMetadata.Mapping(rawSymbol: rawSymbol, intervals: intervals))
    }
    return result
  }
}

/// The bytes before the first NUL of a field that lies inside `bytes`; invalid UTF-8 is repaired.
private func cString(_ bytes: RawSpan, at offset: Int, count: Int) -> String {
  var text: [UInt8] = []
  for index in offset..<(offset + count) {
    guard let byte = bytes.loadByte(at: index), byte != 0 else { break }
    text.append(byte)
  }
  return String(decoding: text, as: UTF8.self)
}

extension DBNMetadata {
  /// Appends the metadata as a writer of its version lays it out.
  ///
  /// Throws `textTooLong` for a dataset above 15 bytes or a symbol that leaves no room for its NUL,
  /// `unsupportedVersion` for a version that has never been written; then nothing is appended.
  public func append(to buffer: inout [UInt8]) throws(DBNError) {
    guard (1...3).contains(version) else {
      throw DBNError(.unsupportedVersion(version), at: 3)
    }
    var writer = MetadataWriter(symbolLength: symbolLength)
    writer.bytes = Array("DBN".utf8) + [version, 0, 0, 0, 0]
    try writer.text(dataset, count: MetadataLayout.datasetBytes)
    appendFixed(to: &writer)
    writer.integer(UInt32(0))  // no schema definition
    try writer.symbols(symbols)
    try writer.symbols(partial)
    try writer.symbols(notFound)
    try writer.mappings(mappings)
    if version >= 3 {
      // So that records are aligned in the file.
      while !writer.bytes.count.isMultiple(of: 8) { writer.bytes.append(0) }
    }
    let length = UInt32(truncatingIfNeeded: writer.bytes.count - MetadataLayout.prefixBytes)
    for index in 0..<4 {
      writer.bytes[4 + index] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(index)))
    }
    buffer.append(contentsOf: writer.bytes)
  }

  private func appendFixed(to writer: inout MetadataWriter) {
    writer.integer(schema.rawValue)
    writer.integer(start)
    writer.integer(end)
    writer.integer(limit)
    if version == 1 { writer.integer(UInt64.max) }
    writer.bytes.append(stypeIn.rawValue)
    writer.bytes.append(stypeOut.rawValue)
    writer.bytes.append(hasSendTime ? 1 : 0)
    if version > 1 { writer.integer(UInt16(truncatingIfNeeded: symbolLength)) }
    let rest = MetadataLayout.fixedBytes - writer.bytes.count
    writer.bytes.append(contentsOf: repeatElement(0, count: rest))
  }
}

private struct MetadataWriter {
  var bytes: [UInt8] = []
  let symbolLength: Int

  init(symbolLength: Int) { self.symbolLength = symbolLength }

  mutating func integer<Value: FixedWidthInteger>(_ value: Value) {
    var rest = value
    for _ in 0..<(Value.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  mutating func text(_ text: String, count: Int) throws(DBNError) {
    let length = text.utf8.count
    guard length < count else { throw DBNError(.textTooLong(text), at: bytes.count) }
    bytes.append(contentsOf: text.utf8)
    bytes.append(contentsOf: repeatElement(0, count: count - length))
  }

  mutating func symbols(_ symbols: [String]) throws(DBNError) {
    integer(UInt32(truncatingIfNeeded: symbols.count))
    for symbol in symbols { try text(symbol, count: symbolLength) }
  }

  mutating func mappings(_ mappings: [DBNMetadata.Mapping]) throws(DBNError) {
    integer(UInt32(truncatingIfNeeded: mappings.count))
    for mapping in mappings {
      try text(mapping.rawSymbol, count: symbolLength)
      integer(UInt32(truncatingIfNeeded: mapping.intervals.count))
      for interval in mapping.intervals {
        integer(interval.startDate)
        integer(interval.endDate)
        try text(interval.symbol, count: symbolLength)
      }
    }
  }
}

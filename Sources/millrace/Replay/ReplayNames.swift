internal import Records
internal import SharedMemory

/// The symbols of instruments as they pass, by publisher and id. One thread.
struct ReplayNames {
  private var names: [UInt64: String] = [:]

  /// The symbol of the record's instrument; a symbol mapping is learned from.
  mutating func name(of header: RecordHeader, in record: RawSpan) -> String? {
    if header.rtype == .symbolMapping, let mapping = SymbolMappingMessage(copying: record) {
      names[Self.key(header.publisherID, header.instrumentID)] = mapping.symbol
    }
    return names[Self.key(header.publisherID, header.instrumentID)]
  }

  /// Learns what a symbol file's entry says.
  mutating func learn(_ entry: SymbolFile.Entry) {
    names[Self.key(entry.publisherID, entry.instrumentID)] = entry.symbol
  }

  private static func key(_ publisherID: UInt16, _ instrumentID: UInt32) -> UInt64 {
    UInt64(publisherID) << 32 | UInt64(instrumentID)
  }
}

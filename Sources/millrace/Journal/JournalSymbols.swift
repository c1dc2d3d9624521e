internal import Records
internal import SharedMemory

/// Symbols of a journal's instruments: from its metadata, and from the mappings and definitions
/// that pass. One thread.
struct JournalSymbols {
  /// What an instrument was called in a part of the time (days, the end not among them).
  private struct Name {
    var startDate: UInt32
    var endDate: UInt32
    var symbol: String
  }

  /// A slot of the table in front of the dictionaries; instrument 0 is none.
  private struct Slot {
    var key: UInt64 = .max
    var symbol: String?
  }

  /// By instrument id, from the metadata.
  private var stated: [UInt32: [Name]] = [:]
  /// By publisher and instrument id, from records; they come later and count more.
  private var learned: [UInt64: String] = [:]
  private var slots: [Slot]

  /// A power of two: the instruments of a day fit.
  private static var slotCount: Int { 1 << 14 }

  init(_ metadata: DBNMetadata) {
    slots = Array(repeating: Slot(), count: Self.slotCount)
    for mapping in metadata.mappings {
      for interval in mapping.intervals {
        // Requests by instrument id have the two the other way round.
        let (number, symbol) =
          metadata.stypeOut == .instrumentID
          ? (interval.symbol, mapping.rawSymbol) : (mapping.rawSymbol, interval.symbol)
        guard let instrument = UInt32(number), !symbol.isEmpty else { continue }
        stated[instrument, default: []].append(
          Name(startDate: interval.startDate, endDate: interval.endDate, symbol: symbol))
      }
    }
  }

  /// Learns from a symbol mapping or a definition; other records say nothing.
  mutating func learn(_ record: RawSpan, at offset: Int, _ header: RecordHeader) {
    guard let symbol = Self.symbol(record, at: offset, header), !symbol.isEmpty else { return }
    let key = Self.key(header)
    guard learned[key] != symbol else { return }
    learned[key] = symbol
    slots[Self.slot(key)] = Slot(key: key, symbol: symbol)
  }

  /// The symbol that a mapping or a definition states; the lengths tell the versions apart.
  static func symbol(
    _ record: RawSpan, at offset: Int, _ header: RecordHeader
  ) -> String? {
    let byteCount = header.byteCount
    switch header.rtype {
    case .symbolMapping:
      if byteCount >= SymbolMappingMessage.byteCount {
        return SymbolMappingMessage(copying: record, at: offset)?.symbol
      }
      return V1.SymbolMappingMessage(copying: record, at: offset)?.stypeOutSymbol.text
    case .instrumentDefinition:
      if byteCount >= InstrumentDefinitionMessage.byteCount {
        return InstrumentDefinitionMessage(copying: record, at: offset)?.rawSymbol.text
      }
      if byteCount >= V2.InstrumentDefinitionMessage.byteCount {
        return V2.InstrumentDefinitionMessage(copying: record, at: offset)?.rawSymbol.text
      }
      return V1.InstrumentDefinitionMessage(copying: record, at: offset)?.rawSymbol.text
    default: return nil
    }
  }

  /// The symbol of a record's instrument; nil where nobody has told it.
  mutating func symbol(of header: RecordHeader) -> String? {
    let key = Self.key(header)
    let slot = Self.slot(key)
    if slots[slot].key == key { return slots[slot].symbol }
    return find(key, slot, header)
  }

  /// Asks again for instruments whose symbols were not known.
  mutating func forgetAbsent() {
    for index in slots.indices where slots[index].symbol == nil { slots[index] = Slot() }
  }

  private mutating func find(_ key: UInt64, _ slot: Int, _ header: RecordHeader) -> String? {
    guard header.instrumentID != 0 else { return nil }
    if let symbol = learned[key] {
      slots[slot] = Slot(key: key, symbol: symbol)
      return symbol
    }
    guard let names = stated[header.instrumentID] else {
      slots[slot] = Slot(key: key, symbol: nil)
      return nil
    }
    // One name for all the time may be kept; several are asked for by the day.
    guard names.contains(where: { $0.symbol != names[0].symbol }) else {
      slots[slot] = Slot(key: key, symbol: names[0].symbol)
      return names[0].symbol
    }
    let date = Self.date(of: header.tsEvent)
    return names.last { $0.startDate <= date && date < $0.endDate }?.symbol
  }

  /// The day of a time as yyyymmdd, as the metadata writes days.
  private static func date(of nanos: UInt64) -> UInt32 {
    var digits: UInt32 = 0
    for byte in Timestamp.text(nanos).utf8.prefix(10) where byte != UInt8(ascii: "-") {
      digits = digits &* 10 &+ UInt32(byte &- 0x30)
    }
    return digits
  }

  private static func key(_ header: RecordHeader) -> UInt64 {
    UInt64(header.publisherID) << 32 | UInt64(header.instrumentID)
  }

  private static func slot(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: key ^ (key >> 32)) & (slotCount - 1)
  }
}

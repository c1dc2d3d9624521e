internal import Records
internal import Wire

/// What a reader has to know of the instruments to read a segment alone: the last symbol mapping
/// and the last definitions of each. One thread.
struct SymbolStore: ~Copyable {
  /// One of the records that are kept: a later one of the same key takes its place.
  private struct Key: Hashable {
    var publisher: UInt16
    var instrument: UInt32
    /// 0 for the mapping, 1 + the leg's index for definitions (one record for each leg).
    var kind: UInt32

    init(_ head: RecordHeader, kind: UInt32) {
      (publisher, instrument) = (head.publisherID, head.instrumentID)
      self.kind = kind
    }
  }

  /// Instruments beyond which nothing new is kept: metadata and memory have a limit.
  private static var recordLimit: Int { 262_144 }
  /// Symbols in a segment's metadata: some 225 bytes each, within `RecordLimits.metadataBytes`.
  private static var symbolLimit: Int { 200_000 }

  private var places: [Key: Range<Int>] = [:]
  /// The records, in the order in which their keys came.
  private var bytes = ByteBuffer()

  /// Whether nothing is known.
  var isEmpty: Bool { places.isEmpty }
  /// All records kept, whole and back to back: mappings and definitions.
  var records: RawSpan {
    @_lifetime(borrow self) get { bytes.bytes }
  }

  /// Forgets everything.
  mutating func removeAll() {
    places.removeAll()
    bytes.removeAll()
  }

  /// Takes over the mappings and definitions among `records`; ends at what is no record.
  mutating func learn(_ records: RawSpan) {
    var at = 0
    while let head = RecordHeader(copying: records, at: at) {
      let size = head.byteCount
      guard size >= 16, size <= records.byteCount - at else { return }
      switch head.rtype {
      case .symbolMapping where size == SymbolMappingMessage.byteCount:
        keep(records.extracting(at..<(at + size)), Key(head, kind: 0))
      case .instrumentDefinition where size == InstrumentDefinitionMessage.byteCount:
        let leg = records.uncheckedLE(UInt16.self, at: at + Self.legIndexOffset)
        keep(records.extracting(at..<(at + size)), Key(head, kind: 1 + UInt32(leg)))
      default: break
      }
      at += size
    }
  }

  /// Of `leg_index` in a definition.
  private static var legIndexOffset: Int { 222 }

  private mutating func keep(_ record: RawSpan, _ key: Key) {
    if let place = places[key] {
      // Both have the size of their type: the new one fits.
      for index in 0..<place.count {
        // Safety: the place lies in the buffer, where the earlier record was appended.
        unsafe (bytes.base + place.lowerBound + index).storeBytes(
          of: record.uncheckedByte(at: index), as: UInt8.self)
      }
      return
    }
    guard places.count < Self.recordLimit else { return }
    places[key] = bytes.count..<(bytes.count + record.byteCount)
    bytes.append(record)
  }

  /// Puts all symbols into `metadata`, each for the day from `date` to `nextDate` (yyyymmdd).
  func describe(in metadata: inout DBNMetadata, date: UInt32, nextDate: UInt32) {
    var symbols: [UInt32: String] = [:]
    var at = 0
    let records = bytes.bytes
    while let head = RecordHeader(copying: records, at: at) {
      // A mapping says what the symbol was when it was asked for; a definition stands in for it.
      if let mapping = SymbolMappingMessage(copying: records, at: at), head.rtype == .symbolMapping
      {
        let isRaw = mapping.stypeIn == .rawSymbol
        symbols[head.instrumentID] =
          isRaw ? mapping.stypeInSymbol.text : mapping.stypeOutSymbol.text
      } else if symbols[head.instrumentID] == nil,
        let definition = InstrumentDefinitionMessage(copying: records, at: at)
      {
        symbols[head.instrumentID] = definition.rawSymbol.text
      }
      at += head.byteCount
    }
    var mapped: [String: [UInt32]] = [:]
    for (instrument, symbol) in symbols where !symbol.isEmpty && symbol.utf8.count < 71 {
      mapped[symbol, default: []].append(instrument)
    }
    metadata.symbols = Array(mapped.keys.sorted().prefix(Self.symbolLimit))
    metadata.mappings = metadata.symbols.map { symbol in
      DBNMetadata.Mapping(
        rawSymbol: symbol,
        intervals: (mapped[symbol] ?? []).sorted().map {
          DBNMetadata.Interval(startDate: date, endDate: nextDate, symbol: String($0))
        })
    }
  }
}

public import Journal
internal import Records
public import SharedMemory
internal import Wire

extension ReplayPlan {
  /// The symbols that stand at the beginning of each lane, by ring: what a replay that begins later
  /// tells its readers, and what a live pipeline has told before.
  ///
  /// Mappings come together, at the start of a day and of a segment. Blocks are read from there on
  /// until several have none.
  public func symbols() throws(JournalError) -> [[SymbolFile.Entry]] {
    var entries = [[SymbolFile.Entry]](repeating: [], count: ringCount)
    for (index, lane) in lanes.enumerated() {
      guard let path = lane.paths.first else { continue }
      entries[rings[index]] += try Self.symbols(path)
    }
    return entries
  }

  /// Blocks without a mapping after which no more are looked for, and most blocks that are read.
  private static var emptyBlocks: Int { 4 }
  private static var mostBlocks: Int { 64 }

  private static func symbols(_ path: String) throws(JournalError) -> [SymbolFile.Entry] {
    var reader = try SegmentReader(path: path)
    var entries: [SymbolFile.Entry] = []
    var records = ByteBuffer()
    var empty = 0
    for _ in 0..<mostBlocks {
      guard empty < emptyBlocks, let block = try reader.nextBlock() else { break }
      if block.hasNoSymbols {
        empty += 1
        continue
      }
      records.removeAll()
      // A damaged block is told of when it is played.
      guard (try? reader.appendRecords(to: &records)) != nil else { continue }
      let before = entries.count
      addSymbols(of: records, to: &entries)
      empty = entries.count == before ? empty + 1 : 0
    }
    return entries
  }

  private static func addSymbols(
    of records: borrowing ByteBuffer, to entries: inout [SymbolFile.Entry]
  ) {
    let bytes = records.bytes
    var at = 0
    while true {
      let count = RecordTimes.byteCount(bytes, at: at)
      guard count > 0 else { return }
      if bytes.uncheckedByte(at: at + 1) == RType.symbolMapping.rawValue,
        let mapping = SymbolMappingMessage(copying: bytes, at: at)
      {
        entries.append(
          SymbolFile.Entry(
            publisherID: mapping.header.publisherID,
            instrumentID: mapping.header.instrumentID, symbol: mapping.symbol))
      }
      at += count
    }
  }
}

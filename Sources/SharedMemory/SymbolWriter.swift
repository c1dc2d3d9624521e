public import Records

/// Writes the symbol file of a shard (`SymbolFile`); no system call once it is open.
///
/// Belongs to the thread that writes the shard's ring, whose lock keeps other writers away.
public struct SymbolWriter: ~Copyable {
  private let mapping: SharedMapping
  /// The last symbol of each instrument, by publisher and id: known ones are not written again.
  private var known: [UInt64: String] = [:]
  private var count = 0
  private var refused: UInt64 = 0
  private var epoch: UInt64

  /// Makes the file anew for this epoch of the ring; readers of the old one keep what they have.
  ///
  /// Call it once the ring's writer is open, and before it publishes.
  public init(
    location: RingLocation, shard: Int, epoch: UInt64, mode: UInt32 = 0o640
  ) throws(SharedMemoryError) {
    self.epoch = epoch
    let path = location.symbols(shard: shard)
    let folder = try Descriptor(folder: location.instanceFolder, mode: 0o700)
    mapping = try SharedMapping.making(
      "shard-\(shard).symbols", in: folder, byteCount: SharedMemoryLimits.symbolFileBytes,
      path: path, mode: mode
    ) { $0.describeSymbols(capacity: SharedMemoryLimits.symbols, epoch: epoch) }
  }

  /// Remembers what a symbol mapping says. Call it before the record is published.
  ///
  /// Beyond `SharedMemoryLimits.symbols` entries they are refused and counted.
  public mutating func note(_ record: SymbolMappingMessage) {
    let symbol = record.symbol
    let key = UInt64(record.header.publisherID) << 32 | UInt64(record.header.instrumentID)
    guard known.updateValue(symbol, forKey: key) != symbol else { return }
    guard count < SharedMemoryLimits.symbols else {
      refused += 1
      return mapping.setSymbolWord(refused, at: SymbolLayout.refusedOffset)
    }
    mapping.setSymbolEntry(
      SymbolFile.Entry(
        publisherID: record.header.publisherID, instrumentID: record.header.instrumentID,
        symbol: symbol),
      at: SymbolLayout.headerBytes + count * SymbolLayout.entryBytes)
    count += 1
    // Pairs with the acquire load in `SymbolFile.count`.
    mapping.setSymbolWord(UInt64(count), at: SymbolLayout.countOffset)
  }

  /// Follows the ring's writer into a new epoch of its own (`SharedMemoryLimits`).
  public mutating func follow(epoch: UInt64) {
    guard epoch != self.epoch else { return }
    self.epoch = epoch
    mapping.setSymbolWord(epoch, at: SymbolLayout.epochOffset)
  }
}

public import Records

/// The symbols of a shard's instruments, for readers that come after the symbol mappings have left
/// the ring: `<instance>/shard-<n>.symbols`, read only.
///
/// The shard's worker writes an entry before it publishes the mapping, so whoever finds a record in
/// the ring finds its symbol here. The file belongs to one epoch of the ring; a writer that starts
/// makes a new one. All integers are little-endian:
///
///     byte 0               64                        64 + 80 * capacity
///          | header        | entry 0 | entry 1 | ... |
///
///     header   0 magic "MLRCSYM1"    8 version u32 (1)    12 entry_bytes u32 (80)
///             16 capacity u64       24 epoch u64          32 count u64 (release)    40 refused u64
///     entry    0 instrument_id u32   4 publisher_id u16    6 zero u16    8 symbol, 72, NUL padded
///
/// Entries below `count` never change. An instrument may come again: the last entry holds.
/// Belongs to one thread.
public struct SymbolFile: ~Copyable {
  /// One instrument's symbol.
  public struct Entry: Equatable, Sendable {
    public let publisherID: UInt16
    public let instrumentID: UInt32
    public let symbol: String

    public init(publisherID: UInt16, instrumentID: UInt32, symbol: String) {
      self.publisherID = publisherID
      self.instrumentID = instrumentID
      self.symbol = symbol
    }
  }

  private let mapping: SharedMapping
  private let capacity: Int

  /// Maps the file; nil where there is none.
  public init?(path: String) throws(SharedMemoryError) {
    let file = try Descriptor(readingFileAt: path)
    guard let file else { return nil }
    guard let size = file.regularFileBytes, size >= SymbolLayout.headerBytes else {
      throw .notASymbolFile(path: path)
    }
    let mapping = try SharedMapping(file, byteCount: size, path: path, isWritable: false)
    guard let capacity = mapping.symbolCapacity else { throw .notASymbolFile(path: path) }
    self.mapping = mapping
    self.capacity = capacity
  }

  /// The epoch of the ring that the symbols belong to.
  public var epoch: UInt64 { mapping.symbolWord(at: SymbolLayout.epochOffset) }

  /// Entries that are there now; it only grows.
  public var count: Int {
    // A writer never promises more than the capacity; a damaged file may.
    Int(clamping: min(mapping.symbolWord(at: SymbolLayout.countOffset), UInt64(capacity)))
  }

  /// Symbols that found no room any more.
  public var refused: UInt64 { mapping.symbolWord(at: SymbolLayout.refusedOffset) }

  /// The entry at an index below `count`; others trap.
  public subscript(index: Int) -> Entry {
    precondition(index >= 0 && index < capacity, "an entry below the count")
    return mapping.symbolEntry(at: SymbolLayout.headerBytes + index * SymbolLayout.entryBytes)
  }
}

extension SymbolMappingMessage {
  /// The symbol that the record ties to its instrument id: the venue's own where that is given.
  public var symbol: String {
    stypeIn == .rawSymbol || stypeOutSymbol[0] == 0 ? stypeInSymbol.text : stypeOutSymbol.text
  }
}

/// Where everything stands in a symbol file.
enum SymbolLayout {
  static var magic: UInt64 { 0x314D_5953_4352_4C4D }  // "MLRCSYM1"
  static var version: UInt32 { 1 }
  static var headerBytes: Int { 64 }
  static var entryBytes: Int { 80 }
  static var textBytes: Int { 72 }
  static var capacityOffset: Int { 16 }
  static var epochOffset: Int { 24 }
  static var countOffset: Int { 32 }
  static var refusedOffset: Int { 40 }
}

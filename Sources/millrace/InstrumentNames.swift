internal import Ledger
internal import Records
internal import SharedMemory

/// The symbols of a shard's instruments: from the mappings that pass, and from the shard's symbol
/// file for those that have passed already.
struct InstrumentNames {
  struct Name {
    let symbol: String
    let isWanted: Bool
  }

  private let path: String
  /// Empty: all.
  private let wanted: Set<String>
  private var names: [UInt64: Name] = [:]
  /// Entries taken from the file, and its epoch.
  private var taken = 0
  private var fileEpoch: UInt64 = 0
  private var nextLook: UInt64 = 0

  /// Between two looks into the file for instruments that are not known, ns.
  private static var lookNanos: UInt64 { 20_000_000 }

  init(path: String, wanted: Set<String>) {
    self.path = path
    self.wanted = wanted
  }

  /// The name of a record's instrument; nil where nobody has told it. `epoch` is the ring's.
  mutating func name(of header: RecordHeader, epoch: UInt64) -> Name? {
    let key = Self.key(header.publisherID, header.instrumentID)
    if let name = names[key] { return name }
    guard header.instrumentID != 0 else { return nil }
    let now = MonotonicClock.now().rawValue
    guard now >= nextLook else { return nil }
    nextLook = now &+ Self.lookNanos
    refresh(epoch: epoch)
    return names[key]
  }

  /// Takes what the file has more; nothing from a file that belongs to another epoch.
  mutating func refresh(epoch: UInt64) {
    guard let file = try? SymbolFile(path: path), file.epoch == epoch else { return }
    if fileEpoch != epoch {
      fileEpoch = epoch
      taken = 0
    }
    let count = file.count
    while taken < count {
      let entry = file[taken]
      add(entry.symbol, publisherID: entry.publisherID, instrumentID: entry.instrumentID)
      taken += 1
    }
  }

  /// Learns from a symbol mapping.
  mutating func learn(_ record: SymbolMappingMessage) {
    add(
      record.symbol, publisherID: record.header.publisherID,
      instrumentID: record.header.instrumentID)
  }

  /// The wanted symbols that no instrument has so far.
  var missing: Set<String> {
    wanted.subtracting(names.values.lazy.filter(\.isWanted).map(\.symbol))
  }

  /// Another writer: its numbers may mean other instruments.
  mutating func forget() {
    names.removeAll(keepingCapacity: true)
    nextLook = 0
  }

  private mutating func add(_ symbol: String, publisherID: UInt16, instrumentID: UInt32) {
    names[Self.key(publisherID, instrumentID)] = Name(
      symbol: symbol, isWanted: wanted.isEmpty || wanted.contains(symbol))
  }

  private static func key(_ publisherID: UInt16, _ instrumentID: UInt32) -> UInt64 {
    UInt64(publisherID) << 32 | UInt64(instrumentID)
  }
}

internal import Ledger
internal import Records
internal import SharedMemory

/// One shard's ring as `tail` reads it. One thread.
final class TailShard {
  let index: Int
  private let path: String
  private let isFiltered: Bool
  private var reader: BroadcastReader
  private var names: InstrumentNames
  /// Whether the writer has ended and all was read.
  private(set) var isClosed = false
  private(set) var lost: UInt64 = 0
  /// Records that a filter could not judge, because nobody has told their symbol.
  private(set) var unnamed: UInt64 = 0

  init(
    _ location: RingLocation, shard: Int, start: BroadcastReader.Start, wanted: Set<String>
  ) throws(SharedMemoryError) {
    index = shard
    path = location.ring(shard: shard)
    isFiltered = !wanted.isEmpty
    reader = try BroadcastReader(path: path, start: start)
    names = InstrumentNames(path: location.symbols(shard: shard), wanted: wanted)
    names.refresh(epoch: reader.epoch)
  }

  /// The wanted symbols that no instrument of the shard has so far.
  var missing: Set<String> { names.missing }

  /// What the ring's header says.
  var status: RingStatus { RingStatus(reader) }

  /// Reads up to `limit` records; false where there was nothing new.
  func read(limit: Int, _ printer: TailPrinter) throws(CommandError) -> Bool {
    for taken in 0..<limit {
      switch reader.poll() {
      case .record: try take(printer)
      case .none: return taken > 0
      case .lost(let count):
        lost += count
        try printer.lost(count, shard: index)
      case .newEpoch(let old, let new):
        isClosed = false
        names.forget()
        if old != 0 { try printer.epoch(new, shard: index) }
      case .closed:
        isClosed = true
        return taken > 0
      case .replaced:
        // The new file takes the name at once; until then it is looked for again and again.
        guard let next = try? BroadcastReader(path: path, start: .oldest) else { return taken > 0 }
        reader = next
        names.forget()
        try printer.epoch(reader.epoch, shard: index)
      }
      if printer.isDone { return true }
    }
    return true
  }

  private func take(_ printer: TailPrinter) throws(CommandError) {
    if try Self.pass(reader, &names, isFiltered: isFiltered, to: printer) { return }
    unnamed += 1
  }

  /// Prints the reader's record if it is wanted; false where its symbol would have to be known.
  ///
  /// A function of the reader alone, because its record is borrowed from it.
  private static func pass(
    _ reader: borrowing BroadcastReader, _ names: inout InstrumentNames, isFiltered: Bool,
    to printer: TailPrinter
  ) throws(CommandError) -> Bool {
    let record = reader.record
    guard let header = RecordHeader(copying: record) else { return true }
    if header.rtype == .symbolMapping, let mapping = SymbolMappingMessage(copying: record) {
      names.learn(mapping)
    }
    guard printer.wants(header.rtype) else { return true }
    let name = names.name(of: header, epoch: reader.epoch)
    if isFiltered, header.instrumentID != 0 {
      guard let name else { return false }
      guard name.isWanted else { return true }
    }
    try printer.print(record, symbol: name?.symbol)
    return true
  }
}

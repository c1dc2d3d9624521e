internal import Records
internal import Wire

/// The instruments that a query selects in one dataset on one day: those named by number, and those
/// that the wanted symbols stand for, as metadata, mappings and definitions say on the way.
final class InstrumentSelection {
  private let numbers: Set<UInt32>
  private let wanted: Set<String>
  /// Of each wanted symbol the instruments that it stands for now.
  private var meanings: [UInt32: String] = [:]
  private var resolved: Set<String> = []
  private var ids: Set<UInt32>
  /// Bits of (id mod 1,024): most records of other instruments are told apart by them.
  private var bits = InlineArray<16, UInt64>(repeating: 0)
  /// Version of the records: it decides where a definition has its symbol.
  var version: UInt8 = 3

  init(_ query: JournalQuery) {
    numbers = Set(query.instruments)
    wanted = Set(query.symbols)
    ids = numbers
    for id in numbers { setBit(id) }
  }

  /// Whether every wanted symbol stands for something; until then any block may say so.
  var isResolved: Bool { resolved.count == wanted.count }

  /// The instruments that are selected now.
  var current: Set<UInt32> { ids }

  @inline(__always)
  func contains(_ id: UInt32) -> Bool {
    let word = bits[Int(truncatingIfNeeded: id >> 6) & 15]
    guard word & (1 << UInt64(truncatingIfNeeded: id & 63)) != 0 else { return false }
    return ids.contains(id)
  }

  /// Takes what a file's metadata say for a day, yyyymmdd, or for any where it is nil.
  func take(_ metadata: DBNMetadata, date: UInt32?) {
    for mapping in metadata.mappings where wanted.contains(mapping.rawSymbol) {
      for interval in mapping.intervals {
        if let date, date < interval.startDate || date >= interval.endDate { continue }
        if let id = UInt32(interval.symbol) { set(id, to: mapping.rawSymbol) }
      }
    }
    // The other way round, where the request was by number.
    for mapping in metadata.mappings {
      guard let id = UInt32(mapping.rawSymbol) else { continue }
      for interval in mapping.intervals where wanted.contains(interval.symbol) {
        if let date, date < interval.startDate || date >= interval.endDate { continue }
        set(id, to: interval.symbol)
      }
    }
  }

  /// Looks at a whole record at `offset`: mappings and definitions tell symbols.
  @inline(__always)
  func observe(_ type: UInt8, _ bytes: RawSpan, at offset: Int) {
    if type == 0x16 || type == 0x13 { learn(type, bytes, at: offset) }
  }

  /// Takes what a mapping or a definition tells.
  func learn(_ type: UInt8, _ bytes: RawSpan, at offset: Int) {
    guard !wanted.isEmpty, let id = bytes.loadLE(UInt32.self, at: offset + 4) else { return }
    let length = version == 1 ? 22 : 71
    if type == RType.instrumentDefinition.rawValue {
      let symbol = bytes.text(at: offset + (version == 3 ? 238 : 200), count: length)
      set(id, to: symbol)
      return
    }
    let first = bytes.text(at: offset + (version == 1 ? 16 : 17), count: length)
    let second = bytes.text(at: offset + (version == 1 ? 38 : 89), count: length)
    set(id, to: wanted.contains(first) ? first : second)
  }

  private func set(_ id: UInt32, to symbol: String) {
    if wanted.contains(symbol) {
      resolved.insert(symbol)
      guard meanings.updateValue(symbol, forKey: id) == nil, ids.insert(id).inserted else { return }
      setBit(id)
    } else if meanings.removeValue(forKey: id) != nil, !numbers.contains(id) {
      // The number stands for another symbol from here on.
      ids.remove(id)
    }
  }

  private func setBit(_ id: UInt32) {
    bits[Int(truncatingIfNeeded: id >> 6) & 15] |= 1 << UInt64(truncatingIfNeeded: id & 63)
  }
}

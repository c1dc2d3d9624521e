internal import SharedMemory

/// Holds a ring and its symbol file between their opening and their writer, which take them once.
final class RingBox {
  private var ring: BroadcastWriter?
  private var symbols: SymbolWriter?

  init(
    location: RingLocation, options: BroadcastWriter.Options
  ) throws(SharedMemoryError) {
    let ring = try BroadcastWriter(location: location, options: options)
    symbols = try SymbolWriter(location: location, shard: options.shard, epoch: ring.epoch)
    self.ring = consume ring
  }

  func takeRing() -> BroadcastWriter? {
    var taken: BroadcastWriter? = nil
    swap(&taken, &ring)
    return taken
  }

  func takeSymbols() -> SymbolWriter? {
    var taken: SymbolWriter? = nil
    swap(&taken, &symbols)
    return taken
  }
}

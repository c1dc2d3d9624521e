/// Aggregated (L2) books of one shard, for feeds that send price levels, such as IEX DEEP.
///
/// Owned by one thread; steady state without allocation; nothing from outside traps.
public struct PriceLevelBooks: ~Copyable {
  /// Price levels of all books, for queries. Number of orders is what `set` was given.
  public var levels = BookLevels()
  /// What was refused or contradictory so far.
  public internal(set) var counters = BookCounters()

  public init() {}

  /// Bytes of all tables.
  public var memoryBytes: Int { levels.memoryBytes }

  /// Sets the open size at a price; 0 removes the level.
  ///
  /// Removing a level that is not there changes nothing and is counted (`unknownLevels`); so are
  /// undefined prices and what is over a limit. `orders` is the number of orders where the feed
  /// tells it. The effect's `size` and `remaining` are the new size, saturating.
  public mutating func set(
    instrument: UInt32, side: BookSide, price: Int64, size: UInt64, orders: UInt32 = 0
  ) -> BookEffect {
    guard price != .max, price != .min else {
      counters.undefinedPrices += 1
      return .rejected(.undefinedPrice, instrument: instrument)
    }
    guard let bids = levels.bids(of: instrument) else {
      counters.limitsReached += 1
      return .rejected(.limitReached, instrument: instrument)
    }
    guard size <= BookLimits.sizePerLevel, orders <= BookLimits.ordersPerLevel else {
      counters.limitsReached += 1
      return .rejected(.limitReached, instrument: instrument)
    }
    let number = bids | UInt32(side.rawValue)
    let key = BookLevels.key(price: price, side: number)
    let change = levels.sides[Int(number)].set(
      key: key, size: size, orders: orders, arena: &levels.arena)
    switch change {
    case .changed(let change):
      let shown = UInt32(clamping: size)
      return BookEffect(
        price: price, instrument: instrument, size: shown, remaining: shown,
        depth: UInt16(truncatingIfNeeded: change.depth), side: side, outcome: .applied,
        changes: change.changes)
    case .unknownLevel:
      counters.unknownLevels += 1
      return .rejected(.unknownLevel, instrument: instrument)
    case .limitReached:
      counters.limitsReached += 1
      return .rejected(.limitReached, instrument: instrument)
    }
  }

  /// Removes all levels of an instrument.
  public mutating func clear(instrument: UInt32) {
    guard let book = levels.instruments.find(instrument) else { return }
    levels.sides[2 * book].removeAll(&levels.arena)
    levels.sides[2 * book + 1].removeAll(&levels.arena)
  }

  /// Describes the first violated invariant (sorted, no empty level), or nil. Walks everything.
  public func checkInvariants() -> String? {
    for number in 0..<2 * levels.bookCount {
      if let fault = levels.sortFault(number: number) { return fault }
    }
    return nil
  }
}

/// What setting a level outright did.
enum LevelSetting {
  case changed(LevelChange)
  case unknownLevel
  case limitReached
}

extension LevelSide {
  /// Sets the size of a level outright, making or removing it.
  mutating func set(
    key: Int64, size: UInt64, orders: UInt32, arena: inout LevelArena
  ) -> LevelSetting {
    if count == capacity {
      guard size > 0 || capacity > 0 else { return .unknownLevel }
      guard size == 0 || reserve(&arena) else { return .limitReached }
    }
    let index = position(of: key)
    let exists = index >= 0 && self.key(at: index) == key
    if size == 0 {
      guard exists else { return .unknownLevel }
      let depth = Int(count) - 1 - index
      remove(at: index)
      return .changed(LevelChange(depth: depth, isStructural: true))
    }
    let total = LevelTotal(size: size, orders: orders)
    if exists {
      replaceTotal(at: index, with: total)
      return .changed(LevelChange(depth: Int(count) - 1 - index, isStructural: false))
    }
    insert(key: key, total: total, at: index + 1)
    return .changed(LevelChange(depth: Int(count) - 2 - index, isStructural: true))
  }
}

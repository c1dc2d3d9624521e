/// The messages of an order-by-order feed.
///
/// `instrument` is what the message carries, nil where it carries none. It decides the book of a
/// new order; elsewhere it is only compared with the order's own, which wins.
extension OrderBooks {
  /// Puts a new order into its book.
  ///
  /// Refused: an id that is open already (the resting order stays: ids are unique in a day, so the
  /// second message is the wrong one), size 0, an undefined price, and what is over a limit.
  @inlinable
  public mutating func add(
    instrument: UInt32, orderID: UInt64, side: BookSide, price: Int64, size: UInt32,
    priority: UInt64
  ) -> BookEffect {
    guard let bids = levels.bids(of: instrument) else {
      return refuse(.limitReached, instrument: instrument)
    }
    return place(
      OpenOrder(
        id: orderID, key: 0, priority: priority, size: size,
        side: bids | UInt32(side.rawValue)), price: price)
  }

  /// Takes executed size from a resting order, at most what it has left.
  @inlinable
  public mutating func execute(
    orderID: UInt64, size: UInt32, instrument: UInt32? = nil
  ) -> BookEffect {
    reduce(orderID: orderID, size: size, instrument: instrument, clampIsNormal: false)
  }

  /// Takes cancelled size from a resting order; `UInt32.max` takes what is left.
  @inlinable
  public mutating func cancel(
    orderID: UInt64, size: UInt32, instrument: UInt32? = nil
  ) -> BookEffect {
    reduce(orderID: orderID, size: size, instrument: instrument, clampIsNormal: size == .max)
  }

  /// Removes a resting order.
  @inlinable @inline(__always)
  public mutating func delete(orderID: UInt64, instrument: UInt32? = nil) -> BookEffect {
    reduce(orderID: orderID, size: .max, instrument: instrument, clampIsNormal: true)
  }

  /// Removes a resting order and puts another one in its place: same instrument and side, new
  /// id (which may be the old one), price, size and priority.
  ///
  /// If the new order is refused, the old one is gone all the same: the exchange has said so.
  @inlinable
  public mutating func replace(
    orderID: UInt64, newOrderID: UInt64, price: Int64, size: UInt32, priority: UInt64,
    instrument: UInt32? = nil
  ) -> BookEffect {
    guard let slot = orders.find(orderID) else {
      return refuse(.unknownOrder, instrument: instrument ?? 0)
    }
    let old = orders.slots[slot]
    orders.remove(slot)
    let index = Int(old.side)
    let bestBefore = levels.sides[index].bestKey
    let gone = levels.sides[index].subtract(key: old.key, size: old.size, isWhole: true)
    var effect = place(
      OpenOrder(id: newOrderID, key: 0, priority: priority, size: size, side: old.side),
      price: price)
    effect.changes.formUnion(.closed)
    effect.changes.formUnion(gone.changes)
    if effect.outcome == .applied, levels.sides[index].bestKey == bestBefore {
      effect.changes.remove(.bestPrice)
    }
    if effect.outcome != .applied || gone.depth < Int(effect.depth) {
      effect.depth = UInt16(truncatingIfNeeded: gone.depth)
    }
    if let instrument, instrument != effect.instrument {
      effect.changes.formUnion(noteWrongInstrument())
    }
    return effect
  }

  /// Removes all orders of an instrument. Scans the table of open orders: for rare messages.
  ///
  /// Returns the number of orders removed.
  public mutating func clear(instrument: UInt32) -> Int {
    guard let book = levels.instruments.find(instrument) else { return 0 }
    let before = orders.count
    orders.removeAll(ofBook: UInt32(book))
    levels.sides[2 * book].removeAll(&levels.arena)
    levels.sides[2 * book + 1].removeAll(&levels.arena)
    return before - orders.count
  }

  /// Puts an order whose side is decided into table and levels; `order.key` is computed here.
  @inlinable @inline(__always)
  mutating func place(_ order: OpenOrder, price: Int64) -> BookEffect {
    var order = order
    let index = Int(order.side)
    order.key = BookLevels.key(price: price, side: order.side)
    // A key of Int64.max marks unused keys; Int64.min is its mirror on the other side.
    guard order.size != 0, price != .max, price != .min, orders.count < BookLimits.openOrders
    else { return refusePlacing(order, price: price) }
    if orders.isFull { orders.grow() }
    let slot = orders.probe(order.id)
    guard orders.slots[slot].size == 0 else {
      return refuse(.duplicateOrder, side: order.side)
    }
    guard let made = levels.sides[index].add(key: order.key, size: order.size, arena: &levels.arena)
    else {
      return refuse(.limitReached, side: order.side)
    }
    orders.insert(order, at: slot)
    return BookEffect(
      price: price, instrument: levels.sides[index].instrument, size: order.size,
      remaining: order.size,
      depth: UInt16(truncatingIfNeeded: made.depth), side: order.side & 1 == 0 ? .bid : .ask,
      outcome: .applied, changes: made.changes)
  }

  @inlinable @inline(__always)
  mutating func reduce(
    orderID: UInt64, size: UInt32, instrument: UInt32?, clampIsNormal: Bool
  ) -> BookEffect {
    guard let slot = orders.find(orderID) else {
      return refuse(.unknownOrder, instrument: instrument ?? 0)
    }
    let order = orders.slots[slot]
    let isWhole = size >= order.size
    let taken = isWhole ? order.size : size
    if isWhole { orders.remove(slot) } else { orders.slots[slot].size = order.size &- taken }
    let index = Int(order.side)
    let change = levels.sides[index].subtract(key: order.key, size: taken, isWhole: isWhole)
    var effect = BookEffect(
      price: BookLevels.key(price: order.key, side: order.side),
      instrument: levels.sides[index].instrument,
      size: taken, remaining: order.size &- taken, depth: UInt16(truncatingIfNeeded: change.depth),
      side: order.side & 1 == 0 ? .bid : .ask, outcome: .applied, changes: change.changes)
    if isWhole { effect.changes.formUnion(.closed) }
    if size > order.size, !clampIsNormal { effect.changes.formUnion(noteClamp()) }
    if let instrument, instrument != effect.instrument {
      effect.changes.formUnion(noteWrongInstrument())
    }
    return effect
  }
}

/// The unusual, kept out of the hot code.
extension OrderBooks {
  @usableFromInline @inline(never)
  mutating func refuse(_ outcome: BookOutcome, instrument: UInt32) -> BookEffect {
    switch outcome {
    case .applied: break
    case .unknownOrder: counters.unknownOrders += 1
    case .duplicateOrder: counters.duplicateOrders += 1
    case .zeroSize: counters.zeroSizes += 1
    case .undefinedPrice: counters.undefinedPrices += 1
    case .limitReached: counters.limitsReached += 1
    case .unknownLevel: counters.unknownLevels += 1
    }
    return .rejected(outcome, instrument: instrument)
  }

  @usableFromInline @inline(never)
  mutating func refuse(_ outcome: BookOutcome, side: UInt32) -> BookEffect {
    var effect = refuse(outcome, instrument: levels.sides[Int(side)].instrument)
    effect.side = side & 1 == 0 ? .bid : .ask
    return effect
  }

  @usableFromInline @inline(never)
  mutating func refusePlacing(_ order: OpenOrder, price: Int64) -> BookEffect {
    if order.size == 0 { return refuse(.zeroSize, side: order.side) }
    let isUndefined = price == .max || price == .min
    return refuse(isUndefined ? .undefinedPrice : .limitReached, side: order.side)
  }

  @usableFromInline @inline(never)
  mutating func noteClamp() -> BookChanges {
    counters.clampedSizes += 1
    return .clamped
  }

  @usableFromInline @inline(never)
  mutating func noteWrongInstrument() -> BookChanges {
    counters.wrongInstruments += 1
    return .wrongInstrument
  }
}

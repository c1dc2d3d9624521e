internal import FeedKit

/// Rows of books (fact sheet, section 8).
extension IbSimulator {
  /// Sends what makes the client's rows the market's.
  func showDepth(_ subscription: IbSimulatorSubscription, _ wire: SimulatorWire) {
    guard case .depth(let rows, let isSmart, let isL2) = subscription.kind else { return }
    for isBid in [true, false] {
      let now = market.ladder(subscription.index, isBid: isBid, rows: rows)
      let had = isBid ? subscription.bids : subscription.asks
      let changes =
        options.hasFixedRows
        ? Self.updates(from: had, to: now, isBid: isBid)
        : Self.changes(from: had, to: now, isBid: isBid)
      for row in changes {
        send(subscription.connection, wire) {
          $0.depth(subscription.id, row, isL2: isL2, isSmart: isSmart)
        }
      }
      if isBid { subscription.bids = now } else { subscription.asks = now }
    }
  }

  /// First the rows that are gone, from below, then new and changed ones from above: an insert
  /// moves the rows at and below it, as the protocol's rule is.
  static func changes(
    from had: [IbSimulatorLevel], to now: [IbSimulatorLevel], isBid: Bool
  ) -> [IbSimulatorDepthRow] {
    var rows: [IbSimulatorDepthRow] = []
    var left = had
    for place in had.indices.reversed()
    where !now.contains(where: { $0.price == had[place].price }) {
      left.remove(at: place)
      rows.append(
        IbSimulatorDepthRow(
          position: place, operation: .delete, isBid: isBid, price: 0, size: 0,
          venue: had[place].venue))
    }
    for (place, level) in now.enumerated() {
      let isThere = place < left.count && left[place].price == level.price
      if isThere, left[place] == level { continue }
      if !isThere { left.insert(level, at: min(place, left.count)) }
      rows.append(
        IbSimulatorDepthRow(
          position: place, operation: isThere ? .update : .insert, isBid: isBid,
          price: level.price, size: level.size, venue: level.venue))
    }
    return rows
  }

  /// The same book with each row written over where it stands. `ib_async` 2.1.0 takes an insert for
  /// that too and moves nothing, so that this is the form in which it and the official client come
  /// to the same rows.
  static func updates(
    from had: [IbSimulatorLevel], to now: [IbSimulatorLevel], isBid: Bool
  ) -> [IbSimulatorDepthRow] {
    now.enumerated().compactMap { place, level in
      let isThere = place < had.count
      if isThere, had[place] == level { return nil }
      return IbSimulatorDepthRow(
        position: place, operation: isThere ? .update : .insert, isBid: isBid,
        price: level.price, size: level.size, venue: level.venue)
    }
  }
}

/// Backfills that are under way.
struct LiveFills {
  private var waiting: [UInt32: BackfillRequest] = [:]
  private var lastID: UInt32 = 0

  mutating func add(index: Int, from: UInt64, to: UInt64) -> BackfillRequest {
    // Ids stay below 2^26, so that protocols have room for a kind beside them.
    lastID = lastID % (1 << 26 - 1) + 1
    let request = BackfillRequest(id: lastID, index: index, from: from, to: to)
    waiting[lastID] = request
    return request
  }

  mutating func take(_ id: UInt32) -> BackfillRequest? { waiting.removeValue(forKey: id) }

  /// The request of an instrument, which has one at a time.
  mutating func take(index: Int) -> BackfillRequest? {
    guard let id = waiting.first(where: { $0.value.index == index })?.key else { return nil }
    return waiting.removeValue(forKey: id)
  }

  mutating func forgetAll(_ body: (BackfillRequest) -> Void) {
    let all = waiting.values.sorted { $0.id < $1.id }
    waiting = [:]
    for request in all { body(request) }
  }
}

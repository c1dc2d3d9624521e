internal import Wire

/// All subscribers' taps of one worker.
@safe struct SubscriberTaps: ~Copyable {
  let count: Int
  private let taps: UnsafeMutablePointer<SubscriberTap>

  init(_ links: [SubscriberLink]) {
    count = links.count
    unsafe taps = ApartMemory.allocate(SubscriberTap.self, count: max(links.count, 1))
    for index in links.indices {
      // Safety: each of the slots is initialised once, here.
      unsafe taps.advanced(by: index).initialize(to: SubscriberTap(links[index]))
    }
  }

  deinit {
    // Safety: initialised by `init`, over this count.
    unsafe taps.deinitialize(count: count)
    unsafe taps.deallocate()
  }

  /// Safety: `byteCount` bytes of a record lie at `record`.
  @unsafe mutating func take(_ record: UnsafeRawPointer, byteCount: Int) {
    // Safety: each index is below the count.
    for index in 0..<count { unsafe taps[index].take(record, byteCount: byteCount) }
  }

  mutating func beat(_ now: UInt64) {
    // Safety: as above.
    for index in 0..<count { unsafe taps[index].beat(now) }
  }

  mutating func finish() {
    // Safety: as above.
    for index in 0..<count { unsafe taps[index].finish() }
  }
}

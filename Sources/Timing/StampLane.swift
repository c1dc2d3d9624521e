internal import Synchronization

/// Moments at which some of the records of a lane were written, on their way from the thread that
/// writes to the one that takes: a small ring beside the lane, for lab runs only.
///
/// One producer, one consumer. A stamp that finds no room is dropped: it is a sample.
@safe public final class StampLane: Sendable {
  /// One stamp: which record, counted from 1, and when it was written, Unix ns.
  public struct Stamp: Sendable, Equatable, BitwiseCopyable {
    public var ordinal: UInt64
    public var nanos: UInt64
  }

  // Safety of `nonisolated(unsafe)`: an entry is the producer's until `written` passes it, and the
  // consumer's until `taken` does.
  private nonisolated(unsafe) let entries: UnsafeMutablePointer<Stamp>
  private let written = Atomic<UInt64>(0)
  private let taken = Atomic<UInt64>(0)

  private static var capacity: Int { 1 << 12 }

  public init() {
    unsafe entries = .allocate(capacity: Self.capacity)
    // Safety: fresh storage of this capacity.
    unsafe entries.initialize(
      repeating: Stamp(ordinal: 0, nanos: 0), count: Self.capacity)
  }

  deinit {
    // Safety: made by `init`; both threads held a reference, so nobody uses it.
    unsafe entries.deallocate()
  }

  /// Adds a stamp, unless the ring is full. The producer.
  public func add(ordinal: UInt64, nanos: UInt64) {
    let position = written.load(ordering: .relaxed)
    // Pairs with the releasing store in `drop`.
    guard position &- taken.load(ordering: .acquiring) < UInt64(Self.capacity) else { return }
    // Safety: the index is below the capacity, and the entry is the producer's.
    unsafe entries[Int(position) & (Self.capacity - 1)] = Stamp(ordinal: ordinal, nanos: nanos)
    // Pairs with the acquiring load in `first`.
    written.store(position &+ 1, ordering: .releasing)
  }

  /// The oldest stamp, which stays. The consumer.
  public var first: Stamp? {
    let position = taken.load(ordering: .relaxed)
    guard written.load(ordering: .acquiring) > position else { return nil }
    // Safety: as in `add`; the entry is the consumer's.
    return unsafe entries[Int(position) & (Self.capacity - 1)]
  }

  /// Gives the oldest stamp's place back. The consumer, after `first`.
  public func drop() {
    taken.store(taken.load(ordering: .relaxed) &+ 1, ordering: .releasing)
  }
}

/// When each instrument of a session was last heard, and how often: what feed health is judged by.
///
/// The decoder notes each message of an instrument, two stores; the session looks once a second.
public struct LiveActivity: ~Copyable {
  @usableFromInline var last: FixedTable<UInt64>
  @usableFromInline var counts: FixedTable<UInt64>

  /// For instruments 0 ..< `count` of the session's list.
  public init(count: Int) {
    last = FixedTable(repeating: 0, count: max(count, 1))
    counts = FixedTable(repeating: 0, count: max(count, 1))
  }

  /// Notes one message of the instrument at `index`, received at `tsRecv` (Unix ns).
  @inlinable @inline(__always)
  public mutating func note(_ index: Int, tsRecv: UInt64) {
    last[index] = tsRecv
    counts[index] &+= 1
  }

  /// Receive time of the last message, 0 for none yet.
  public func last(_ index: Int) -> UInt64 { last[index] }
  /// Messages so far.
  public func count(_ index: Int) -> UInt64 { counts[index] }
}

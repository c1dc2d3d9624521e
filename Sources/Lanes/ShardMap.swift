/// Which shard an instrument belongs to: the same on every run and machine, so that a journal or a
/// reader can compute it too.
///
/// shard = (instrument_id × 2654435769 mod 2^32) × shards ÷ 2^32 (Fibonacci hashing, then a
/// multiply instead of a division). Instrument 0, the whole market, is shard 0 where one is needed.
public enum ShardMap {
  @inlinable @inline(__always)
  public static func shard(instrument: UInt32, shards: Int) -> Int {
    let hash = instrument &* 2_654_435_769
    // Parenthesised: in Swift a shift binds closer than a product.
    let product = UInt64(hash) &* UInt64(truncatingIfNeeded: shards)
    return Int(truncatingIfNeeded: product >> 32)
  }
}

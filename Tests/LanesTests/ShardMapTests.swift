import CLinux
import Lanes
import Testing

var hasWideStores: Bool { ml_cpu_has_wide_store() }

/// Journals and readers compute the shard too, so it may never change: the values are pinned.
@Suite struct ShardMapTests {
  static let pinned: [(UInt32, [Int])] = [
    (0, [0, 0, 0, 0, 0, 0, 0]),
    (1, [0, 1, 1, 2, 4, 4, 39]),
    (2, [0, 0, 0, 0, 1, 1, 15]),
    (3, [0, 1, 2, 3, 5, 6, 54]),
    (17, [0, 1, 1, 2, 3, 4, 32]),
    (5528, [0, 0, 1, 1, 3, 3, 31]),
    (65_535, [0, 1, 2, 3, 6, 6, 54]),
    (65_536, [0, 0, 1, 1, 3, 3, 30]),
    (4_294_967_295, [0, 0, 1, 1, 2, 3, 24]),
    (123_456_789, [0, 1, 2, 2, 5, 5, 46]),
  ]

  @Test(arguments: pinned) func shardsStay(instrument: UInt32, expected: [Int]) {
    let found = [1, 2, 3, 4, 7, 8, 64].map {
      ShardMap.shard(instrument: instrument, shards: $0)
    }
    #expect(found == expected)
  }

  /// A day's locates, 1 ... 11,000, spread over the shards within a few percent.
  @Test(arguments: [2, 3, 4, 8, 16]) func locatesSpreadEvenly(shards: Int) {
    var counts = [Int](repeating: 0, count: shards)
    for locate in UInt32(1)...11_000 {
      counts[ShardMap.shard(instrument: locate, shards: shards)] += 1
    }
    let even = 11_000 / shards
    for count in counts { #expect(abs(count - even) * 20 < even) }
  }
}

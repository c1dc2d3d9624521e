internal import Records
internal import Wire

/// One block's records with their effective receive times, and the place of the next one.
///
/// A record without a receive time counts with the last one before it in its shard. One thread.
struct BlockRecords: ~Copyable {
  var bytes = ByteBuffer()
  /// Per record its effective time, and where it ends in `bytes`.
  var times: [UInt64] = []
  var ends: [UInt32] = []
  /// The last receive time met.
  var lastTime: UInt64 = 0
  /// Records in `bytes`, and how many of them were given out.
  var count = 0
  var next = 0
  var nextOffset = 0

  /// Empties it for the next block.
  mutating func removeAll() {
    bytes.removeAll()
    (count, next, nextOffset) = (0, 0, 0)
  }

  var isEmpty: Bool { next == count }

  /// Effective time of the next record; 0 where they were not listed.
  var headTime: UInt64 { next < times.count && next < count ? times[next] : 0 }

  /// A block that was not read is passed: its last time is taken to be its greatest.
  mutating func pass(_ block: BlockHeader) {
    if block.hasReceiveTimes { lastTime = block.maxTsRecv }
  }

  /// Takes all of `bytes` as `amount` records, without their times.
  mutating func takeAll(_ amount: Int) {
    count = amount
    next = 0
    nextOffset = 0
  }

  /// The run of records with times below `bound`, or up to it; all of them without times.
  func run(below bound: UInt64, orEqual: Bool) -> (count: Int, bytes: Range<Int>) {
    var index = next
    if orEqual {
      while index < count, times[index] <= bound { index &+= 1 }
    } else {
      while index < count, times[index] < bound { index &+= 1 }
    }
    guard index > next else { return (0, nextOffset..<nextOffset) }
    return (index - next, nextOffset..<Int(ends[index - 1]))
  }

  /// All that is left.
  var rest: (count: Int, bytes: Range<Int>) { (count - next, nextOffset..<bytes.count) }

  /// Appends a run's bytes.
  func copy(_ range: Range<Int>, to buffer: inout ByteBuffer) {
    buffer.append(bytes.bytes.extracting(range))
  }

  /// Goes behind a run.
  mutating func consume(_ run: (count: Int, bytes: Range<Int>)) {
    next += run.count
    nextOffset = run.bytes.upperBound
  }
}

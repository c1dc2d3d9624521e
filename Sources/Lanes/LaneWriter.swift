public import CLinux
internal import Synchronization
internal import Wire

/// The producing ends of one reader thread: one lane to each shard. Owned by that thread.
///
/// Records become visible to their shard one by one, as each line is stored; `flush()` once per
/// batch wakes shards that sleep.
@safe public struct LaneWriter: ~Copyable {
  public let shards: Int
  public let policy: LanePolicy
  @usableFromInline let wide: Bool
  @usableFromInline let halves: Bool
  @usableFromInline let cursors: UnsafeMutablePointer<ml_lane_cursor>
  private let positions: UnsafeMutablePointer<UnsafeMutablePointer<Atomic<UInt64>>>
  private let rung: UnsafeMutablePointer<UInt64>
  private let waited: UnsafeMutablePointer<LaneWaits>
  private let capacity: UInt64
  private let grid: LaneGrid
  /// Whether shards ever sleep: spinning and yielding ones see new lines by themselves.
  @usableFromInline let rings: Bool

  /// A position that no lane reaches: what `limit` is where the oldest records give way.
  private static var noLimit: UInt64 { 1 << 62 }

  init(grid: LaneGrid, reader: Int) {
    self.grid = grid
    rings = grid.options.strategy == .park
    shards = grid.shards
    policy = grid.policies[reader]
    wide = grid.options.wideStores && !grid.options.isPortable
    halves =
      grid.policies[reader] == .wait && !grid.options.isPortable && ml_cpu_has_avx512()
    capacity = UInt64(grid.capacityLines)
    // Safety: three allocations of one entry a shard, each initialised in the loop below.
    unsafe cursors = ApartMemory.allocate(ml_lane_cursor.self, count: grid.shards)
    unsafe positions = ApartMemory.allocate(
      UnsafeMutablePointer<Atomic<UInt64>>.self, count: grid.shards)
    unsafe rung = ApartMemory.allocate(UInt64.self, count: grid.shards)
    unsafe waited = ApartMemory.allocate(LaneWaits.self, count: grid.shards)
    for shard in 0..<grid.shards {
      let cursor = unsafe ml_lane_cursor(
        lines: grid.lines(reader, shard).assumingMemoryBound(to: UInt8.self),
        mask: capacity - 1, position: 0,
        limit: grid.policies[reader] == .wait ? capacity : Self.noLimit,
        word: LineWord.first(epoch: 1, ordinal: 1))
      unsafe cursors.advanced(by: shard).initialize(to: cursor)
      unsafe positions.advanced(by: shard).initialize(to: grid.position(reader, shard))
      unsafe rung.advanced(by: shard).initialize(to: 0)
      unsafe waited.advanced(by: shard).initialize(to: LaneWaits())
    }
  }

  deinit {
    unsafe cursors.deallocate()
    unsafe positions.deallocate()
    unsafe rung.deallocate()
    unsafe waited.deallocate()
  }

  /// Whether a `FramePermuter` may write here: it stores lines without marking them first, which
  /// readers of overwritten lines notice only where a line is stored in one piece.
  public var acceptsPermutedLines: Bool { policy == .wait || wide }

  /// Records written to a lane so far.
  public func recordCount(shard: Int) -> UInt64 {
    // Safety: `shard` is checked.
    precondition(shard >= 0 && shard < shards)
    return unsafe (cursors[shard].word & LineWord.ordinalMask) &- 1
  }

  /// How often and how long the full lane to a shard made this thread wait.
  public func waits(shard: Int) -> LaneWaits {
    // Safety: `shard` is checked.
    precondition(shard >= 0 && shard < shards)
    return unsafe waited[shard]
  }

  /// Records written to all lanes so far.
  public var recordCount: UInt64 {
    var sum: UInt64 = 0
    for shard in 0..<shards { sum &+= recordCount(shard: shard) }
    return sum
  }

  /// Writes one record to a shard. `Record` is a DBN struct: its size is a multiple of 8.
  @inlinable @inline(__always)
  public mutating func push<Record: BitwiseCopyable>(_ record: Record, shard: Int) {
    if MemoryLayout<Record>.size <= LineWord.payloadBytes {
      push(words: Self.words(of: record), shard: shard)
    } else if MemoryLayout<Record>.size <= 2 * LineWord.payloadBytes {
      pushTwoLines(record, shard: shard)
    } else {
      var copy = record
      // Safety: the bytes of a trivial value are read while it lives.
      unsafe withUnsafeBytes(of: &copy) { unsafe push(bytes: $0, shard: shard) }
    }
  }

  /// Writes a record of two lines (quotes, replacements with both ids in full).
  @inlinable @inline(__always)
  mutating func pushTwoLines<Record: BitwiseCopyable>(_ record: Record, shard: Int) {
    assert(shard >= 0 && shard < shards)
    var words = InlineArray<14, UInt64>(repeating: 0)
    // Safety: the record has at most 112 bytes, those of `words`.
    unsafe withUnsafeMutableBytes(of: &words) {
      unsafe $0.storeBytes(of: record, as: Record.self)
    }
    push(
      words: [words[0], words[1], words[2], words[3], words[4], words[5], words[6]],
      then: [words[7], words[8], words[9], words[10], words[11], words[12], words[13]],
      shard: shard)
  }

  /// Writes a record of two lines, given as the words of payload of both.
  @inlinable @inline(__always)
  public mutating func push(
    words first: InlineArray<7, UInt64>, then second: InlineArray<7, UInt64>, shard: Int
  ) {
    assert(shard >= 0 && shard < shards)
    // Safety: `shard` is inside; the two slots are the producer's own until their words are stored.
    let cursor = unsafe cursors + shard
    if unsafe cursor.pointee.position &+ 2 > cursor.pointee.limit {
      makeRoom(lines: 2, shard: shard)
    }
    let word = unsafe cursor.pointee.word
    unsafe store(first, word: word, at: cursor)
    unsafe cursor.pointee.position &+= 1
    unsafe store(second, word: word | LineWord.continuation, at: cursor)
    unsafe cursor.pointee.position &+= 1
    unsafe cursor.pointee.word &+= 1
  }

  /// Writes one record to every shard (session-wide events, gaps).
  public mutating func broadcast<Record: BitwiseCopyable>(_ record: Record) {
    for shard in 0..<shards { push(record, shard: shard) }
  }

  /// Writes a record of one line, given as its seven words of payload.
  @inlinable @inline(__always)
  public mutating func push(words: InlineArray<7, UInt64>, shard: Int) {
    assert(shard >= 0 && shard < shards)
    // Safety: `shard` is inside; the slot is the producer's own until its word is stored.
    let cursor = unsafe cursors + shard
    if unsafe cursor.pointee.position >= cursor.pointee.limit { makeRoom(lines: 1, shard: shard) }
    unsafe store(words, word: cursor.pointee.word, at: cursor)
    unsafe cursor.pointee.position &+= 1
    unsafe cursor.pointee.word &+= 1
  }

  @inlinable @inline(__always)
  func store(
    _ w: InlineArray<7, UInt64>, word: UInt64, at cursor: UnsafeMutablePointer<ml_lane_cursor>
  ) {
    let slot = Int(truncatingIfNeeded: unsafe cursor.pointee.position & cursor.pointee.mask)
    // Safety: the masked position is a line of the ring.
    let line = unsafe cursor.pointee.lines + slot &* LineWord.lineBytes
    if wide {
      unsafe ml_line_store_wide(line, w[0], w[1], w[2], w[3], w[4], w[5], w[6], word)
    } else if halves {
      unsafe ml_line_store_halves(line, w[0], w[1], w[2], w[3], w[4], w[5], w[6], word)
    } else if policy == .wait {
      unsafe ml_line_store_release(line, w[0], w[1], w[2], w[3], w[4], w[5], w[6], word)
    } else {
      unsafe ml_line_store_seqlock(line, w[0], w[1], w[2], w[3], w[4], w[5], w[6], word)
    }
  }

  /// The record's bytes as words, zeros behind them.
  @inlinable @inline(__always)
  static func words<Record: BitwiseCopyable>(of record: Record) -> InlineArray<7, UInt64> {
    var words = InlineArray<7, UInt64>(repeating: 0)
    // Safety: the record has at most 56 bytes, those of `words`.
    unsafe withUnsafeMutableBytes(of: &words) {
      unsafe $0.storeBytes(of: record, as: Record.self)
    }
    return words
  }

  /// Writes a record of any size, `bytes.count` ≤ `LaneLimits.recordBytes`.
  @usableFromInline
  mutating func push(bytes: UnsafeRawBufferPointer, shard: Int) {
    precondition(bytes.count <= LaneLimits.recordBytes)
    let lines = LineWord.lineCount(byteCount: bytes.count)
    let cursor = unsafe cursors + shard
    if unsafe cursor.pointee.position &+ UInt64(lines) > cursor.pointee.limit {
      makeRoom(lines: lines, shard: shard)
    }
    for index in 0..<lines {
      var words = InlineArray<7, UInt64>(repeating: 0)
      let from = index * LineWord.payloadBytes
      let count = min(LineWord.payloadBytes, bytes.count - from)
      // Safety: `from + count` ≤ `bytes.count`, and `count` ≤ 56.
      unsafe withUnsafeMutableBytes(of: &words) {
        unsafe $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[from..<from + count]))
      }
      let word = unsafe cursor.pointee.word | (index == 0 ? 0 : LineWord.continuation)
      unsafe store(words, word: word, at: cursor)
      unsafe cursor.pointee.position &+= 1
    }
    unsafe cursor.pointee.word &+= 1
  }

  /// Takes note of what the consumer has given back, and waits for it where the lane is full.
  @usableFromInline
  mutating func makeRoom(lines: Int, shard: Int) {
    let cursor = unsafe cursors + shard
    let position = unsafe cursor.pointee.position
    // Pairs with the release store in `LaneReader.release`: what is given back was read.
    var taken = unsafe positions[shard].pointee.load(ordering: .acquiring)
    unsafe cursor.pointee.limit = taken &+ capacity
    if position &+ UInt64(lines) <= taken &+ capacity { return }
    // A full lane: wait until a good part of it is free. Going on with the first free line would
    // make both threads pass single lines, and the consumer's position, to and fro.
    let start = ml_clock_nanos()
    let need = position &+ max(UInt64(lines), capacity / 4)
    var idler = Idler(grid.options.strategy)
    let doorbell = grid.doorbells[shard]
    while need > taken &+ capacity {
      if grid.emptyInline(shard: shard) {
        taken = unsafe positions[shard].pointee.load(ordering: .acquiring)
        unsafe cursor.pointee.limit = taken &+ capacity
        return
      }
      if rings { doorbell.ring() }
      if idler.pause() { ml_thread_nap(Self.napNanos) }
      taken = unsafe positions[shard].pointee.load(ordering: .acquiring)
    }
    unsafe cursor.pointee.limit = taken &+ capacity
    // Safety: `shard` is below the number of entries. As a whole, since under the thread sanitizer
    // the compiler breaks off at fields that are changed in place.
    var waits = unsafe waited[shard]
    waits.count &+= 1
    waits.nanos &+= ml_clock_nanos() &- start
    unsafe waited[shard] = waits
  }

  /// How long a parking producer sleeps between looks at a full lane: 50 µs.
  private static var napNanos: Int64 { 50_000 }

  /// Wakes the shards that got records since the last call. Once per batch.
  @inlinable @inline(__always)
  public mutating func flush() {
    if rings { wakeShards() }
  }

  @usableFromInline
  mutating func wakeShards() {
    for shard in 0..<shards {
      // Safety: `shard` is below the number of entries.
      let word = unsafe cursors[shard].word
      guard unsafe word != rung[shard] else { continue }
      unsafe rung[shard] = word
      grid.doorbells[shard].ring()
    }
  }
}

internal import CLinux
internal import Synchronization

/// The producing end of a `BlockLane`; belongs to one thread. Without a lane it is off.
///
///     if !writer.append(record, byteCount: 56) {
///       writer.handOver()                            // where `hasBlock`
///       if !writer.takeBlock() { writer.beginHold() … writer.waitForBlock(…) … }
///     }
@safe public struct BlockLaneWriter: ~Copyable {
  private let lane: BlockLane?
  /// Whether there is a lane.
  public let isOn: Bool
  /// Where the next record goes, and the last place where the largest one still fits.
  @usableFromInline var cursor: UnsafeMutableRawPointer
  @usableFromInline var limit: UnsafeMutableRawPointer
  /// Records that the block still takes; 0 where there is no block.
  @usableFromInline var room = 0
  /// Whether a block is being filled, be it empty or full.
  public private(set) var hasBlock = false
  private var position: UInt64 = 0
  /// Blocks below this number were given back or never used, as far as was looked.
  private var freeUntil: UInt64 = 0
  /// When the block that is being filled was first seen to hold something, 0 before.
  private var filledSince: UInt64 = 0
  private var holdCount: UInt64 = 0
  private var holdNanos: UInt64 = 0

  /// The writer of `lane`, of which there is one; nil for a writer that is off.
  public init(_ lane: BlockLane?) {
    self.lane = lane
    isOn = lane != nil
    // Safety: no record is stored before `takeBlock` has set both.
    unsafe cursor = UnsafeMutableRawPointer(bitPattern: 64).unsafelyUnwrapped
    unsafe limit = unsafe cursor
    freeUntil = UInt64(lane?.blockCount ?? 0)
  }

  /// Copies a record behind the others; false where there is no block or it is full.
  ///
  /// `record` has `byteCount` bytes, at most `LaneLimits.blockRecordBytes`.
  @inlinable @inline(__always)
  @unsafe public mutating func append(_ record: UnsafeRawPointer, byteCount: Int) -> Bool {
    guard room > 0, unsafe cursor <= limit else { return false }
    assert(byteCount <= LaneLimits.blockRecordBytes, "larger than any record")
    if byteCount == 56 {
      // Safety: the caller vouches for the record; at `limit` the largest one still fits.
      unsafe cursor.copyMemory(from: record, byteCount: 56)
      unsafe cursor += 56
    } else {
      // Safety: as above.
      unsafe cursor.copyMemory(from: record, byteCount: byteCount)
      unsafe cursor += byteCount
    }
    room &-= 1
    return true
  }

  /// Copies a chunk in two parts behind the others; false where there is no block or it is full.
  ///
  /// Head and bytes together have at most the lane's `largestBytes`.
  public mutating func append<Head: BitwiseCopyable>(_ head: Head, _ bytes: RawSpan) -> Bool {
    guard room > 0, unsafe cursor <= limit else { return false }
    let size = MemoryLayout<Head>.size
    precondition(size + bytes.byteCount <= lane?.largestBytes ?? 0, "larger than any chunk")
    // Safety: at `limit` the largest chunk still fits; the span lives through the copy.
    unsafe cursor.storeBytes(of: head, as: Head.self)
    unsafe bytes.withUnsafeBytes { source in
      guard let address = source.baseAddress else { return }
      unsafe (cursor + size).copyMemory(from: address, byteCount: source.count)
    }
    unsafe cursor += size + bytes.byteCount
    room &-= 1
    return true
  }

  /// Gives the block that is being filled to the consumer; an empty one is kept.
  public mutating func handOver() {
    guard let lane, hasBlock, room < lane.blockRecords else { return }
    let start = unsafe lane.block(position)
    lane.setFilled(
      BlockLane.Filled(
        byteCount: unsafe cursor - start, recordCount: lane.blockRecords - room), position)
    position &+= 1
    hasBlock = false
    room = 0
    filledSince = 0
    // Pairs with the acquiring load in `BlockLaneReader.next`.
    lane.handedOver.store(position, ordering: .releasing)
    lane.readerBell.ring()
  }

  /// Takes the next block to fill; false while the consumer has all of them.
  public mutating func takeBlock() -> Bool {
    guard let lane else { return false }
    if hasBlock { return true }
    if position >= freeUntil {
      // Pairs with the releasing store in `BlockLaneReader.release`.
      freeUntil = lane.givenBack.load(ordering: .acquiring) &+ UInt64(lane.blockCount)
      guard position < freeUntil else { return false }
    }
    unsafe cursor = lane.block(position)
    // Safety: inside of the block, whose bytes are more than the largest record's.
    unsafe limit = unsafe cursor + (lane.blockBytes - lane.largestBytes)
    room = lane.blockRecords
    hasBlock = true
    return true
  }

  /// Waits for a free block, for about `timeoutNanos` at most, and takes it; false where there is
  /// none yet. The time goes into the lane's account after each such wait.
  public mutating func waitForBlock(strategy: WaitStrategy, timeoutNanos: Int64) -> Bool {
    guard let lane else { return false }
    let limit = lane.blockCount
    let isFree = { [position] in
      lane.givenBack.load(ordering: .acquiring) &+ UInt64(limit) > position
    }
    let start = ml_clock_nanos()
    var idler = Idler(strategy)
    var now = start
    while !isFree(), now &- start < UInt64(timeoutNanos) {
      if idler.pause() { lane.writerBell.sleep(timeoutNanos: timeoutNanos, unless: isFree) }
      now = ml_clock_nanos()
    }
    holdNanos &+= ml_clock_nanos() &- start
    lane.noteHold(count: holdCount, nanos: holdNanos)
    return takeBlock()
  }

  /// Counts that the producer begins to wait for a block.
  public mutating func beginHold() {
    holdCount &+= 1
    lane?.noteHold(count: holdCount, nanos: holdNanos)
  }

  /// Hands the block over whose first record was seen here `ageNanos` ago or more. Once a batch.
  @inlinable
  public mutating func handOverIfOlder(than ageNanos: UInt64, nowNanos: UInt64) {
    if isOn { handOverOld(ageNanos, nowNanos) }
  }

  @usableFromInline
  mutating func handOverOld(_ ageNanos: UInt64, _ nowNanos: UInt64) {
    guard let lane, hasBlock, room < lane.blockRecords else { return }
    if filledSince == 0 {
      filledSince = nowNanos
    } else if nowNanos &- filledSince >= ageNanos {
      handOver()
    }
  }
}

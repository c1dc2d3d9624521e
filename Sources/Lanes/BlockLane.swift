internal import CLinux
internal import Synchronization

/// Blocks of records on their way from one thread to the thread that stores them: a fixed pool of
/// buffers, filled in turn, handed over whole and given back.
///
///     writer ──▶ [ filling ] [ handed over ] [ handed over ] [ free ] [ free ] ──▶ reader
///                 block p                     block r
///
/// One producer and one consumer. A record costs one copy; an index is published and a bell rung
/// once a block. Nothing is allocated, locked or asked of the kernel while blocks are free. The
/// lane never drops: a producer that finds no free block waits, and the lane knows how long.
@safe public final class BlockLane: Sendable {
  /// What a filled block holds.
  struct Filled {
    var byteCount: Int
    var recordCount: Int
  }

  /// Buffers of the pool.
  public let blockCount: Int
  /// Records after which a block is handed over.
  public let blockRecords: Int
  /// Bytes of each buffer.
  public let blockBytes: Int
  /// Bytes of the largest record or chunk that a block takes.
  public let largestBytes: Int

  // Safety of `nonisolated(unsafe)`: a block and its entry belong to the producer until
  // `handedOver` passes it, and to the consumer until `givenBack` does.
  private nonisolated(unsafe) let memory: UnsafeMutableRawPointer
  private nonisolated(unsafe) let filled: UnsafeMutablePointer<Filled>

  /// Blocks handed over and blocks given back, since the beginning.
  let handedOver = Atomic<UInt64>(0)
  let givenBack = Atomic<UInt64>(0)
  private let holdCount = Atomic<UInt64>(0)
  private let holdTime = Atomic<UInt64>(0)
  let readerBell = Doorbell()
  let writerBell = Doorbell()

  /// Bytes that a record takes in a block on average before the block is full earlier.
  private static var recordBytes: Int { 64 }
  /// Memory of a pool, within its least and most buffers.
  private static var poolBytes: Int { 16 << 20 }

  /// A lane whose blocks hold up to `blockRecords` records; `blockCount` buffers, or as many as
  /// fit into 16 MiB, but at least 3 and at most 8.
  public convenience init(blockRecords: Int, blockCount: Int? = nil) {
    precondition(blockRecords >= 1, "a block holds a record at least")
    let bytes = blockRecords * Self.recordBytes + LaneLimits.blockRecordBytes
    self.init(
      blockRecords: blockRecords, blockBytes: bytes, largestBytes: LaneLimits.blockRecordBytes,
      blockCount: blockCount ?? min(max(Self.poolBytes / bytes, 3), 8))
  }

  /// A lane of buffers of `blockBytes` each, for chunks of any size up to `largestBytes`.
  public init(blockRecords: Int, blockBytes: Int, largestBytes: Int, blockCount count: Int) {
    precondition(blockBytes > largestBytes, "a block holds a chunk at least")
    self.blockRecords = blockRecords
    self.largestBytes = largestBytes
    let blockBytes = (blockBytes + 4_095) & ~4_095
    self.blockBytes = blockBytes
    precondition(count >= 2, "one block is filled while another one is stored")
    self.blockCount = count
    unsafe memory = .allocate(byteCount: count * blockBytes, alignment: 4_096)
    // Safety: the allocation has this size. Touched now, so that the producer never faults a page.
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: count * blockBytes)
    unsafe filled = .allocate(capacity: count)
    unsafe filled.initialize(repeating: Filled(byteCount: 0, recordCount: 0), count: count)
  }

  deinit {
    // Safety: made by `init`; whoever could use the lane held a reference, so nobody does.
    unsafe filled.deinitialize(count: blockCount)
    unsafe filled.deallocate()
    unsafe memory.deallocate()
  }

  /// Most records between the producer's counting and the consumer's: a block that is being filled
  /// and all others handed over. Small records fill a block by their number, others by their bytes.
  public var capacityRecords: Int { blockCount * blockRecords }

  /// Bytes of all buffers.
  public var byteCount: Int { blockCount * blockBytes }

  /// How often and how long, in ns, the producer has waited for a free block so far. Any thread.
  public var holds: (count: UInt64, nanos: UInt64) {
    (holdCount.load(ordering: .relaxed), holdTime.load(ordering: .relaxed))
  }

  func noteHold(count: UInt64, nanos: UInt64) {
    // The producer alone writes both.
    holdCount.store(count, ordering: .relaxed)
    holdTime.store(nanos, ordering: .relaxed)
  }

  /// Wakes the consumer, when something but a block is to be looked at.
  public func ringReader() { readerBell.ring() }

  func block(_ index: UInt64) -> UnsafeMutableRawPointer {
    // Safety: the remainder is below the count of buffers.
    unsafe memory + Int(index % UInt64(blockCount)) * blockBytes
  }

  func setFilled(_ value: Filled, _ index: UInt64) {
    // Safety: as above; the caller owns the block.
    unsafe filled[Int(index % UInt64(blockCount))] = value
  }

  func filled(_ index: UInt64) -> Filled {
    // Safety: as above.
    unsafe filled[Int(index % UInt64(blockCount))]
  }
}

extension LaneLimits {
  /// Bytes of the largest record that a block takes: ten lines of 56 bytes, as in shared memory.
  @inlinable public static var blockRecordBytes: Int { 560 }
}

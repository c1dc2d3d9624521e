internal import CLinux
internal import Synchronization

/// The R × S lanes between R reader threads and S shards: one producer and one consumer each, so
/// that no two threads ever contend for a slot.
///
///     reader 0 ──lane 0,0──▶ shard 0          lane: consumer's position │ 128 bytes apart
///              ──lane 0,1──▶ shard 1                lines of 64 bytes, a power of two of them
///     reader 1 ──lane 1,0──▶ shard 0
///              ──lane 1,1──▶ shard 1
///
/// The grid owns the memory; `writer(r)` and `reader(r, s)` give out each end once.
@safe public final class LaneGrid: Sendable {
  public let readers: Int
  public let shards: Int
  public let options: LaneOptions
  /// What the lanes of each reader do when they are full.
  public let policies: [LanePolicy]
  /// Lines of each lane, a power of two.
  public let capacityLines: Int
  /// One doorbell a shard: its worker sleeps on it, every producer rings it.
  public let doorbells: [Doorbell]

  private nonisolated(unsafe) let memory: UnsafeMutableRawPointer
  // Safety of `nonisolated(unsafe)`: set before any thread uses the grid, read by the producer.
  private nonisolated(unsafe) weak var consumer: (any InlineConsumer)?
  private let taken: Mutex<Set<Int>>

  /// Bytes before a lane's first line: the consumer's position, alone on its 128 bytes so that
  /// neither the neighbouring lane nor the adjacent-line prefetcher drags it along.
  private static var headBytes: Int { 256 }
  private static var positionOffset: Int { 128 }

  private var strideBytes: Int { Self.headBytes + capacityLines * LineWord.lineBytes }

  /// Makes all lanes, zeroed. `readers` ≥ 1, 1 ≤ `shards` ≤ `LaneLimits.shards`.
  ///
  /// `policies` are those of single readers, by their index; nil, or none, for that of `options`.
  public init(
    readers: Int, shards: Int, options: LaneOptions = LaneOptions(),
    policies given: [LanePolicy?] = []
  ) {
    precondition(readers >= 1, "a grid needs at least one reader")
    precondition(
      (1...LaneLimits.shards).contains(shards), "a grid has 1 to \(LaneLimits.shards) shards")
    self.readers = readers
    self.shards = shards
    self.options = options
    policies = (0..<readers).map { ($0 < given.count ? given[$0] : nil) ?? options.policy }
    capacityLines = options.roundedLines
    doorbells = (0..<shards).map { _ in Doorbell() }
    taken = Mutex([])
    let bytes = readers * shards * (Self.headBytes + capacityLines * LineWord.lineBytes)
    unsafe memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 128)
    // Safety: the allocation has this size; zero bytes are valid positions and unwritten lines.
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
  }

  deinit { unsafe memory.deallocate() }

  /// Bytes that the lanes take.
  public var byteCount: Int { readers * shards * strideBytes }

  /// Makes the producer's own thread the consumer: where a lane is full, it calls `consumer`
  /// instead of waiting for another thread. Before any thread uses the grid, which holds it weakly.
  public func consumeInline(by consumer: any InlineConsumer) {
    // Safety: no thread uses the grid yet.
    unsafe self.consumer = consumer
  }

  /// Empties a full lane in the producer's own thread; false where another thread does that.
  func emptyInline(shard: Int) -> Bool {
    // Safety: nobody writes it any more.
    guard let consumer = unsafe consumer else { return false }
    consumer.empty(shard: shard)
    return true
  }

  private func claim(_ end: Int) {
    let isNew = taken.withLock { $0.insert(end).inserted }
    precondition(isNew, "each end of a lane is given out once")
  }

  /// The producing ends of reader `index`: one lane to each shard. Once.
  public func writer(_ index: Int) -> LaneWriter {
    precondition((0..<readers).contains(index))
    claim(-1 - index)
    return LaneWriter(grid: self, reader: index)
  }

  /// The consuming end of the lane from a reader to a shard. Once.
  public func reader(_ index: Int, shard: Int) -> LaneReader {
    precondition((0..<readers).contains(index) && (0..<shards).contains(shard))
    claim(index * shards + shard)
    return LaneReader(grid: self, reader: index, shard: shard)
  }

  /// First line of a lane.
  func lines(_ reader: Int, _ shard: Int) -> UnsafeMutableRawPointer {
    // Safety: inside the allocation, since both indices were checked.
    unsafe memory + (reader * shards + shard) * strideBytes + Self.headBytes
  }

  /// The consumer's position of a lane, in lines taken and given back.
  func position(_ reader: Int, _ shard: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    // Safety: 8 zeroed, aligned bytes of their own, a valid `Atomic(0)`.
    unsafe (lines(reader, shard) - Self.positionOffset)
      .assumingMemoryBound(to: Atomic<UInt64>.self)
  }
}

/// Who takes records in the very thread that wrote them.
public protocol InlineConsumer: AnyObject {
  /// Takes and gives back every record of the shard's lanes.
  func empty(shard: Int)
}

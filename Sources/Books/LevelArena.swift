/// Blocks for the level arrays of all books of a shard, in power-of-two capacities.
///
/// A block of capacity c holds c keys and then c totals: 16·c bytes, c ≥ 16, aligned to a cache
/// line. Freed blocks are kept by capacity and used again, so a steady state allocates nothing and
/// the memory stays within a factor of four of the largest number of levels so far.
@safe
@usableFromInline
struct LevelArena: ~Copyable {
  private var chunks: [Chunk]
  private var next: UnsafeMutableRawPointer
  private var end: UnsafeMutableRawPointer
  /// First free block of each capacity 2^i; a free block's first word is the next one's address.
  private var free: [UnsafeMutableRawPointer?]
  private(set) var byteCount = 0

  static var smallestChunkBytes: Int { 1 << 18 }
  static var largestChunkBytes: Int { 1 << 26 }

  @unsafe
  private struct Chunk {
    let base: UnsafeMutableRawPointer
    let byteCount: Int
  }

  init() {
    unsafe chunks = []
    // Safety: an empty chunk; the first allocation finds no room and maps one.
    unsafe next = UnsafeMutableRawPointer(bitPattern: 64).unsafelyUnwrapped
    unsafe end = unsafe next
    unsafe free = Array(repeating: nil, count: Int.bitWidth)
  }

  // Inlinable for the same reason as the one of `MappedTable`.
  @inlinable
  deinit { unmapAll() }

  @usableFromInline @inline(never)
  func unmapAll() {
    // Safety: the chunks were mapped by this arena and nobody outlives it.
    for index in unsafe chunks.indices {
      unsafe MappedPages.unmap(chunks[index].base, byteCount: chunks[index].byteCount)
    }
  }

  static func blockBytes(capacity: Int) -> Int {
    capacity * (MemoryLayout<Int64>.stride + MemoryLayout<UInt64>.stride)
  }

  /// A block whose keys are all `Int64.max`, the mark of an unused one.
  mutating func take(capacity: Int) -> UnsafeMutablePointer<Int64> {
    let block = unsafe takeRaw(capacity: capacity)
    // Safety: the block has room for `capacity` keys and is 64-byte aligned.
    let keys = unsafe block.bindMemory(to: Int64.self, capacity: capacity)
    unsafe keys.update(repeating: .max, count: capacity)
    return unsafe keys
  }

  private mutating func takeRaw(capacity: Int) -> UnsafeMutableRawPointer {
    let size = capacity.trailingZeroBitCount
    // Safety: free blocks hold the next one's address in their first word, written by `put`.
    if let block = unsafe free[size] {
      unsafe free[size] = unsafe block.load(as: UnsafeMutableRawPointer?.self)
      return unsafe block
    }
    let bytes = Self.blockBytes(capacity: capacity)
    if unsafe end - next < bytes {
      let chunkBytes = max(
        bytes, min(max(byteCount, Self.smallestChunkBytes), Self.largestChunkBytes))
      unsafe next = unsafe MappedPages.map(byteCount: chunkBytes)
      unsafe end = unsafe next + chunkBytes
      unsafe chunks.append(Chunk(base: next, byteCount: chunkBytes))
      byteCount += chunkBytes
    }
    let block = unsafe next
    unsafe next = unsafe next + bytes
    return unsafe block
  }

  /// Keeps a block that `take` gave, for the next one who needs its capacity.
  mutating func put(_ keys: UnsafeMutablePointer<Int64>, capacity: Int) {
    let size = capacity.trailingZeroBitCount
    // Safety: the block is at least 256 bytes, aligned, and its user has left it.
    let block = UnsafeMutableRawPointer(keys)
    unsafe block.storeBytes(of: free[size], as: UnsafeMutableRawPointer?.self)
    unsafe free[size] = unsafe block
  }
}

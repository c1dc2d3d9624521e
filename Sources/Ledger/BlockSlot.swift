internal import Synchronization

/// One block's place in the file: a version word and two copies of its words.
///
///     word 0          version: how often the block was published
///     word 8          copy 0, `stride` words
///     word 8 + stride copy 1
///
/// The writer fills the copy that the version does not point at and then raises the version, whose
/// lowest bit names the valid copy. A reader that finds the version unchanged after copying has a
/// consistent snapshot. Unlike with a plain sequence lock, a writer that is killed in the middle of
/// a publication leaves the last complete one readable.
@safe
@usableFromInline
struct BlockSlot: @unchecked Sendable {
  private let words: UnsafeMutablePointer<Atomic<UInt64>>
  let wordCount: Int
  private let mapping: SharedMapping

  /// The block at `byteOffset` of the mapping; traps unless it lies inside.
  init(_ mapping: SharedMapping, byteOffset: Int, wordCount: Int) {
    self.mapping = mapping
    self.wordCount = wordCount
    let count = FileLayout.slotBytes(wordCount: wordCount) / 8
    unsafe words = mapping.words(at: byteOffset, count: count)
  }

  /// Publishes the words at `source`, which holds `wordCount` integers. Only the block's one writer
  /// calls this.
  @usableFromInline
  func publish(_ source: UnsafeRawBufferPointer) {
    precondition(source.count == wordCount * 8)
    // Safety: word 0 is the version; this thread is its only writer.
    let next = unsafe words[0].load(ordering: .relaxed) &+ 1
    let start = copyStart(next)
    // Pairs with the acquire fence in `read`: who sees a word stored below also sees the version
    // stored by the publication before, and so learns that its copy was overtaken.
    atomicMemoryFence(ordering: .releasing)
    for index in 0..<wordCount {
      // Safety: `init` checked that both copies lie in the mapping, and `source` was checked above.
      unsafe words[start &+ index].store(
        source.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self), ordering: .relaxed)
    }
    // Safety: word 0 as above. Pairs with the acquiring load in `read`.
    unsafe words[0].store(next, ordering: .releasing)
  }

  /// Copies the last publication to the end of `result`; false where the writer was faster in
  /// `LedgerLimits.readAttempts` attempts, and then what was read last is appended.
  func read(into result: inout [UInt64]) -> Bool {
    let first = result.count
    for _ in 0..<LedgerLimits.readAttempts {
      result.removeSubrange(first...)
      // Safety: word 0 is the version. Pairs with the releasing store in `publish`.
      let version = unsafe words[0].load(ordering: .acquiring)
      let start = copyStart(version)
      for index in 0..<wordCount {
        // Safety: `init` checked that both copies lie in the mapping.
        unsafe result.append(words[start &+ index].load(ordering: .relaxed))
      }
      atomicMemoryFence(ordering: .acquiring)
      // Safety: word 0 is the version.
      if unsafe words[0].load(ordering: .relaxed) == version { return true }
    }
    return false
  }

  private func copyStart(_ version: UInt64) -> Int {
    8 + Int(version & 1) * FileLayout.slotStride(wordCount: wordCount)
  }
}

/// The one writer's handle of a block: plain counters, and their publication.
///
/// The thread that claimed the block adds to `counters` as to any local variable and calls
/// `publish()` once per batch. Nothing is allocated, locked or counted atomically.
public struct CounterBlock<Counters: CounterSet>: ~Copyable, Sendable {
  /// What the owner counts; readers see it as of the last publication.
  public var counters = Counters()
  @usableFromInline let slot: BlockSlot

  init(slot: BlockSlot) {
    precondition(MemoryLayout<Counters>.size == slot.wordCount * 8)
    self.slot = slot
  }

  /// Makes the counters visible to all readers, as one consistent snapshot.
  @inlinable
  public mutating func publish() {
    // Safety: a CounterSet consists of UInt64 words without padding (CounterSet).
    unsafe withUnsafeBytes(of: &counters) { unsafe slot.publish($0) }
  }
}

internal import Lanes
internal import Ledger
internal import Records
internal import SharedMemory

/// The journal and the subscribers get exactly what the ring gets, in the same order.
extension ShardWorker {
  /// Gives a record to the ring and, where there are any, to the journal and the subscribers.
  @inline(__always)
  mutating func emit(_ record: UnsafeRawPointer, byteCount: Int) {
    // Safety: the caller vouches for the record's bytes.
    unsafe ring.publish(record, byteCount: byteCount)
    if isTapped { unsafe self.record(record, byteCount: byteCount) }
  }

  /// The same for a record of 56 bytes, given as the first seven of eight words.
  @inline(__always)
  mutating func emit(line: SIMD8<UInt64>) {
    ring.publish(line: line)
    if isTapped { record(line) }
  }

  /// The same for a record of two lines, given as the first seven words of each.
  @inline(__always)
  mutating func emit(_ first: SIMD8<UInt64>, _ second: SIMD8<UInt64>, byteCount: Int) {
    ring.publish(first, second)
    if isTapped { record(first, second, byteCount: byteCount) }
  }

  @inline(never)
  private mutating func record(_ line: SIMD8<UInt64>) {
    // Safety: 56 of the value's 64 bytes, used inside of the closure only.
    unsafe withUnsafeBytes(of: line) { bytes in
      unsafe record(bytes.baseAddress.unsafelyUnwrapped, byteCount: 56)
    }
  }

  @inline(never)
  private mutating func record(
    _ first: SIMD8<UInt64>, _ second: SIMD8<UInt64>, byteCount: Int
  ) {
    var words = InlineArray<14, UInt64>(repeating: 0)
    for index in 0..<7 {
      words[index] = first[index]
      words[index + 7] = second[index]
    }
    // Safety: `byteCount` is at most the 112 bytes of the two lines.
    unsafe withUnsafeBytes(of: words) { bytes in
      unsafe record(bytes.baseAddress.unsafelyUnwrapped, byteCount: byteCount)
    }
  }

  @inline(__always)
  private mutating func record(_ record: UnsafeRawPointer, byteCount: Int) {
    // Safety: the caller vouches for the record's bytes.
    if taps.count > 0 { unsafe taps.take(record, byteCount: byteCount) }
    guard journal.isOn else { return }
    if unsafe !journal.append(record, byteCount: byteCount) {
      unsafe recordInNextBlock(record, byteCount: byteCount)
    }
  }

  /// The same for a record that lies in no lane.
  @inline(__always)
  mutating func emit<R: Record>(_ record: R) {
    // Safety: a record has no padding; the pointer is used inside of the closure only.
    unsafe withUnsafeBytes(of: record) { bytes in
      unsafe emit(bytes.baseAddress.unsafelyUnwrapped, byteCount: MemoryLayout<R>.size)
    }
  }

  /// The block is full: the journal's thread gets it, and the record goes into the next one. Waits
  /// for that where the thread is behind: the one way in which an outlet holds a worker back.
  @inline(never)
  private mutating func recordInNextBlock(_ record: UnsafeRawPointer, byteCount: Int) {
    journal.handOver()
    if !journal.takeBlock() {
      journal.beginHold()
      while !journal.waitForBlock(strategy: strategy, timeoutNanos: Self.heartbeatNanos) {
        // Readers of the ring see that the writer lives.
        signOfLife()
      }
    }
    // Safety: as in `emit`; an empty block has room for any record.
    let isStored = unsafe journal.append(record, byteCount: byteCount)
    precondition(isStored, "an empty block takes a record")
  }

  /// Between two signs of life while the worker waits.
  private static var heartbeatNanos: Int64 { 100_000_000 }
}

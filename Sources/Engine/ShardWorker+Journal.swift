internal import Lanes
internal import Ledger
internal import Records
internal import SharedMemory

/// The journal gets exactly what the ring gets, in the same order.
extension ShardWorker {
  /// Gives a record to the ring and, where there is one, to the journal.
  @inline(__always)
  mutating func emit(_ record: UnsafeRawPointer, byteCount: Int) {
    // Safety: the caller vouches for the record's bytes.
    unsafe ring.publish(record, byteCount: byteCount)
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

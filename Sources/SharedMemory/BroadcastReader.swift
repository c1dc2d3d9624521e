public import CMillrace
internal import Glibc

/// A reader of a shard's broadcast ring, in any process; it never writes and never waits.
///
/// This is the reader of `millrace_shm.h`, inlined, so that there is one algorithm to trust.
/// Belongs to one thread. Received and lost records always add up to the ordinals that were
/// passed since it was opened.
@safe public struct BroadcastReader: ~Copyable {
  /// Where to begin.
  public enum Start: Sendable {
    /// The oldest record still in the ring.
    case oldest
    /// The next record to be published.
    case newest
    /// This ordinal of the present epoch; what is gone of it already counts as lost.
    case ordinal(UInt64)
  }

  /// What a poll found.
  public enum Event: Equatable, Sendable {
    /// Nothing new yet.
    case none
    /// A record, to be found in `record` until the next poll.
    case record
    /// This many records were overwritten before they were read; the next poll goes on after them.
    case lost(UInt64)
    /// Another writer has begun; ordinals count from 1 again. `old` is 0 at the first one.
    case newEpoch(old: UInt64, new: UInt64)
    /// All was read and the writer has ended; another one may still begin on the same file.
    case closed
    /// All was read and another file has taken the name: open it again.
    case replaced
  }

  // Safety: all zero is a reader that is not open, by the header's own words.
  @usableFromInline var state = unsafe millrace_reader()
  @usableFromInline let buffer: UnsafeMutableRawPointer

  /// Maps the ring file at `path` read only.
  public init(path: String, start: Start = .oldest) throws(SharedMemoryError) {
    let (mode, ordinal): (Int32, UInt64) =
      switch start {
      case .oldest: (MILLRACE_START_OLDEST, 0)
      case .newest: (MILLRACE_START_NEWEST, 0)
      case .ordinal(let ordinal): (MILLRACE_START_ORDINAL, ordinal)
      }
    // Safety: the C reader checks the file and leaves nothing open when it answers an error.
    switch unsafe millrace_shm_open(&state, path, mode, ordinal) {
    case MILLRACE_OK: break
    case MILLRACE_ERROR_SYSTEM: throw .system(call: "open", path: path, code: errno)
    case MILLRACE_ERROR_GEOMETRY: throw .badGeometry(path: path)
    case MILLRACE_ERROR_ORDINAL:
      throw .ordinalAhead(path: path, ordinal: ordinal)
    default: throw .notARing(path: path)
    }
    // Safety: owned by this value, freed in deinit; every poll writes what `record` then shows.
    unsafe buffer = .allocate(byteCount: Int(MILLRACE_MAX_RECORD_BYTES), alignment: 64)
  }

  deinit {
    // Safety: allocated by init, and no span of it outlives self.
    unsafe buffer.deallocate()
    // A copy, because a deinit may not change its value: the original is never used again.
    var state = unsafe state
    // Safety: unmaps what init has mapped, once.
    unsafe millrace_shm_close(&state)
  }

  /// Looks for the next record; allocates nothing and makes no system call.
  @inlinable @inline(__always)
  public mutating func poll() -> Event {
    // Safety: the buffer has MILLRACE_MAX_RECORD_BYTES bytes, the state is that of an open reader.
    switch unsafe millrace_reader_poll(&state, buffer) {
    case MILLRACE_RECORD: .record
    case MILLRACE_NONE: .none
    case MILLRACE_LOST: unsafe .lost(state.event_lost)
    case MILLRACE_NEW_EPOCH: unsafe .newEpoch(old: state.event_epoch, new: state.epoch)
    case MILLRACE_REPLACED: .replaced
    default: .closed
    }
  }

  /// The bytes of the record that the last poll found; undefined after any other event.
  @inlinable @inline(__always)
  public var record: RawSpan {
    @_lifetime(borrow self)
    get {
      // Safety: the buffer lives as long as self, and poll needs exclusive access to self.
      unsafe _overrideLifetime(
        RawSpan(_unsafeStart: buffer, byteCount: Int(truncatingIfNeeded: state.record_bytes)),
        borrowing: self)
    }
  }

  // Safety, for the getters below: plain integers of our own state; only its pointers are unsafe.

  /// Records received since the reader was opened.
  @inlinable public var received: UInt64 { unsafe state.received }
  /// Records lost since the reader was opened, those of invalid length included.
  @inlinable public var lost: UInt64 { unsafe state.lost }
  /// Those of the lost records whose length was invalid.
  @inlinable public var corrupt: UInt64 { unsafe state.corrupt }
  /// The epoch that is read; 0 before the first one was seen.
  @inlinable public var epoch: UInt64 { unsafe state.epoch }
  /// The ordinal that the next poll looks for; 0 before the first epoch was seen.
  @inlinable
  public var nextOrdinal: UInt64 {
    unsafe state.epoch == 0 ? 0 : state.expected & MILLRACE_ORDINAL_BITS
  }
}

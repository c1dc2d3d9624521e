internal import CLinux
internal import CMillrace

/// The header of a mapped ring file, as its writer changes it (`millrace_shm.h` draws it).
///
/// Every mapping here has at least `MILLRACE_HEADER_BYTES` bytes and page alignment.
extension SharedMapping {
  private var header: UnsafeMutablePointer<millrace_header> {
    // Safety: the mapping begins with a header; any bits are a valid header struct.
    unsafe base.assumingMemoryBound(to: millrace_header.self)
  }

  /// Whether the header is that of a ring and fits the file's size.
  var isRing: Bool {
    // Safety: the mapping has a header's bytes.
    unsafe millrace_check_header(header, UInt64(byteCount)) == MILLRACE_OK
  }

  /// Writes the fields that say what kind of file this is.
  func describe(capacityLines: Int) {
    // Safety: inside the header, and no reader has the file yet.
    unsafe base.copyMemory(from: MILLRACE_MAGIC, byteCount: 8)
    unsafe header.pointee.version = UInt32(MILLRACE_VERSION)
    unsafe header.pointee.header_bytes = UInt32(MILLRACE_HEADER_BYTES)
    unsafe header.pointee.line_bytes = UInt32(MILLRACE_LINE_BYTES)
    unsafe header.pointee.max_record_lines = UInt32(MILLRACE_MAX_RECORD_LINES)
    unsafe header.pointee.capacity_lines = UInt64(capacityLines)
  }

  /// Stores the state after everything that was stored before it.
  func setState(_ state: UInt32) {
    // Safety: a field of the header, in our own mapping.
    unsafe ml_store_release_u32(&header.pointee.state, state)
    // What follows (words set to 0) must not be seen before the state.
    ml_fence_release()
  }

  /// Writes who writes, and for which stream; only while the state is initialising.
  func setWriter(_ options: borrowing BroadcastWriter.Options, pid: Int32, startNanos: UInt64) {
    // Safety: fields of the header, in our own mapping.
    unsafe header.pointee.shard = UInt32(options.shard)
    unsafe header.pointee.shard_count = UInt32(options.shardCount)
    unsafe header.pointee.writer_pid = UInt32(bitPattern: pid)
    unsafe header.pointee.writer_start_ns = startNanos
    unsafe setText(\.dataset, options.dataset)
    unsafe setText(\.instance, options.instance)
  }

  @unsafe private func setText<Field>(
    _ field: WritableKeyPath<millrace_header, Field>, _ text: String
  ) {
    // Safety: the field is a C char array; its last byte stays NUL.
    unsafe withUnsafeMutableBytes(of: &header.pointee[keyPath: field]) { target in
      unsafe target.initializeMemory(as: UInt8.self, repeating: 0)
      unsafe target.copyBytes(from: text.utf8.prefix(target.count - 1))
    }
  }

  /// Writes the epoch and where the one before it ended; only while the state is initialising.
  func setEpoch(_ epoch: UInt64, previous: UInt64, previousLast: UInt64) {
    // Safety: fields of the header, in our own mapping.
    unsafe header.pointee.previous_epoch = previous
    unsafe header.pointee.previous_last_ordinal = previousLast
    unsafe header.pointee.last_ts_event = 0
    unsafe header.pointee.last_ts_recv = 0
    // Pairs with the acquire load in millrace_idle: the new epoch shows the fields above with it.
    unsafe ml_store_release_u64(&header.pointee.epoch, epoch)
  }

  /// Writes the progress hints, once a batch.
  func setProgress(
    position: UInt64, ordinal: UInt64, tsEvent: UInt64, tsRecv: UInt64, heartbeatNanos: UInt64
  ) {
    // Safety: fields of the header, in our own mapping.
    unsafe ml_store_release_u64(&header.pointee.last_ts_event, tsEvent)
    unsafe ml_store_release_u64(&header.pointee.last_ts_recv, tsRecv)
    unsafe ml_store_release_u64(&header.pointee.heartbeat_ns, heartbeatNanos)
    unsafe ml_store_release_u64(&header.pointee.next_ordinal, ordinal)
    unsafe ml_store_release_u64(&header.pointee.next_position, position)
  }

  /// The epoch in the header and the last ordinal that a reader could see in the lines, 0 if none.
  ///
  /// The progress hints may be a batch behind, so the lines themselves are asked.
  func lastPublished() -> (epoch: UInt64, ordinal: UInt64) {
    // Safety: a field of the header, in our own mapping.
    let epoch = unsafe millrace_load64(&header.pointee.epoch)
    let tag = epoch & MILLRACE_EPOCH_BITS
    var last: UInt64 = 0
    for offset in stride(from: Int(MILLRACE_HEADER_BYTES), to: byteCount, by: 64) {
      // Safety: whole lines up to the end of the mapping, whose size the header check has proved.
      let word = unsafe ml_line_word(base + offset)
      if word >> UInt64(MILLRACE_EPOCH_SHIFT) == tag {
        last = max(last, word & MILLRACE_ORDINAL_BITS)
      }
    }
    return (epoch, last)
  }

  /// Sets every line's word to 0: never written in this epoch.
  func clearWords() {
    for offset in stride(from: Int(MILLRACE_HEADER_BYTES), to: byteCount, by: 64) {
      // Safety: whole lines up to the end of the mapping.
      unsafe ml_line_invalidate(base + offset)
    }
  }
}

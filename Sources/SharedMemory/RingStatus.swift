internal import CMillrace

/// A look at a ring file's header: who writes it and how far it has come. For `status` commands.
public struct RingStatus: Equatable, Sendable {
  /// What the writer is doing; open, because a later version may know more.
  public struct State: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A writer is taking the file over, or died while doing so.
    public static var initialising: Self { Self(rawValue: MILLRACE_STATE_INITIALISING) }
    /// A writer has it, or was killed: see `heartbeatNanos` and `writerPid`.
    public static var live: Self { Self(rawValue: MILLRACE_STATE_LIVE) }
    /// The writer has ended cleanly.
    public static var closed: Self { Self(rawValue: MILLRACE_STATE_CLOSED) }
    /// Another file has taken the name.
    public static var replaced: Self { Self(rawValue: MILLRACE_STATE_REPLACED) }
  }

  /// The writer's state.
  public let state: State
  /// The process id of the last writer, and when it started, in nanoseconds since 1970.
  public let writerPid: UInt32
  public let writerStartNanos: UInt64
  /// The present epoch and the size of the ring in lines.
  public let epoch: UInt64
  public let capacityLines: UInt64
  /// The shard's index, and how many there are.
  public let shard: UInt32
  public let shardCount: UInt32
  /// Progress at the last flush: lines and records of this epoch.
  public let nextPosition: UInt64
  public let nextOrdinal: UInt64
  /// Times of the last record at the last flush, in nanoseconds since 1970.
  public let lastTsEvent: UInt64
  public let lastTsRecv: UInt64
  /// `CLOCK_MONOTONIC` at the last flush, in nanoseconds.
  public let heartbeatNanos: UInt64

  /// Reads the header of the ring file at `path`.
  public init(path: String) throws(SharedMemoryError) {
    try self.init(BroadcastReader(path: path, start: .newest))
  }

  /// Reads the header of the file that `reader` has open. Its fields are read one by one, so they
  /// may stand a batch apart.
  public init(_ reader: borrowing BroadcastReader) {
    var header = millrace_header()
    // Safety: an open reader has its file's header mapped; the copy is a local of the right type.
    unsafe withUnsafePointer(to: reader.state) { unsafe millrace_reader_header($0, &header) }
    state = State(rawValue: header.state)
    writerPid = header.writer_pid
    writerStartNanos = header.writer_start_ns
    epoch = header.epoch
    capacityLines = header.capacity_lines
    shard = header.shard
    shardCount = header.shard_count
    nextPosition = header.next_position
    nextOrdinal = header.next_ordinal
    lastTsEvent = header.last_ts_event
    lastTsRecv = header.last_ts_recv
    heartbeatNanos = header.heartbeat_ns
  }
}

internal import Glibc
internal import Journal
internal import Records
internal import Wire

/// When a segment is ended by time.
public enum SegmentRotation: Sendable { case hour, day }

/// What is asked of the disk.
public enum SyncPolicy: Equatable, Sendable {
  case block
  case interval(UInt64)
  case off
}

struct JournalOptions: Sendable {
  var root: String, dataset: String, instance: String, shard: Int, shardCount: Int, runID: UInt64
  var codec = JournalCodec()
  var blockRecords = 16_384
  var sync = SyncPolicy.off
  var segmentBytes: UInt64 = 0
  var rotation = SegmentRotation.hour
  init(
    root: String, dataset: String, instance: String, shard: Int, shardCount: Int, runID: UInt64
  ) {
    self.root = root
    self.dataset = dataset
    self.instance = instance
    self.shard = shard
    self.shardCount = shardCount
    self.runID = runID
  }
}

struct JournalStatus {
  var written: UInt64 = 0
  var durable: UInt64 = 0
  var lost: UInt64 = 0
  var bytesWritten: UInt64 = 0
  var segments: UInt64 = 0
  var blocks: UInt64 = 0
  var failures: UInt64 = 0
  var lastError: JournalError?
  var isFailing = false
}

/// Plain records into one file.
struct JournalWriter: ~Copyable {
  private(set) var status = JournalStatus()
  private let descriptor: Int32

  init(_ options: JournalOptions) throws(JournalError) {
    let path = "\(options.root)/\(options.dataset)-\(options.shard).dbn"
    unsafe mkdir(options.root, 0o755)
    let opened = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard opened >= 0 else { throw .system(call: "open", path: path, code: errno) }
    descriptor = opened
    var bytes: [UInt8] = []
    try? DBNMetadata(dataset: options.dataset).append(to: &bytes)
    _ = unsafe Glibc.write(descriptor, bytes, bytes.count)
    status.segments = 1
  }

  deinit { Glibc.close(descriptor) }

  // Safety: the calls read the texts and bytes that they are given.
  mutating func write(_ records: RawSpan, recordCount: Int, nowNanos: UInt64) {
    let written = unsafe records.withUnsafeBytes {
      unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
    }
    guard written == records.byteCount else {
      status.lost &+= UInt64(recordCount)
      status.isFailing = true
      status.lastError = .system(call: "write", path: "journal", code: errno)
      return
    }
    status.isFailing = false
    status.written &+= UInt64(recordCount)
    status.bytesWritten &+= UInt64(records.byteCount)
    status.blocks &+= 1
  }

  mutating func tick(nowNanos: UInt64) {}
  mutating func close(nowNanos: UInt64) {
    fsync(descriptor)
    status.durable = status.written
  }
}

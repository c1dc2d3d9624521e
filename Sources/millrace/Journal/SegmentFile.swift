internal import Journal
internal import Records
internal import Wire

/// One segment that a verb writes: records gathered into blocks, and the file's name only when it
/// is whole. Who gives the value up without `finish` leaves nothing behind. One thread.
struct SegmentFile: ~Copyable {
  let path: String
  private let verb: String
  private let temporary: String
  private let isPlain: Bool
  private let blockRecords: Int
  private var writer: SegmentWriter?
  private var pending = ByteBuffer()
  private var pendingCount = 0
  private(set) var records: UInt64 = 0
  private(set) var blocks: UInt64 = 0
  private(set) var byteCount: UInt64 = 0
  private var isFinished = false

  /// Records a block where nobody says otherwise; columns need more to pay.
  static func blockRecords(_ codec: JournalCodec) -> Int {
    codec.payload == .columnar ? 131_072 : 16_384
  }

  init(
    path: String, header: SegmentHeader, metadata: DBNMetadata, verb: String
  ) throws(CommandError) {
    let isPlain = header.codec.payload == .dbn && header.codec.coder == .none
    let temporary = TemporaryName.of(path)
    let made = try Self.writer(temporary, header, metadata, verb)
    self.path = path
    self.verb = verb
    self.temporary = temporary
    self.isPlain = isPlain
    blockRecords = Int(header.blockRecords)
    writer = consume made
  }

  deinit {
    guard !isFinished else { return }
    SystemCalls.remove(temporary)
    if isPlain { SystemCalls.remove(temporary + ".blocks") }
  }

  private static func writer(
    _ path: String, _ header: SegmentHeader, _ metadata: DBNMetadata, _ verb: String
  ) throws(CommandError) -> SegmentWriter {
    // What a process of the same number has left.
    SystemCalls.remove(path)
    SystemCalls.remove(path + ".blocks")
    do throws(JournalError) {
      return try SegmentWriter(path: path, header: header, metadata: metadata)
    } catch {
      throw CommandError(error, verb: verb)
    }
  }

  /// Takes whole records, back to back; every block is full but the last.
  mutating func add(_ bytes: RawSpan, recordCount: Int) throws(CommandError) {
    if pendingCount + recordCount <= blockRecords {
      pending.append(bytes)
      pendingCount += recordCount
      if pendingCount == blockRecords { try endBlock() }
      return
    }
    var start = 0
    var end = 0
    while let header = RecordHeader(copying: bytes, at: end), header.length >= 4 {
      end += header.byteCount
      pendingCount += 1
      guard pendingCount == blockRecords else { continue }
      pending.append(bytes.extracting(start..<end))
      start = end
      try endBlock()
    }
    pending.append(bytes.extracting(start..<end))
  }

  /// Takes whole records as a block of their own.
  mutating func add(
    block: borrowing ByteBuffer, recordCount: Int, _ isRepeated: Bool
  ) throws(CommandError) {
    try endBlock()
    pending.append(block.bytes)
    pendingCount = recordCount
    try endBlock(isRepeated: isRepeated)
  }

  /// Writes what was gathered as a block.
  mutating func endBlock(isRepeated: Bool = false) throws(CommandError) {
    guard pendingCount > 0 else { return }
    do throws(JournalError) {
      try Self.append(pending, pendingCount, isRepeated, to: &writer)
    } catch {
      throw CommandError(error, verb: verb)
    }
    records &+= UInt64(pendingCount)
    blocks &+= 1
    pending.removeAll()
    pendingCount = 0
  }

  private static func append(
    _ bytes: borrowing ByteBuffer, _ count: Int, _ isRepeated: Bool,
    to writer: inout SegmentWriter?
  ) throws(JournalError) {
    _ = try writer?.append(bytes.bytes, recordCount: count, isRepeated: isRepeated)
  }

  /// Ends the segment with its index and gives the file its name; what stood there is replaced.
  mutating func finish() throws(CommandError) {
    try endBlock()
    do throws(JournalError) {
      if let whole = writer.take() { try whole.close() }
    } catch {
      throw CommandError(error, verb: verb)
    }
    byteCount = JournalFiles.byteCount(of: temporary)
    do throws(SystemCalls.FileFailure) {
      // Headers first: records without theirs would be taken for a file of somebody else's.
      if isPlain { try SystemCalls.rename(temporary + ".blocks", to: path + ".blocks") }
      try SystemCalls.rename(temporary, to: path)
    } catch {
      throw CommandError(error, verb: verb)
    }
    isFinished = true
  }
}

internal import Records
internal import Wire

/// The records of a DBN file without our headers, in blocks made up of what comes next.
struct ForeignRecords: ~Copyable {
  private(set) var metadata: DBNMetadata?
  /// Bytes of the file that the decoder was given.
  private(set) var bytesRead = 0
  /// The made-up block's records.
  private(set) var records = ByteBuffer()
  /// What ended the file before its time.
  private(set) var failure: DBNError?
  private var coder = JournalCoder.none
  private var decoder = DBNDecoder()
  private var blocks: UInt64 = 0
  private var recordsBefore: UInt64 = 0

  /// Records of a made-up block at most.
  static var blockRecords: Int { 16_384 }
  private static var feedBytes: Int { 256 << 10 }

  /// Nothing, before `open`.
  init() {}

  /// Reads the metadata; throws `notASegment` for bytes that are no DBN.
  mutating func open(_ file: inout SegmentBytes) throws(JournalError) {
    let count = try file.load(at: 0, count: 4)
    let isZstd = file.bytes(at: 0, count: count).loadLE(UInt32.self, at: 0) == 0xFD2F_B528
    coder = isZstd ? .zstd : .none
    while metadata == nil, let step = try step(&file) {
      if step == .metadata { metadata = decoder.metadata }
    }
    guard metadata == nil else { return }
    throw .notASegment(
      path: file.path,
      detail: failure.map { "\($0)" } ?? "it ends before its metadata do")
  }

  /// What a segment header would say of the file.
  var header: SegmentHeader {
    var made = SegmentHeader()
    made.codec = JournalCodec(payload: .dbn, coder: coder, level: 0)
    made.dataset = metadata?.dataset ?? ""
    made.dbnVersion = metadata?.version ?? 3
    made.blockRecords = UInt32(Self.blockRecords)
    return made
  }

  /// Makes the next block; nil at the end of what can be read.
  mutating func next(
    _ file: inout SegmentBytes, kinds: borrowing RecordKinds
  ) throws(JournalError) -> BlockHeader? {
    records.removeAll()
    var count = 0
    while count < Self.blockRecords, let step = try step(&file) {
      guard step != .metadata else { continue }
      records.append(decoder.record)
      count += 1
    }
    guard count > 0 else { return nil }
    var header = BlockHeader()
    header.number = blocks
    header.firstRecord = recordsBefore
    var scan = BlockScan()
    var instruments = InstrumentSet()
    // The decoder lets no other than whole records through.
    _ = scan.scan(records.bytes, kinds: kinds, instruments: &instruments)
    scan.describe(in: &header)
    (header.payload, header.coder) = (.dbn, coder)
    header.rawBytes = UInt32(records.count)
    header.storedBytes = header.rawBytes
    blocks += 1
    recordsBefore += UInt64(count)
    return header
  }

  /// Whether the file ends as DBN files do: with a whole record and a whole frame.
  var isComplete: Bool { failure == nil && decoder.isComplete }

  /// Goes back to the first record.
  mutating func rewind(_ file: inout SegmentBytes) throws(JournalError) {
    self = ForeignRecords()
    try open(&file)
  }

  /// The decoder's next step; nil where the file ends or cannot be decoded further.
  private mutating func step(_ file: inout SegmentBytes) throws(JournalError) -> DBNStep? {
    while failure == nil {
      do throws(DBNError) {
        let step = try decoder.next()
        if step != .needMore { return step }
      } catch {
        failure = error
        return nil
      }
      let count = try file.load(at: bytesRead, count: Self.feedBytes)
      guard count > 0 else { return nil }
      var chunk: [UInt8] = []
      // Safety: the bytes are copied during the call.
      unsafe file.bytes(at: bytesRead, count: count).withUnsafeBytes {
        unsafe chunk.append(contentsOf: $0)
      }
      decoder.feed(chunk)
      bytesRead += count
    }
    return nil
  }
}

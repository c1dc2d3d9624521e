internal import CMillrace
internal import Columnar
internal import Hashing
internal import Lz4
internal import Records
public import Wire
internal import Zstd

/// Makes blocks: header, instrument map and payload. One thread at a time.
///
///     | header, 128 bytes | instrument map | payload: a zstd frame, an LZ4 frame, ... |
///
/// The records are walked once for the header's ranges and then compressed as one frame. The hash
/// in the header is taken over the payload as stored, so that it can be checked without
/// decompressing. An LZ4 frame carries no hash of its own content: it would cost a fifth of LZ4's
/// speed to say the same again.
public struct BlockEncoder: ~Copyable {
  /// What the blocks are written with.
  public let codec: JournalCodec
  /// Whether the last block of records held symbol mappings or definitions.
  public private(set) var hasSymbols = false
  /// Whether the receive times of sampled quotes count, as in a file of nothing else.
  public var countsSampled = false
  private let kinds: RecordKinds
  /// The same where they count.
  private let sampledKinds: RecordKinds
  private var instruments = InstrumentSet()
  private var map = ByteBuffer(capacity: 8192)
  private var head = ByteBuffer(capacity: 8192 + 128)
  private var zstd: ZstdCompressor?
  private var lz4: Lz4FrameCompressor?
  private var columnar: ColumnarEncoder?

  /// An encoder for records of DBN `version` (1...3), or for raw captures, which need none.
  public init(_ codec: JournalCodec, version: UInt8 = 3) throws(JournalError) {
    self.codec = codec
    kinds = RecordKinds(version: version, countsSampled: false)
    sampledKinds = RecordKinds(version: version, countsSampled: true)
    do {
      switch (codec.payload, codec.coder) {
      case (.columnar, _): columnar = try ColumnarEncoder(Self.columnarCoder(codec))
      case (_, .zstd): zstd = try ZstdCompressor(level: Int(codec.level))
      case (_, .lz4): lz4 = try Lz4FrameCompressor(level: Int(codec.level), checksum: false)
      case (_, .none): break
      }
    } catch {
      throw JournalError.coder("\(error)")
    }
  }

  /// Appends a block of whole DBN records, back to back, to `output`, and gives its header.
  ///
  /// `place` says which segment, which number and which first record, and whether the records are
  /// repeated ones; everything else is found out here. Throws where the bytes are not
  /// `recordCount` records or more than `JournalLimits` allows; then nothing is appended.
  public mutating func append(
    _ records: RawSpan, recordCount: Int, place: BlockHeader, to output: inout ByteBuffer
  ) throws(JournalError) -> BlockHeader {
    var header = try describe(records, recordCount: recordCount, place: place)
    let start = output.count
    reserveHead(header, in: &output)
    try appendPayload(records, header: header, recordCount: recordCount, to: &output)
    finish(&header, from: start, in: &output)
    return header
  }

  /// Appends the header and map alone of a block whose payload is `records` as they are, for plain
  /// DBN files: it goes to the file beside them.
  public mutating func appendHeader(
    ofPlain records: RawSpan, recordCount: Int, place: BlockHeader, to output: inout ByteBuffer
  ) throws(JournalError) -> BlockHeader {
    precondition(codec.isPlain, "plain DBN")
    var header = try describe(records, recordCount: recordCount, place: place)
    header.storedBytes = UInt32(records.byteCount)
    header.payloadHash = ContentHash.hash(records)
    header.append(map: map.bytes, to: &output)
    return header
  }

  /// Appends a block of a raw capture: `place` also has the count and the range of the times.
  public mutating func append(
    raw bytes: RawSpan, place: BlockHeader, to output: inout ByteBuffer
  ) throws(JournalError) -> BlockHeader {
    guard bytes.byteCount <= JournalLimits.blockRawBytes else { throw Self.tooLarge }
    map.removeAll()
    var header = place
    (header.payload, header.coder) = (codec.payload, codec.coder)
    header.rawBytes = UInt32(bytes.byteCount)
    header.mapBytes = 0
    let start = output.count
    reserveHead(header, in: &output)
    try appendPayload(bytes, header: header, recordCount: 0, to: &output)
    finish(&header, from: start, in: &output)
    return header
  }

  private static var tooLarge: JournalError { .badOption("a block is larger than blocks may be") }

  /// The header's count and ranges, and the instrument map in `map`.
  private mutating func describe(
    _ records: RawSpan, recordCount: Int, place: BlockHeader
  ) throws(JournalError) -> BlockHeader {
    guard records.byteCount <= JournalLimits.blockRawBytes,
      recordCount <= JournalLimits.blockRecords
    else { throw Self.tooLarge }
    var scan = BlockScan()
    let isWhole =
      countsSampled
      ? scan.scan(records, kinds: sampledKinds, instruments: &instruments)
      : scan.scan(records, kinds: kinds, instruments: &instruments)
    guard isWhole, scan.recordCount == recordCount else {
      instruments.removeAll()
      throw .badOption("\(records.byteCount) bytes are not \(recordCount) whole DBN records")
    }
    hasSymbols = scan.hasSymbols
    var header = place
    (header.payload, header.coder) = (codec.payload, codec.coder)
    scan.describe(in: &header)
    header.rawBytes = UInt32(records.byteCount)
    map.removeAll()
    header.mapBytes = UInt32(instruments.fold(blockBytes: records.byteCount, into: &map))
    return header
  }

  /// Leaves room for header and map; they are written when the payload is known.
  private func reserveHead(_ header: BlockHeader, in output: inout ByteBuffer) {
    output.reserve(output.count + header.headerBytes)
    // Safety: the room was reserved; `finish` writes it before anyone reads it.
    unsafe output.setCount(output.count + header.headerBytes)
  }

  private mutating func appendPayload(
    _ bytes: RawSpan, header: BlockHeader, recordCount: Int, to output: inout ByteBuffer
  ) throws(JournalError) {
    let start = output.count - header.headerBytes
    do {
      if columnar != nil {
        output.append(value: MILLRACE_SKIPPABLE_MAGIC)
        output.append(value: UInt32(0))
        let body = output.count
        try columnar?.append(bytes, recordCount: recordCount, to: &output)
        // Safety: the 4 bytes before `body` were appended above.
        unsafe (output.base + body - 4).storeBytes(
          of: UInt32(output.count - body), as: UInt32.self)
      } else if zstd != nil {
        try zstd?.appendFrame(bytes, to: &output)
      } else if lz4 != nil {
        try lz4?.appendFrame(bytes, to: &output)
      } else {
        output.append(bytes)
      }
    } catch {
      // Safety: fewer bytes than there are.
      unsafe output.setCount(start)
      throw .coder("\(error)")
    }
  }

  /// Writes header and map into the room before the payload, which ends the buffer.
  private mutating func finish(
    _ header: inout BlockHeader, from start: Int, in output: inout ByteBuffer
  ) {
    let payload = (start + header.headerBytes)..<output.count
    header.storedBytes = UInt32(payload.count)
    header.payloadHash = Self.hash(of: payload, in: output)
    Self.write(header, map: map, through: &head, at: start, in: &output)
  }

  private static func write(
    _ header: BlockHeader, map: borrowing ByteBuffer, through head: inout ByteBuffer,
    at start: Int, in output: inout ByteBuffer
  ) {
    head.removeAll()
    header.append(map: map.bytes, to: &head)
    let size = head.count
    // Safety: `reserveHead` left room for exactly these bytes.
    unsafe (output.base + start).copyMemory(from: head.base, byteCount: size)
  }

  private static func hash(of range: Range<Int>, in buffer: borrowing ByteBuffer) -> UInt64 {
    ContentHash.hash(buffer.bytes.extracting(range))
  }

  private static func columnarCoder(_ codec: JournalCodec) throws(JournalError) -> ColumnarCoder {
    switch codec.coder {
    case .none: return .none
    case .zstd: return .zstd(level: Int(codec.level))
    case .lz4:
      guard codec.level <= 0 else {
        throw .badOption("\(codec.name): columns know LZ4's fast levels only: 0 and below")
      }
      return .lz4(acceleration: max(1, -Int(codec.level)))
    }
  }
}

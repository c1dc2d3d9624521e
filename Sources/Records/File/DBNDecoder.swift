internal import Wire
internal import Zstd

/// What `DBNDecoder.next` found.
public enum DBNStep: Equatable, Sendable {
  /// The rest of what was fed is less than one item: feed more, or it is the end.
  case needMore
  /// The metadata was read: `DBNDecoder.metadata`.
  case metadata
  /// A record of a known type, whole: `DBNDecoder.record`.
  case record(RecordHeader)
  /// A record of a type that the format does not list; counted and passed over.
  case unknown(RecordHeader)
}

/// Reads DBN, plain or zstd, from bytes that the caller feeds; does no I/O. One thread at a time.
///
///     decoder.feed(bytes)
///     while case let step = try decoder.next(), step != .needMore { use(step) }
///
/// No length in the bytes is trusted. After an error the stream cannot go on: there is nothing in
/// DBN by which to find the next record.
public struct DBNDecoder: ~Copyable {
  /// What the records mean; nil before `.metadata`, and always nil for fragments.
  public private(set) var metadata: DBNMetadata?
  /// Version whose layouts hold: the metadata's, or that given for a fragment.
  public private(set) var version: UInt8
  /// Records read, unknown ones among them.
  public private(set) var recordCount = 0
  /// Records of unknown types.
  public private(set) var unknownCount = 0

  /// Bytes of the decompressed stream before `plain`'s first.
  private var base = 0
  private var plain: [UInt8] = []
  /// Where the next item begins in `plain`.
  private var position = 0
  private var recordRange = 0..<0
  private var compressed: [UInt8] = []
  /// Where the decompressor goes on in `compressed`.
  private var compressedPosition = 0
  private var decompressor: ZstdDecompressor?
  private var isSniffed = false
  private var minimumLengths: [UInt8]
  private var expectsMetadata: Bool

  /// A decoder for a stream that begins with metadata.
  public init() {
    version = 3
    minimumLengths = []
    expectsMetadata = true
  }

  /// A decoder for records without metadata (`.frag` files), laid out as in `version`.
  public init(fragmentVersion version: UInt8) {
    self.version = version
    minimumLengths = Self.minimumLengths(version: version)
    expectsMetadata = false
  }

  /// Takes the next bytes of the stream; they are copied.
  public mutating func feed(_ bytes: some Sequence<UInt8>) {
    // What was read is dropped here and not per record, so that a record costs no move.
    dropRead()
    compressed.removeFirst(compressedPosition)
    compressedPosition = 0
    if decompressor != nil || !isSniffed {
      compressed.append(contentsOf: bytes)
    } else {
      plain.append(contentsOf: bytes)
    }
  }

  /// Goes to the next item.
  public mutating func next() throws(DBNError) -> DBNStep {
    while true {
      if let step = try decodeNext() { return step }
      guard try refill() else { return .needMore }
    }
  }

  /// Whether the stream may end here: no bytes are left over and no compressed frame is open. A
  /// file that ends while this is false was cut.
  public var isComplete: Bool {
    guard !expectsMetadata, position == plain.count else { return false }
    guard compressedPosition == compressed.count else { return false }
    switch decompressor {
    case .some(let stream): return stream.isAtFrameEnd
    case .none: return true
    }
  }

  /// The bytes of the record that `next` found last, its send time included, until the next call.
  public var record: RawSpan {
    @_lifetime(borrow self)
    get {
      rawBytes(of: plain).extracting(recordRange)
    }
  }

  /// The send time after the record found last; nil where the stream has none.
  public var sendTime: UInt64? {
    guard metadata?.hasSendTime == true, recordRange.count >= 24 else { return nil }
    return record.loadLE(UInt64.self, at: recordRange.count - 8)
  }
}

extension DBNDecoder {
  /// One item out of `plain`, or nil where it does not hold a whole one.
  private mutating func decodeNext() throws(DBNError) -> DBNStep? {
    expectsMetadata ? try decodeMetadata() : try decodeRecord()
  }

  private mutating func decodeMetadata() throws(DBNError) -> DBNStep? {
    guard let count = try DBNMetadata.byteCount(rawBytes(of: plain)) else { return nil }
    guard count <= plain.count else { return nil }
    let decoded = try DBNMetadata(rawBytes(of: plain))
    version = decoded.version
    minimumLengths = Self.minimumLengths(version: version)
    metadata = decoded
    position = count
    expectsMetadata = false
    return .metadata
  }

  private mutating func decodeRecord() throws(DBNError) -> DBNStep? {
    guard let header = RecordHeader(copying: rawBytes(of: plain), at: position) else {
      return nil
    }
    guard header.length >= 4 else {
      throw DBNError(.badLength(header.length), at: base + position)
    }
    let minimum = minimumLengths[Int(header.rtype.rawValue)]
    guard header.length >= minimum else {
      throw DBNError(.shortRecord(header.rtype, length: header.length), at: base + position)
    }
    guard plain.count - position >= header.byteCount else { return nil }
    recordRange = position..<(position + header.byteCount)
    position += header.byteCount
    recordCount += 1
    guard minimum > 0 else {
      unknownCount += 1
      return .unknown(header)
    }
    return .record(header)
  }

  /// Words of 4 bytes that a record of each type has at least; 0 for unknown types.
  private static func minimumLengths(version: UInt8) -> [UInt8] {
    (0...UInt8.max).map { code in
      let layout = RecordLayout.of(RType(rawValue: code), version: version)
      return UInt8(truncatingIfNeeded: (layout?.byteCount ?? 0) / 4)
    }
  }
}

extension DBNDecoder {
  /// Brings more bytes into `plain`; false where there are none to bring.
  private mutating func refill() throws(DBNError) -> Bool {
    if !isSniffed {
      guard compressed.count >= 4 else { return false }
      isSniffed = true
      // Magic of a zstd frame, little-endian 0xFD2FB528 (RFC 8878, section 3.1.1).
      if compressed.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
        do {
          decompressor = try ZstdDecompressor()
        } catch {
          throw DBNError(.compression(error.description), at: base)
        }
      } else {
        plain.append(contentsOf: compressed)
        compressed = []
        return true
      }
    }
    return try decompressStep()
  }

  /// One step of the decompressor: `ZstdLimits.stepBytes` at most, so that memory stays bounded
  /// by one item whatever the compressed bytes promise.
  private mutating func decompressStep() throws(DBNError) -> Bool {
    dropRead()
    let before = plain.count
    var consumed = 0
    do {
      consumed = try decompressor?.decompress(compressed[compressedPosition...], to: &plain) ?? 0
    } catch {
      throw DBNError(.compression(error.description), at: base + before)
    }
    compressedPosition += consumed
    return plain.count > before || consumed > 0
  }

  private mutating func dropRead() {
    plain.removeFirst(position)
    base += position
    position = 0
    recordRange = 0..<0
  }
}

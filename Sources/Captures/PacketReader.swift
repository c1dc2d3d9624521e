public import Wire

/// What a reader finds at a position of the bytes that it was given.
public enum PacketStep: Equatable, Sendable {
  /// A packet; go on at its `recordEnd`.
  case packet(PacketView)
  /// No packet here; go on at this position, which may lie beyond the bytes given.
  case skip(to: Int)
  /// The bytes end too early: this many must follow the position.
  case more(Int)
  /// The bytes cannot be a capture from this position on; there is no way to find the next record.
  case stop(RejectReason)
}

/// Reads packets from the bytes of a pcap or pcapng capture, without any I/O.
///
/// Give it bytes and a position, follow the answer. It keeps what the capture's headers said (byte
/// order, clocks, interfaces), so the bytes may come in pieces: what an answer of `more` leaves
/// over is given again with more behind it. Nothing is allocated per packet. One thread.
public struct PacketReader: ~Copyable {
  /// Records or blocks with a sound length and a bad content; they are skipped.
  public internal(set) var rejectedRecords: UInt64 = 0
  /// Blocks that hold no packet and are not needed, by their number.
  public internal(set) var ignoredBlocks: UInt64 = 0
  /// The format, once the first four bytes were seen.
  public internal(set) var format: CaptureFormat?

  @usableFromInline internal var isBigEndian = false
  @usableFromInline internal var link = LinkType.ethernet
  @usableFromInline internal var clock = CaptureClock.micros
  @usableFromInline internal var interfaces: [CaptureInterface] = []

  public init() {}

  /// What stands at byte `start` of `bytes`.
  @inlinable
  public mutating func next(in bytes: RawSpan, from start: Int) -> PacketStep {
    precondition(start >= 0, "next: the position is negative")
    guard format == .pcap else { return nextOutsidePcap(in: bytes, from: start) }
    let room = bytes.byteCount - start
    guard room >= PcapLayout.recordBytes else { return .more(PcapLayout.recordBytes) }
    let captured = Int(word(bytes, start + PcapLayout.capturedLength))
    guard captured <= CaptureLimits.packetBytes else { return .stop(.badCapture) }
    guard room >= PcapLayout.recordBytes + captured else {
      return .more(PcapLayout.recordBytes + captured)
    }
    let seconds = UInt64(word(bytes, start + PcapLayout.seconds))
    let fraction = UInt64(word(bytes, start + PcapLayout.fraction))
    // 2^32 seconds and 2^32 microseconds together stay below 2^63 nanoseconds.
    let time = seconds &* 1_000_000_000 &+ fraction &* clock.multiplier
    return .packet(
      PacketView(
        timestampNanos: time, start: start + PcapLayout.recordBytes, byteCount: captured,
        originalByteCount: Int(word(bytes, start + PcapLayout.originalLength)), link: link,
        interface: 0, recordEnd: start + PcapLayout.recordBytes + captured))
  }

  /// The file header of either format, or a pcapng block.
  @usableFromInline
  internal mutating func nextOutsidePcap(in bytes: RawSpan, from start: Int) -> PacketStep {
    if format == .pcapng { return nextBlock(in: bytes, from: start) }
    guard let found = CaptureFormat(bytes, at: start) else {
      return bytes.byteCount - start < 4 ? .more(4) : .stop(.badCapture)
    }
    guard found == .pcap else {
      format = found
      return nextBlock(in: bytes, from: start)
    }
    guard bytes.byteCount - start >= PcapLayout.headerBytes else {
      return .more(PcapLayout.headerBytes)
    }
    let magic = bytes.uncheckedLE(UInt32.self, at: start)
    isBigEndian =
      magic.byteSwapped == PcapLayout.magicMicros
      || magic.byteSwapped == PcapLayout.magicNanos
    let isNanos = magic == PcapLayout.magicNanos || magic.byteSwapped == PcapLayout.magicNanos
    guard half(bytes, start + PcapLayout.version) == 2 else { return .stop(.badCapture) }
    format = found
    clock = CaptureClock(resolution: isNanos ? 9 : 6, offsetSeconds: 0)
    link = LinkType(
      rawValue: UInt16(truncatingIfNeeded: word(bytes, start + PcapLayout.link)))
    return .skip(to: start + PcapLayout.headerBytes)
  }

  /// A 32-bit number in the capture's byte order; the caller has checked the bounds.
  @inlinable @inline(__always)
  internal func word(_ bytes: RawSpan, _ offset: Int) -> UInt32 {
    let value = bytes.uncheckedLE(UInt32.self, at: offset)
    return isBigEndian ? value.byteSwapped : value
  }

  /// A 16-bit number in the capture's byte order; the caller has checked the bounds.
  @inlinable @inline(__always)
  internal func half(_ bytes: RawSpan, _ offset: Int) -> UInt16 {
    let value = bytes.uncheckedLE(UInt16.self, at: offset)
    return isBigEndian ? value.byteSwapped : value
  }
}

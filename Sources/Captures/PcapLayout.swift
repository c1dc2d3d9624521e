import Wire

/// Classic pcap: draft-ietf-opsawg-pcap, sections 4 (file header) and 5 (packet record).
///
/// The fields are in the byte order of the machine that wrote them, so they are named by offset
/// only.
@usableFromInline
internal enum PcapLayout {
  /// Bytes of the file header.
  @inlinable static var headerBytes: Int { 24 }
  /// Bytes before the captured data of a record.
  @inlinable static var recordBytes: Int { 16 }
  @inlinable static var magicMicros: UInt32 { 0xA1B2_C3D4 }
  @inlinable static var magicNanos: UInt32 { 0xA1B2_3C4D }

  // File header: magic 0, major 4, minor 6, reserved 8 and 12, snapshot length 16, link type 20.
  @inlinable static var version: Int { 4 }
  @inlinable static var snapshotLength: Int { 16 }
  /// The lower 16 bits; above them stand the length of a frame check sequence and its flag.
  @inlinable static var link: Int { 20 }

  // Packet record: seconds 0, fraction 4, captured length 8, original length 12.
  @inlinable static var seconds: Int { 0 }
  @inlinable static var fraction: Int { 4 }
  @inlinable static var capturedLength: Int { 8 }
  @inlinable static var originalLength: Int { 12 }
}

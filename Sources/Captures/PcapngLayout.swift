/// pcapng: draft-ietf-opsawg-pcapng, sections 3 and 4. Offsets count from the start of the block.
@usableFromInline
internal enum PcapngLayout {
  /// Type, total length and the total length repeated at the end.
  @inlinable static var minimumBlockBytes: Int { 12 }
  @inlinable static var totalLength: Int { 4 }

  /// Block types.
  @inlinable static var sectionHeader: UInt32 { 0x0A0D_0D0A }
  @inlinable static var interfaceDescription: UInt32 { 1 }
  @inlinable static var obsoletePacket: UInt32 { 2 }
  @inlinable static var simplePacket: UInt32 { 3 }
  @inlinable static var enhancedPacket: UInt32 { 6 }

  /// Section header block: byte-order magic 8, major 12, minor 14, section length 16.
  enum Section {
    @inlinable static var byteCount: Int { 28 }
    @inlinable static var magic: Int { 8 }
    @inlinable static var majorVersion: Int { 12 }
    @inlinable static var magicValue: UInt32 { 0x1A2B_3C4D }
  }

  /// Interface description block: link type 8, snapshot length 12, options from 16.
  enum Interface {
    @inlinable static var byteCount: Int { 20 }
    @inlinable static var link: Int { 8 }
    @inlinable static var snapshotLength: Int { 12 }
    @inlinable static var options: Int { 16 }
    static var endOfOptions: UInt16 { 0 }
    static var timestampResolution: UInt16 { 9 }
    static var timestampOffset: UInt16 { 14 }
  }

  /// Enhanced packet block: interface 8, time 12 (upper half first), captured 20, original 24.
  @usableFromInline
  enum Enhanced {
    @inlinable static var interface: Int { 8 }
    @inlinable static var timeHigh: Int { 12 }
    @inlinable static var timeLow: Int { 16 }
    @inlinable static var capturedLength: Int { 20 }
    @inlinable static var originalLength: Int { 24 }
    @inlinable static var data: Int { 28 }
  }

  /// Simple packet block: original length 8, data from 12.
  @usableFromInline
  enum Simple {
    @inlinable static var originalLength: Int { 8 }
    @inlinable static var data: Int { 12 }
  }
}

/// A DBN record: the same bytes in memory, in a lane, in shared memory and on disk.
///
/// Integers of the machine stand for the little-endian ones of the format: Millrace runs on
/// little-endian machines only. No record has hidden padding, so every byte of it is defined.
public protocol Record: BitwiseCopyable, Sendable {
  /// Length, type, publisher, instrument and event time.
  var header: RecordHeader { get set }

  /// The types under which records of this layout are sent.
  static var rtypes: [RType] { get }

  /// Name and fields of the layout, for text forms and tests.
  static var layout: RecordLayout { get }
}

extension Record {
  /// Size of the record in bytes, a multiple of 8.
  @inlinable public static var byteCount: Int { MemoryLayout<Self>.size }

  /// Size of the record in words of 4 bytes: the value of `header.length` without a send time.
  @inlinable public static var lengthWords: UInt8 {
    UInt8(truncatingIfNeeded: MemoryLayout<Self>.size / 4)
  }
}

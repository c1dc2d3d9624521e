/// One packet of a capture: where its bytes lie in the window that it was read from.
///
/// A plain value without references. The positions hold until the next call that moves the window.
public struct PacketView: Equatable, Sendable {
  /// Capture time in nanoseconds since 1970-01-01 UTC; 0 where the capture has none (SPB blocks).
  public let timestampNanos: UInt64
  /// Position of the first captured byte in the window.
  public let start: Int
  /// Number of captured bytes.
  public let byteCount: Int
  /// Number of bytes that the packet had on the network.
  public let originalByteCount: Int
  /// What the packet begins with.
  public let link: LinkType
  /// Number of the interface in its section; 0 in classic pcap.
  public let interface: UInt32
  /// Position in the window after the packet's record or block.
  public let recordEnd: Int

  @inlinable
  public init(
    timestampNanos: UInt64, start: Int, byteCount: Int, originalByteCount: Int, link: LinkType,
    interface: UInt32, recordEnd: Int
  ) {
    self.timestampNanos = timestampNanos
    self.start = start
    self.byteCount = byteCount
    self.originalByteCount = originalByteCount
    self.link = link
    self.interface = interface
    self.recordEnd = recordEnd
  }

  /// The captured bytes as positions in the window.
  @inlinable public var range: Range<Int> { start..<(start + byteCount) }
}

import Wire

/// The formats of captures, told apart by their first four bytes and never by a file's name.
public enum CaptureFormat: Equatable, Sendable {
  /// Classic pcap with micro- or nanoseconds, in either byte order.
  case pcap
  /// pcapng.
  case pcapng

  /// The format of the capture that begins at byte `start`, or nil.
  public init?(_ bytes: RawSpan, at start: Int = 0) {
    guard let magic = bytes.loadLE(UInt32.self, at: start) else { return nil }
    for candidate in [magic, magic.byteSwapped] {
      switch candidate {
      case PcapLayout.magicMicros, PcapLayout.magicNanos:
        self = .pcap
        return
      case PcapngLayout.sectionHeader:
        self = .pcapng
        return
      default: break
      }
    }
    return nil
  }
}

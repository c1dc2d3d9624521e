/// Limits of the module; reaching one is counted or reported, never passed over in silence.
public enum CaptureLimits {
  /// Captured bytes of one packet: the largest snapshot length that capture tools accept (256 KiB).
  @inlinable public static var packetBytes: Int { 262_144 }
  /// Bytes of a pcapng block that must lie in memory whole. Unknown blocks of any length are
  /// skipped without being held.
  @inlinable public static var blockBytes: Int { 16 << 20 }
  /// Interfaces of one pcapng section; packets of later ones are rejected.
  @inlinable public static var interfaces: Int { 1024 }
  /// VLAN tags before the network header. Networks use two; more than eight is an attack or an
  /// error.
  @inlinable public static var vlanTags: Int { 8 }
  /// IPv6 extension headers before the transport header.
  @inlinable public static var extensionHeaders: Int { 8 }
  /// Plain bytes that one refill adds to the window of a compressed file (1 MiB stays in the
  /// cache).
  @inlinable public static var refillBytes: Int { 1 << 20 }
  /// Bytes of a mapped file that are given back at a time: 8 MiB, a multiple of every page size.
  @inlinable public static var releaseBytes: Int { 8 << 20 }
}

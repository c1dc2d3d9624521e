import Wire

/// Ethernet II (IEEE 802.3, clause 3): destination 0, source 6, type 12.
enum EthernetLayout {
  static var byteCount: Int { 14 }
  typealias EtherType = BE<UInt16, 12>
}

/// A VLAN tag behind its tag type (IEEE 802.1Q, clause 9): priority and id 0, next type 2.
enum VLANLayout {
  static var byteCount: Int { 4 }
  typealias NextType = BE<UInt16, 2>
}

/// Types of the protocol behind a link header (IEEE registry).
enum EtherType {
  static var ipv4: UInt16 { 0x0800 }
  static var ipv6: UInt16 { 0x86DD }
  /// 802.1Q, 802.1ad, and the two older types of stacked tags.
  static func isVLAN(_ type: UInt16) -> Bool {
    type == 0x8100 || type == 0x88A8 || type == 0x9100 || type == 0x9200
  }
}

/// Linux cooked capture (LINKTYPE_LINUX_SLL): protocol at 14.
enum CookedLayout {
  static var byteCount: Int { 16 }
  typealias EtherType = BE<UInt16, 14>
}

/// Linux cooked capture version 2 (LINKTYPE_LINUX_SLL2): protocol at 0.
enum Cooked2Layout {
  static var byteCount: Int { 20 }
  typealias EtherType = BE<UInt16, 0>
}

/// BSD loopback (LINKTYPE_NULL, LINKTYPE_LOOP): the address family, in either byte order.
enum LoopbackLayout {
  static var byteCount: Int { 4 }
  typealias Family = BE<UInt32, 0>
  static var ipv4: UInt32 { 2 }
  /// AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, and Darwin.
  static func isIPv6(_ family: UInt32) -> Bool {
    family == 10 || family == 24 || family == 28 || family == 30
  }
}

/// IPv4 header (RFC 791, section 3.1).
enum IPv4Layout {
  static var byteCount: Int { 20 }
  typealias VersionAndLength = BE<UInt8, 0>
  typealias TotalLength = BE<UInt16, 2>
  typealias FlagsAndFragment = BE<UInt16, 6>
  typealias Transport = BE<UInt8, 9>
  typealias Source = BE<UInt32, 12>
  typealias Destination = BE<UInt32, 16>
  /// More fragments, and the 13 bits of the fragment's offset.
  static var fragmentMask: UInt16 { 0x3FFF }
}

/// IPv6 header (RFC 8200, section 3).
enum IPv6Layout {
  static var byteCount: Int { 40 }
  typealias Version = BE<UInt8, 0>
  typealias PayloadLength = BE<UInt16, 4>
  typealias NextHeader = BE<UInt8, 6>
  typealias SourceHigh = BE<UInt64, 8>
  typealias SourceLow = BE<UInt64, 16>
  typealias DestinationHigh = BE<UInt64, 24>
  typealias DestinationLow = BE<UInt64, 32>
}

/// IPv6 extension headers (RFC 8200, section 4): next header 0, length 1 in units of 8 beyond the
/// first.
enum IPv6ExtensionLayout {
  static var byteCount: Int { 8 }
  typealias NextHeader = BE<UInt8, 0>
  typealias Length = BE<UInt8, 1>
  /// Fragment header only: offset (13 bits), reserved (2), more fragments (1).
  typealias FragmentOffset = BE<UInt16, 2>
  static var fragmentMask: UInt16 { 0xFFF9 }

  static var hopByHop: UInt8 { 0 }
  static var routing: UInt8 { 43 }
  static var fragment: UInt8 { 44 }
  static var destination: UInt8 { 60 }
}

/// UDP header (RFC 768).
enum UDPLayout {
  static var byteCount: Int { 8 }
  typealias SourcePort = BE<UInt16, 0>
  typealias DestinationPort = BE<UInt16, 2>
  typealias Length = BE<UInt16, 4>
}

public import Wire

/// A UDP datagram found in a captured packet; its payload lies in the same window as the packet.
public struct UDPDatagram: Equatable, Sendable {
  public let source: SocketAddress
  public let destination: SocketAddress
  /// Position of the payload's first byte in the window.
  public let start: Int
  /// Number of payload bytes, by the UDP header; without link padding.
  public let byteCount: Int

  @inlinable
  public init(source: SocketAddress, destination: SocketAddress, start: Int, byteCount: Int) {
    self.source = source
    self.destination = destination
    self.start = start
    self.byteCount = byteCount
  }

  /// The payload as positions in the window.
  @inlinable public var range: Range<Int> { start..<(start + byteCount) }
}

/// What a packet carries, if not a UDP datagram: an IP protocol number, or one of ours above 255.
public struct TransportKind: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16

  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable public static var icmp: Self { Self(rawValue: 1) }
  @inlinable public static var igmp: Self { Self(rawValue: 2) }
  @inlinable public static var tcp: Self { Self(rawValue: 6) }
  @inlinable public static var udp: Self { Self(rawValue: 17) }
  /// A piece of a fragmented IP packet; pieces are not put together.
  @inlinable public static var fragment: Self { Self(rawValue: 256) }
  /// Neither IPv4 nor IPv6: ARP, LLDP, spanning tree.
  @inlinable public static var notIP: Self { Self(rawValue: 257) }
}

/// What the headers of a packet led to.
public enum PacketContent: Equatable, Sendable {
  case udp(UDPDatagram)
  /// A sound packet of another kind, counted as `RejectReason.notUDP`.
  case other(TransportKind)
  /// Headers that are cut off, lie about their length, or are of an unknown link type.
  case rejected(RejectReason)

  /// The reason to count, or nil for a datagram.
  @inlinable public var rejectReason: RejectReason? {
    switch self {
    case .udp: nil
    case .other: .notUDP
    case .rejected(let reason): reason
    }
  }
}

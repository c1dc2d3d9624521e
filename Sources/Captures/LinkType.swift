/// What the bytes of a captured packet begin with, by the number that tcpdump.org assigns
/// (www.tcpdump.org/linktypes.html). Unknown numbers survive and are counted.
public struct LinkType: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16

  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// BSD loopback: four bytes of address family in the byte order of the machine that captured.
  @inlinable public static var null: Self { Self(rawValue: 0) }
  /// Ethernet.
  @inlinable public static var ethernet: Self { Self(rawValue: 1) }
  /// Raw IP, DLT_RAW of most systems.
  @inlinable public static var raw12: Self { Self(rawValue: 12) }
  /// Raw IP, DLT_RAW of OpenBSD.
  @inlinable public static var raw14: Self { Self(rawValue: 14) }
  /// Raw IP; the first four bits tell the version.
  @inlinable public static var rawIP: Self { Self(rawValue: 101) }
  /// OpenBSD loopback: like `null`, but always big-endian.
  @inlinable public static var loop: Self { Self(rawValue: 108) }
  /// Linux cooked capture, 16-byte header.
  @inlinable public static var linuxSLL: Self { Self(rawValue: 113) }
  /// Raw IPv4.
  @inlinable public static var ipv4: Self { Self(rawValue: 228) }
  /// Raw IPv6.
  @inlinable public static var ipv6: Self { Self(rawValue: 229) }
  /// Linux cooked capture version 2, 20-byte header.
  @inlinable public static var linuxSLL2: Self { Self(rawValue: 276) }
}

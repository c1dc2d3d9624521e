/// An IPv4 or IPv6 address as a plain value, in the byte order of the wire.
///
/// Captures and sockets give their addresses in this form, so that a decoder can compare senders
/// without text and without allocation. IPv4 is kept as IPv4-mapped IPv6 (RFC 4291, section
/// 2.5.5.2), so 16 bytes hold either, and a mapped address of a dual-stack socket equals the plain
/// one.
public struct IPAddress: Hashable, Sendable {
  /// The first eight bytes, most significant first; zero for IPv4.
  public let high: UInt64
  /// The last eight bytes, most significant first; for IPv4 0000:ffff and the address.
  public let low: UInt64

  /// An IPv4 address, most significant byte first: 0x7F00_0001 is 127.0.0.1.
  @inlinable
  public init(v4: UInt32) {
    high = 0
    low = 0xFFFF << 32 | UInt64(v4)
  }

  /// An IPv6 address from its two halves, most significant byte first.
  @inlinable
  public init(v6High: UInt64, low: UInt64) {
    high = v6High
    self.low = low
  }

  /// Whether this is an IPv6 address, and not IPv4 mapped into one.
  @inlinable public var isV6: Bool { high != 0 || low >> 32 != 0xFFFF }

  /// The IPv4 address as a number; for IPv6 its last 32 bits.
  @inlinable public var v4: UInt32 { UInt32(truncatingIfNeeded: low) }

  /// Whether datagrams to this address go to a group: 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC
  /// 4291).
  @inlinable public var isMulticast: Bool { isV6 ? high >> 56 == 0xFF : v4 >> 28 == 0xE }

  /// 127.0.0.1.
  @inlinable public static var loopbackV4: Self { Self(v4: 0x7F00_0001) }
  /// ::1.
  @inlinable public static var loopbackV6: Self { Self(v6High: 0, low: 1) }
  /// 0.0.0.0.
  @inlinable public static var anyV4: Self { Self(v4: 0) }
  /// ::.
  @inlinable public static var anyV6: Self { Self(v6High: 0, low: 0) }
}

extension IPAddress: CustomStringConvertible {
  /// Dotted decimal, or the canonical IPv6 text of RFC 5952 (without embedded IPv4).
  public var description: String {
    guard isV6 else {
      return "\(low >> 24 & 255).\(low >> 16 & 255).\(low >> 8 & 255).\(low & 255)"
    }
    let groups = (0..<8).map { index in
      (index < 4 ? high >> (48 - 16 * index) : low >> (48 - 16 * (index - 4))) & 0xFFFF
    }
    let zeros = Self.longestZeroRun(groups)
    func text(_ range: Range<Int>) -> String {
      groups[range].map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard zeros.count > 1 else { return text(0..<8) }
    return text(0..<zeros.lowerBound) + "::" + text(zeros.upperBound..<8)
  }

  /// RFC 5952, section 4.2: the first of the longest runs of zero groups is shortened.
  private static func longestZeroRun(_ groups: [UInt64]) -> Range<Int> {
    var best = 0..<0
    var start = 0
    for index in 0...groups.count where index == groups.count || groups[index] != 0 {
      if index - start > best.count { best = start..<index }
      start = index + 1
    }
    return best
  }
}

/// An address and a UDP or TCP port.
public struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
  public let address: IPAddress
  public let port: UInt16

  @inlinable
  public init(_ address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }

  /// `10.0.0.1:80` or `[::1]:80`.
  public var description: String {
    address.isV6 ? "[\(address)]:\(port)" : "\(address):\(port)"
  }
}

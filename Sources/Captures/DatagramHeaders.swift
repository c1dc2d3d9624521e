internal import Wire

/// Ethernet, IP and UDP headers of one datagram.
enum DatagramHeaders {
  /// Appends the headers that stand before `payload`; with `sumsIPv4` its datagrams have a checksum
  /// too, where 0 says that there is none. IPv6 wants one (RFC 8200, section 8.1).
  static func append(
    source: SocketAddress, destination: SocketAddress, payload: RawSpan,
    link: LinkType = .ethernet, sumsIPv4: Bool, to head: inout [UInt8]
  ) {
    let udpBytes = UDPLayout.byteCount + payload.byteCount
    if link == .ethernet { appendEthernet(destination.address, &head) }
    if source.address.isV6 {
      head.appendBE(UInt32(0x6000_0000))
      head.appendBE(UInt16(udpBytes))
      head.append(contentsOf: [17, 64])
      head.appendAddress(source.address)
      head.appendAddress(destination.address)
    } else {
      appendIPv4(source.address, destination.address, udpBytes, &head)
    }
    head.appendBE(source.port)
    head.appendBE(destination.port)
    head.appendBE(UInt16(udpBytes))
    let isSummed = source.address.isV6 || sumsIPv4
    head.appendBE(isSummed ? checksum(source, destination, payload, udpBytes) : UInt16(0))
  }

  /// Made-up hardware addresses; a group's own one (RFC 1112, section 6.4; RFC 2464, section 7).
  private static func appendEthernet(_ destination: IPAddress, _ head: inout [UInt8]) {
    let low = UInt32(truncatingIfNeeded: destination.low)
    if !destination.isMulticast {
      head.append(contentsOf: [2, 0, 0, 0, 0, 2])
    } else if destination.isV6 {
      head.append(contentsOf: [0x33, 0x33])
      head.appendBE(low)
    } else {
      head.append(contentsOf: [1, 0, 0x5E, UInt8(low >> 16 & 0x7F)])
      head.appendBE(UInt16(truncatingIfNeeded: low))
    }
    head.append(contentsOf: [2, 0, 0, 0, 0, 1])
    head.appendBE(destination.isV6 ? EtherType.ipv6 : EtherType.ipv4)
  }

  private static func appendIPv4(
    _ source: IPAddress, _ destination: IPAddress, _ udpBytes: Int, _ head: inout [UInt8]
  ) {
    let total = UInt16(IPv4Layout.byteCount + udpBytes)
    var sum: UInt64 = 0x4500 + UInt64(total) + 0x4000 + 0x4011
    for address in [source.v4, destination.v4] { sum += UInt64(address >> 16 + address & 0xFFFF) }
    head.append(contentsOf: [0x45, 0])
    head.appendBE(total)
    // No identification, don't fragment, time to live 64, UDP.
    head.append(contentsOf: [0, 0, 0x40, 0, 64, 17])
    head.appendBE(folded(sum))
    head.appendBE(source.v4)
    head.appendBE(destination.v4)
  }

  /// RFC 768: over addresses, protocol, length and datagram; 0 is sent as all ones.
  private static func checksum(
    _ source: SocketAddress, _ destination: SocketAddress, _ payload: RawSpan, _ udpBytes: Int
  ) -> UInt16 {
    var sum = UInt64(17 + 2 * udpBytes) + UInt64(source.port) + UInt64(destination.port)
    for address in [source.address, destination.address] {
      for half in address.isV6 ? [address.high, address.low] : [UInt64(address.v4)] {
        for shift in stride(from: UInt64(0), to: 64, by: 16) { sum += half >> shift & 0xFFFF }
      }
    }
    for index in stride(from: 0, to: payload.byteCount - 1, by: 2) {
      sum &+= UInt64(payload.uncheckedBE(UInt16.self, at: index))
    }
    if payload.byteCount % 2 == 1 {
      sum &+= UInt64(payload.uncheckedByte(at: payload.byteCount - 1)) << 8
    }
    let folded = folded(sum)
    return folded == 0 ? 0xFFFF : folded
  }

  private static func folded(_ sum: UInt64) -> UInt16 {
    var total = sum
    while total > 0xFFFF { total = total >> 16 + total & 0xFFFF }
    return ~UInt16(total)
  }
}

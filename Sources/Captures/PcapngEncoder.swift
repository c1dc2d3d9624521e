public import Wire

/// Makes the bytes of a pcapng capture of UDP datagrams, with nanoseconds (no I/O).
///
/// Each datagram gets made-up Ethernet, IP and UDP headers around its real addresses, so that any
/// capture tool reads it. The UDP checksum over IPv4 is 0, which says that there is none (RFC 768):
/// the kernel has checked the real one. Over IPv6 it is made, since 0 is not allowed there (RFC
/// 8200, section 8.1).
///
/// Layout: draft-ietf-opsawg-pcapng, sections 4.1 (section header), 4.2 (interface description) and
/// 4.3 (enhanced packet).
public struct PcapngEncoder: Sendable {
  public init() {}

  /// Appends the section header and one interface for each name; interface `n` is the n-th.
  public func appendHeader(interfaces: [String], to output: inout ByteBuffer) {
    output.append(value: PcapngLayout.sectionHeader)
    output.append(value: UInt32(PcapngLayout.Section.byteCount))
    output.append(value: PcapngLayout.Section.magicValue)
    output.append(value: UInt16(1))
    output.append(value: UInt16(0))
    // The section's length is not known.
    output.append(value: UInt64.max)
    output.append(value: UInt32(PcapngLayout.Section.byteCount))
    for name in interfaces { appendInterface(Array(name.utf8.prefix(255)), &output) }
  }

  private func appendInterface(_ name: [UInt8], _ output: inout ByteBuffer) {
    let padded = (name.count + 3) & ~3
    // Options: name (4 + padded), resolution (4 + 4), end (4).
    let size = UInt32(PcapngLayout.Interface.byteCount + 4 + padded + 8 + 4)
    output.append(value: PcapngLayout.interfaceDescription)
    output.append(value: size)
    output.append(value: LinkType.ethernet.rawValue)
    output.append(value: UInt16(0))
    output.append(value: UInt32(CaptureLimits.packetBytes))
    output.append(value: Self.interfaceName)
    output.append(value: UInt16(name.count))
    for index in 0..<padded { output.append(value: index < name.count ? name[index] : 0) }
    output.append(value: PcapngLayout.Interface.timestampResolution)
    output.append(value: UInt16(1))
    // 10^-9 s, and padding.
    output.append(value: UInt32(9))
    output.append(value: UInt32(0))
    output.append(value: size)
  }

  /// Options `if_name` and `epb_dropcount`.
  private static var interfaceName: UInt16 { 2 }
  private static var dropCount: UInt16 { 4 }

  /// Appends one datagram; `lostBefore` says how many were lost between it and the one before it.
  ///
  /// The payload has at most 65,000 bytes and both addresses are of the same family, or nothing is
  /// appended and the answer is false.
  public func append(
    timestampNanos: UInt64, interface: UInt32, source: SocketAddress,
    destination: SocketAddress, lostBefore: UInt64 = 0, payload: RawSpan,
    to output: inout ByteBuffer
  ) -> Bool {
    guard payload.byteCount <= 65_000, source.address.isV6 == destination.address.isV6 else {
      return false
    }
    let isV6 = source.address.isV6
    let ipHeader = isV6 ? IPv6Layout.byteCount : IPv4Layout.byteCount
    let udpBytes = UDPLayout.byteCount + payload.byteCount
    let frame = max(60, EthernetLayout.byteCount + ipHeader + udpBytes)
    let padded = (frame + 3) & ~3
    let options = lostBefore > 0 ? 16 : 0
    let size = UInt32(PcapngLayout.Enhanced.data + padded + options + 4)
    output.append(value: PcapngLayout.enhancedPacket)
    output.append(value: size)
    output.append(value: interface)
    output.append(value: UInt32(truncatingIfNeeded: timestampNanos >> 32))
    output.append(value: UInt32(truncatingIfNeeded: timestampNanos))
    output.append(value: UInt32(frame))
    output.append(value: UInt32(frame))
    let start = output.count
    var head: [UInt8] = []
    head.reserveCapacity(EthernetLayout.byteCount + ipHeader + UDPLayout.byteCount)
    DatagramHeaders.append(
      source: source, destination: destination, payload: payload, to: &head)
    for byte in head { output.append(value: byte) }
    output.append(payload)
    while output.count < start + padded { output.append(value: UInt8(0)) }
    if options > 0 {
      output.append(value: Self.dropCount)
      output.append(value: UInt16(8))
      output.append(value: lostBefore)
      output.append(value: UInt32(0))
    }
    output.append(value: size)
    return true
  }
}

/// Ethernet, IP and UDP headers of one datagram.
private enum DatagramHeaders {
  static func append(
    source: SocketAddress, destination: SocketAddress, payload: RawSpan, to head: inout [UInt8]
  ) {
    let udpBytes = UDPLayout.byteCount + payload.byteCount
    appendEthernet(destination.address, &head)
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
    head.appendBE(
      source.address.isV6 ? checksum(source, destination, payload, udpBytes) : UInt16(0))
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

  private static func checksum(
    _ source: SocketAddress, _ destination: SocketAddress, _ payload: RawSpan, _ udpBytes: Int
  ) -> UInt16 {
    var sum = UInt64(17 + 2 * udpBytes) + UInt64(source.port) + UInt64(destination.port)
    for address in [source.address, destination.address] {
      for half in [address.high, address.low] {
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

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
    // A reader's thread has no time for the sum that IPv4 leaves to the sender (RFC 768).
    DatagramHeaders.append(
      source: source, destination: destination, payload: payload, sumsIPv4: false, to: &head)
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

public import Wire

/// Makes the bytes of a classic pcap file with nanoseconds, little-endian (no I/O).
///
/// Datagrams get the headers of their link: Ethernet with made-up hardware addresses, or raw IP.
public struct PcapEncoder: Sendable {
  /// The link type written into the file header; datagrams need `.ethernet` or `.rawIP`.
  public let link: LinkType

  public init(link: LinkType = .ethernet) { self.link = link }

  /// Appends the file header (24 bytes).
  public func appendHeader(to output: inout [UInt8]) {
    output.appendLE(PcapLayout.magicNanos)
    output.appendLE(UInt16(2))
    output.appendLE(UInt16(4))
    output.appendLE(UInt64(0))
    output.appendLE(UInt32(CaptureLimits.packetBytes))
    output.appendLE(UInt32(link.rawValue))
  }

  /// Appends a packet whose bytes begin with the link's own header.
  public func append(timestampNanos: UInt64, packet: RawSpan, to output: inout [UInt8]) {
    appendRecord(timestampNanos, packet.byteCount, &output)
    output.append(packet)
  }

  /// Appends one UDP datagram with all its headers and right checksums.
  ///
  /// Both addresses are of the same family and the payload has at most 65,000 bytes: anything else
  /// is a mistake of the caller's. With `.ethernet`, frames below 60 bytes are padded as on the
  /// network.
  public func append(
    timestampNanos: UInt64, source: SocketAddress, destination: SocketAddress, payload: RawSpan,
    to output: inout [UInt8]
  ) {
    precondition(source.address.isV6 == destination.address.isV6, "addresses of two families")
    precondition(payload.byteCount <= 65_000, "the payload does not fit a datagram")
    precondition(link == .ethernet || link == .rawIP, "no headers are known for this link")
    let isV6 = source.address.isV6
    let udpBytes = UDPLayout.byteCount + payload.byteCount
    let ipBytes = (isV6 ? IPv6Layout.byteCount : IPv4Layout.byteCount) + udpBytes
    let frameBytes = link == .ethernet ? max(60, EthernetLayout.byteCount + ipBytes) : ipBytes
    appendRecord(timestampNanos, frameBytes, &output)
    let start = output.count
    if link == .ethernet { appendEthernet(destination.address, &output) }
    if isV6 {
      output.appendBE(UInt32(0x6000_0000))
      output.appendBE(UInt16(udpBytes))
      output.append(contentsOf: [17, 64])
      output.appendAddress(source.address)
      output.appendAddress(destination.address)
    } else {
      appendIPv4(source.address, destination.address, ipBytes, &output)
    }
    let udp = output.count
    output.appendBE(source.port)
    output.appendBE(destination.port)
    output.appendBE(UInt16(udpBytes))
    output.appendBE(UInt16(0))
    output.append(payload)
    let sum = udpChecksum(output, udp, source.address, destination.address)
    output[udp + 6] = UInt8(truncatingIfNeeded: sum >> 8)
    output[udp + 7] = UInt8(truncatingIfNeeded: sum)
    output.append(contentsOf: repeatElement(0, count: frameBytes - (output.count - start)))
  }

  private func appendRecord(_ nanos: UInt64, _ byteCount: Int, _ output: inout [UInt8]) {
    output.appendLE(UInt32(truncatingIfNeeded: nanos / 1_000_000_000))
    output.appendLE(UInt32(nanos % 1_000_000_000))
    output.appendLE(UInt32(byteCount))
    output.appendLE(UInt32(byteCount))
  }

  private func appendEthernet(_ destination: IPAddress, _ output: inout [UInt8]) {
    let low = UInt32(truncatingIfNeeded: destination.low)
    if !destination.isMulticast {
      output.append(contentsOf: [2, 0, 0, 0, 0, 2])
    } else if destination.isV6 {
      // RFC 2464, section 7: 33:33 and the last four bytes of the group.
      output.append(contentsOf: [0x33, 0x33])
      output.appendBE(low)
    } else {
      // RFC 1112, section 6.4: 01:00:5e and the last 23 bits of the group.
      output.append(contentsOf: [1, 0, 0x5E, UInt8(low >> 16 & 0x7F)])
      output.appendBE(UInt16(truncatingIfNeeded: low))
    }
    output.append(contentsOf: [2, 0, 0, 0, 0, 1])
    output.appendBE(destination.isV6 ? EtherType.ipv6 : EtherType.ipv4)
  }

  private func appendIPv4(
    _ source: IPAddress, _ destination: IPAddress, _ ipBytes: Int, _ output: inout [UInt8]
  ) {
    let start = output.count
    output.append(contentsOf: [0x45, 0])
    output.appendBE(UInt16(ipBytes))
    // No identification, don't fragment, time to live 64, UDP.
    output.append(contentsOf: [0, 0, 0x40, 0, 64, 17, 0, 0])
    output.appendBE(source.v4)
    output.appendBE(destination.v4)
    let sum = InternetChecksum.of(output[start...], seed: 0)
    output[start + 10] = UInt8(truncatingIfNeeded: sum >> 8)
    output[start + 11] = UInt8(truncatingIfNeeded: sum)
  }

  /// RFC 768: over the addresses, the protocol, the length, and the datagram; 0 is sent as all
  /// ones.
  private func udpChecksum(
    _ output: [UInt8], _ udp: Int, _ source: IPAddress, _ destination: IPAddress
  ) -> UInt16 {
    var pseudo: [UInt8] = []
    pseudo.appendAddress(source)
    pseudo.appendAddress(destination)
    let seed = InternetChecksum.sum(pseudo[...]) + 17 + UInt64(output.count - udp)
    let sum = InternetChecksum.of(output[udp...], seed: seed)
    return sum == 0 ? 0xFFFF : sum
  }
}

/// The ones' complement sum of 16-bit words (RFC 1071).
private enum InternetChecksum {
  static func sum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    var sum: UInt64 = 0
    var isHigh = true
    for byte in bytes {
      sum += isHigh ? UInt64(byte) << 8 : UInt64(byte)
      isHigh.toggle()
    }
    return sum
  }

  static func of(_ bytes: ArraySlice<UInt8>, seed: UInt64) -> UInt16 {
    var total = seed + sum(bytes)
    while total > 0xFFFF { total = total >> 16 + total & 0xFFFF }
    return ~UInt16(total)
  }
}

extension [UInt8] {
  mutating func appendLE(_ value: some FixedWidthInteger) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func appendBE(_ value: some FixedWidthInteger) { appendLE(value.byteSwapped) }

  mutating func appendAddress(_ address: IPAddress) {
    guard address.isV6 else { return appendBE(address.v4) }
    appendBE(address.high)
    appendBE(address.low)
  }

  mutating func append(_ bytes: RawSpan) {
    // Safety: the buffer is copied inside the closure and does not leave it.
    unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }
}

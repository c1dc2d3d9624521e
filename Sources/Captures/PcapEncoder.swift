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
    DatagramHeaders.append(
      source: source, destination: destination, payload: payload, link: link, sumsIPv4: true,
      to: &output)
    output.append(payload)
    output.append(contentsOf: repeatElement(0, count: frameBytes - (output.count - start)))
  }

  private func appendRecord(_ nanos: UInt64, _ byteCount: Int, _ output: inout [UInt8]) {
    output.appendLE(UInt32(truncatingIfNeeded: nanos / 1_000_000_000))
    output.appendLE(UInt32(nanos % 1_000_000_000))
    output.appendLE(UInt32(byteCount))
    output.appendLE(UInt32(byteCount))
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

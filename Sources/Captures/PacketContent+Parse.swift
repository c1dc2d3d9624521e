import Wire

/// From a link header to the UDP payload. Every length is checked against the captured bytes and
/// against the header outside of it; checksums are not demanded, since capturing machines see
/// packets before their network card fills them in.
extension PacketContent {
  /// Takes the headers off the packet that `packet` shows in `window`.
  public init(_ packet: PacketView, in window: RawSpan) {
    let end = packet.start + packet.byteCount
    precondition(packet.start >= 0 && end <= window.byteCount, "the packet is of another window")
    self = Self.parse(PacketBytes(window: window, end: end), packet.start, packet.link)
  }

  private static func parse(_ bytes: PacketBytes, _ start: Int, _ link: LinkType) -> Self {
    switch link {
    case .ethernet:
      guard bytes.has(EthernetLayout.byteCount, at: start) else { return .rejected(.truncated) }
      let type = EthernetLayout.EtherType.read(bytes.window, at: start)
      return network(bytes, start + EthernetLayout.byteCount, type)
    case .rawIP, .raw12, .raw14:
      return rawIP(bytes, start)
    case .ipv4:
      return ipv4(bytes, start)
    case .ipv6:
      return ipv6(bytes, start)
    case .linuxSLL:
      guard bytes.has(CookedLayout.byteCount, at: start) else { return .rejected(.truncated) }
      let type = CookedLayout.EtherType.read(bytes.window, at: start)
      return network(bytes, start + CookedLayout.byteCount, type)
    case .linuxSLL2:
      guard bytes.has(Cooked2Layout.byteCount, at: start) else { return .rejected(.truncated) }
      let type = Cooked2Layout.EtherType.read(bytes.window, at: start)
      return network(bytes, start + Cooked2Layout.byteCount, type)
    case .null, .loop:
      return loopback(bytes, start)
    default:
      return .rejected(.unknownLink)
    }
  }

  /// What follows a link header, by its type; VLAN tags are taken off.
  private static func network(_ bytes: PacketBytes, _ start: Int, _ first: UInt16) -> Self {
    var type = first
    var position = start
    var tags = 0
    while EtherType.isVLAN(type) {
      guard tags < CaptureLimits.vlanTags else { return .rejected(.oversized) }
      guard bytes.has(VLANLayout.byteCount, at: position) else { return .rejected(.truncated) }
      type = VLANLayout.NextType.read(bytes.window, at: position)
      position += VLANLayout.byteCount
      tags += 1
    }
    switch type {
    case EtherType.ipv4: return ipv4(bytes, position)
    case EtherType.ipv6: return ipv6(bytes, position)
    default: return .other(.notIP)
    }
  }

  private static func loopback(_ bytes: PacketBytes, _ start: Int) -> Self {
    guard bytes.has(LoopbackLayout.byteCount, at: start) else { return .rejected(.truncated) }
    let stored = LoopbackLayout.Family.read(bytes.window, at: start)
    // Families are small numbers: the byte order in which this one is small is the right one.
    let family = min(stored, stored.byteSwapped)
    let next = start + LoopbackLayout.byteCount
    if family == LoopbackLayout.ipv4 { return ipv4(bytes, next) }
    return LoopbackLayout.isIPv6(family) ? ipv6(bytes, next) : .other(.notIP)
  }

  private static func rawIP(_ bytes: PacketBytes, _ start: Int) -> Self {
    guard bytes.has(1, at: start) else { return .rejected(.truncated) }
    switch bytes.window.uncheckedByte(at: start) >> 4 {
    case 4: return ipv4(bytes, start)
    case 6: return ipv6(bytes, start)
    default: return .rejected(.badHeader)
    }
  }

  private static func ipv4(_ bytes: PacketBytes, _ start: Int) -> Self {
    guard bytes.has(IPv4Layout.byteCount, at: start) else { return .rejected(.truncated) }
    let window = bytes.window
    let first = IPv4Layout.VersionAndLength.read(window, at: start)
    guard first >> 4 == 4 else { return .rejected(.badHeader) }
    let header = Int(first & 15) * 4
    let total = Int(IPv4Layout.TotalLength.read(window, at: start))
    guard header >= IPv4Layout.byteCount, total >= header else { return .rejected(.badLength) }
    if IPv4Layout.FlagsAndFragment.read(window, at: start) & IPv4Layout.fragmentMask != 0 {
      return .other(.fragment)
    }
    let transport = IPv4Layout.Transport.read(window, at: start)
    guard transport == TransportKind.udp.rawValue else {
      return .other(TransportKind(rawValue: UInt16(transport)))
    }
    return udp(
      bytes, start + header, start + total,
      source: IPAddress(v4: IPv4Layout.Source.read(window, at: start)),
      destination: IPAddress(v4: IPv4Layout.Destination.read(window, at: start)))
  }

  private static func ipv6(_ bytes: PacketBytes, _ start: Int) -> Self {
    guard bytes.has(IPv6Layout.byteCount, at: start) else { return .rejected(.truncated) }
    let window = bytes.window
    guard IPv6Layout.Version.read(window, at: start) >> 4 == 6 else {
      return .rejected(.badHeader)
    }
    let first = start + IPv6Layout.byteCount
    let end = first + Int(IPv6Layout.PayloadLength.read(window, at: start))
    let next = IPv6Layout.NextHeader.read(window, at: start)
    switch skipExtensions(bytes, first, end, next) {
    case .ended(let content):
      return content
    case .transport(let position):
      return udp(
        bytes, position, end,
        source: IPAddress(
          v6High: IPv6Layout.SourceHigh.read(window, at: start),
          low: IPv6Layout.SourceLow.read(window, at: start)),
        destination: IPAddress(
          v6High: IPv6Layout.DestinationHigh.read(window, at: start),
          low: IPv6Layout.DestinationLow.read(window, at: start)))
    }
  }

  private enum Extensions {
    case transport(Int)
    case ended(PacketContent)
  }

  /// Walks the extension headers until UDP or something that is not for us.
  private static func skipExtensions(
    _ bytes: PacketBytes, _ start: Int, _ end: Int, _ first: UInt8
  ) -> Extensions {
    typealias Layout = IPv6ExtensionLayout
    var next = first
    var position = start
    for _ in 0...CaptureLimits.extensionHeaders {
      switch next {
      case Layout.hopByHop, Layout.routing, Layout.destination, Layout.fragment: break
      case 17: return .transport(position)
      default: return .ended(.other(TransportKind(rawValue: UInt16(next))))
      }
      guard position + Layout.byteCount <= end else { return .ended(.rejected(.badLength)) }
      guard bytes.has(Layout.byteCount, at: position) else {
        return .ended(.rejected(.truncated))
      }
      let isFragmentHeader = next == Layout.fragment
      if isFragmentHeader,
        Layout.FragmentOffset.read(bytes.window, at: position) & Layout.fragmentMask != 0
      {
        return .ended(.other(.fragment))
      }
      next = Layout.NextHeader.read(bytes.window, at: position)
      // The second byte of a fragment header is reserved; its size is fixed.
      let units = isFragmentHeader ? 0 : Int(Layout.Length.read(bytes.window, at: position))
      position += Layout.byteCount + units * 8
    }
    return .ended(.rejected(.oversized))
  }

  private static func udp(
    _ bytes: PacketBytes, _ start: Int, _ end: Int, source: IPAddress, destination: IPAddress
  ) -> Self {
    guard start + UDPLayout.byteCount <= end else { return .rejected(.badLength) }
    guard bytes.has(UDPLayout.byteCount, at: start) else { return .rejected(.truncated) }
    let length = Int(UDPLayout.Length.read(bytes.window, at: start))
    guard length >= UDPLayout.byteCount, start + length <= end else {
      return .rejected(.badLength)
    }
    guard bytes.has(length, at: start) else { return .rejected(.truncated) }
    return .udp(
      UDPDatagram(
        source: SocketAddress(
          source, port: UDPLayout.SourcePort.read(bytes.window, at: start)),
        destination: SocketAddress(
          destination, port: UDPLayout.DestinationPort.read(bytes.window, at: start)),
        start: start + UDPLayout.byteCount, byteCount: length - UDPLayout.byteCount))
  }
}

/// A window together with the end of the packet that is looked at.
private struct PacketBytes: ~Escapable {
  let window: RawSpan
  let end: Int

  @_lifetime(copy window)
  init(window: RawSpan, end: Int) {
    self.window = window
    self.end = end
  }

  func has(_ byteCount: Int, at position: Int) -> Bool { position + byteCount <= end }
}

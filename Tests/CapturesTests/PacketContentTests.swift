import Captures
import TestSupport
import Testing
import Wire

@Suite struct PacketContentTests {
  static let payload: [UInt8] = [0xAA, 0xBB, 0xCC]

  /// UDP 1000 → 2000 with the payload.
  static func udp(length: UInt16? = nil) -> [UInt8] {
    var builder = ByteBuilder(isBigEndian: true)
    for value in [1_000, 2_000, length ?? UInt16(8 + payload.count), 0] as [UInt16] {
      builder.add(value)
    }
    return builder.bytes + payload
  }

  static func ipv4(
    _ body: [UInt8], options: [UInt8] = [], transport: UInt8 = 17, fragment: UInt16 = 0,
    total: UInt16? = nil
  ) -> [UInt8] {
    var builder = ByteBuilder(isBigEndian: true)
    builder.add(UInt8(0x45 + options.count / 4))
    builder.add(0 as UInt8)
    builder.add(total ?? UInt16(20 + options.count + body.count))
    builder.add(0 as UInt16)
    builder.add(fragment)
    builder.add(raw: [64, transport, 0, 0, 10, 0, 0, 1, 239, 1, 2, 3])
    return builder.bytes + options + body
  }

  static func ipv6(_ body: [UInt8], next: UInt8 = 17, length: UInt16? = nil) -> [UInt8] {
    var builder = ByteBuilder(isBigEndian: true)
    builder.add(0x6000_0000 as UInt32)
    builder.add(length ?? UInt16(body.count))
    builder.add(raw: [next, 64])
    for low in [1, 2] as [UInt64] {
      builder.add(0xFE80_0000_0000_0000 as UInt64)
      builder.add(low)
    }
    return builder.bytes + body
  }

  static func ethernet(_ type: [UInt16], _ body: [UInt8], padding: Int = 0) -> [UInt8] {
    var builder = ByteBuilder(isBigEndian: true)
    builder.add(raw: Array(repeating: 2, count: 12))
    for (index, each) in type.enumerated() {
      if index > 0 { builder.add(100 as UInt16) }
      builder.add(each)
    }
    return builder.bytes + body + Array(repeating: 0, count: padding)
  }

  static let v4Source = SocketAddress(IPAddress(v4: 0x0A00_0001), port: 1_000)
  static let v4Destination = SocketAddress(IPAddress(v4: 0xEF01_0203), port: 2_000)

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let link: LinkType
    let packet: [UInt8]

    init(_ name: String, _ link: LinkType, _ packet: [UInt8]) {
      testDescription = name
      self.link = link
      self.packet = packet
    }
  }

  static let hopByHop: [UInt8] = [60, 0, 0, 0, 0, 0, 0, 0]
  static let destinationOptions: [UInt8] = [44, 1] + Array(repeating: 0, count: 14)
  static let wholeFragment: [UInt8] = [43, 99, 0, 0, 0, 0, 0, 1]
  static let routing: [UInt8] = [17, 0, 0, 0, 0, 0, 0, 0]

  static let datagrams: [Case] = [
    Case("ethernet", .ethernet, ethernet([0x0800], ipv4(udp()))),
    Case("padded ethernet", .ethernet, ethernet([0x0800], ipv4(udp()), padding: 15)),
    Case("802.1Q", .ethernet, ethernet([0x8100, 0x0800], ipv4(udp()))),
    Case("802.1ad", .ethernet, ethernet([0x88A8, 0x8100, 0x0800], ipv4(udp()))),
    Case("QinQ", .ethernet, ethernet([0x9100, 0x9200, 0x8100, 0x86DD], ipv6(udp()))),
    Case(
      "eight tags", .ethernet,
      ethernet(Array(repeating: 0x8100, count: 8) + [0x0800], ipv4(udp()))),
    Case("options", .rawIP, ipv4(udp(), options: Array(repeating: 1, count: 40))),
    Case("raw 4", .rawIP, ipv4(udp())), Case("raw 6", .rawIP, ipv6(udp())),
    Case("raw 12", .raw12, ipv4(udp())), Case("raw 14", .raw14, ipv6(udp())),
    Case("228", .ipv4, ipv4(udp())), Case("229", .ipv6, ipv6(udp())),
    Case("SLL", .linuxSLL, Array(repeating: 0, count: 14) + [8, 0] + ipv4(udp())),
    Case(
      "SLL with a tag", .linuxSLL,
      Array(repeating: 0, count: 14) + [0x81, 0, 0, 5, 0x86, 0xDD] + ipv6(udp())),
    Case("SLL2", .linuxSLL2, [8, 0] + Array(repeating: 0, count: 18) + ipv4(udp())),
    Case("null, little", .null, [2, 0, 0, 0] + ipv4(udp())),
    Case("null, big", .null, [0, 0, 0, 2] + ipv4(udp())),
    Case("null, Darwin", .null, [30, 0, 0, 0] + ipv6(udp())),
    Case("loop", .loop, [0, 0, 0, 24] + ipv6(udp())),
    Case(
      "extension headers", .ipv6,
      ipv6(hopByHop + destinationOptions + wholeFragment + routing + udp(), next: 0)),
    Case("don't fragment", .ipv4, ipv4(udp(), fragment: 0x4000)),
  ]

  @Test(arguments: datagrams)
  func findsTheDatagram(_ example: Case) {
    guard case .udp(let found) = content(example.packet, example.link) else {
      Issue.record("not a datagram: \(content(example.packet, example.link))")
      return
    }
    #expect(Array(example.packet[found.range]) == Self.payload)
    #expect(found.source.port == 1_000 && found.destination.port == 2_000)
    if found.source.address.isV6 {
      #expect(found.source.description == "[fe80::1]:1000")
      #expect(found.destination.description == "[fe80::2]:2000")
    } else {
      #expect(found.source == Self.v4Source)
      #expect(found.destination == Self.v4Destination)
    }
  }

  /// The same packets, cut before their last byte or anywhere else, are rejections and not
  /// datagrams.
  @Test(arguments: datagrams)
  func cutPacketsAreRejected(_ example: Case) {
    let padding = example.testDescription == "padded ethernet" ? 15 : 0
    for count in 0..<(example.packet.count - padding) {
      let found = content(Array(example.packet.prefix(count)), example.link)
      #expect(found == .rejected(.truncated), "\(count) bytes: \(found)")
    }
  }

  static let others: [(String, LinkType, [UInt8], PacketContent)] = [
    ("tcp", .ipv4, ipv4(udp(), transport: 6), .other(.tcp)),
    ("igmp", .ipv4, ipv4(udp(), transport: 2), .other(.igmp)),
    ("tcp 6", .ipv6, ipv6(udp(), next: 6), .other(.tcp)),
    ("first fragment", .ipv4, ipv4(udp(), fragment: 0x2000), .other(.fragment)),
    ("last fragment", .ipv4, ipv4(udp(), fragment: 0x0001), .other(.fragment)),
    ("fragment 6", .ipv6, ipv6([17, 0, 0, 1, 0, 0, 0, 1] + udp(), next: 44), .other(.fragment)),
    ("arp", .ethernet, ethernet([0x0806], udp()), .other(.notIP)),
    ("802.3", .ethernet, ethernet([0x0026], udp()), .other(.notIP)),
    ("loopback of IPX", .null, [23, 0, 0, 0] + udp(), .other(.notIP)),
    ("no link", LinkType(rawValue: 147), udp(), .rejected(.unknownLink)),
    ("version 5", .rawIP, [0x55] + udp(), .rejected(.badHeader)),
    ("version 6 in 4", .ipv4, ipv6(udp()), .rejected(.badHeader)),
    ("version 4 in 6", .ipv6, ipv4(udp()) + udp() + udp(), .rejected(.badHeader)),
    ("header of 16", .ipv4, [0x44] + ipv4(udp()).dropFirst(), .rejected(.badLength)),
    ("total of 19", .ipv4, ipv4(udp(), total: 19), .rejected(.badLength)),
    ("total too small", .ipv4, ipv4(udp(), total: 30), .rejected(.badLength)),
    // The UDP header says where the payload ends; what the IP header claims beyond is not needed.
    ("total too large", .ipv4, ipv4(udp(), total: 99), .udp(expectedDatagram)),
    ("udp of 7", .ipv4, ipv4(udp(length: 7)), .rejected(.badLength)),
    ("udp of 0", .ipv4, ipv4(udp(length: 0)), .rejected(.badLength)),
    ("udp beyond ip", .ipv4, ipv4(udp(length: 12)), .rejected(.badLength)),
    ("payload of 0", .ipv6, ipv6(udp(), length: 0), .rejected(.badLength)),
    (
      "extension beyond", .ipv6, ipv6([17, 9, 0, 0, 0, 0, 0, 0] + udp(), next: 0),
      .rejected(.badLength)
    ),
    (
      "nine tags", .ethernet,
      ethernet(Array(repeating: 0x8100, count: 9) + [0x0800], ipv4(udp())), .rejected(.oversized)
    ),
    (
      "nine extensions", .ipv6,
      ipv6(
        Array(repeating: [0, 0, 0, 0, 0, 0, 0, 0], count: 9).flatMap { $0 } + udp(), next: 0),
      .rejected(.oversized)
    ),
  ]

  @Test(arguments: others.indices)
  func everythingElseHasItsReason(_ index: Int) {
    let (name, link, packet, expected) = Self.others[index]
    #expect(content(packet, link) == expected, "\(name)")
  }

  static let expectedDatagram = UDPDatagram(
    source: v4Source, destination: v4Destination, start: 28, byteCount: 3)

  @Test func reasonsToCount() {
    #expect(PacketContent.udp(Self.expectedDatagram).rejectReason == nil)
    #expect(PacketContent.other(.tcp).rejectReason == .notUDP)
    #expect(PacketContent.rejected(.truncated).rejectReason == .truncated)
  }
}

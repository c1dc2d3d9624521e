import Captures
import TestSupport
import Testing
import Wire

/// Bytes that were cut off or changed never trap, never loop, and never yield bytes outside.
@Suite struct HostileCaptureTests {
  static func datagram(_ payload: [UInt8], v6: Bool = false) -> [UInt8] {
    let address = v6 ? IPAddress.loopbackV6 : IPAddress.loopbackV4
    var output: [UInt8] = []
    PcapEncoder().append(
      timestampNanos: 1, source: SocketAddress(address, port: 1),
      destination: SocketAddress(address, port: 2), payload: payload.rawSpan, to: &output)
    return Array(output.dropFirst(16))
  }

  static let captures: [[UInt8]] = {
    var classic = PcapBytes()
    classic.add(seconds: 1, fraction: 2, datagram([1, 2, 3]))
    classic.add(seconds: 1, fraction: 3, datagram([4], v6: true))
    classic.add(seconds: 1, fraction: 4, [])
    var modern = PcapngBytes(isBigEndian: true)
    modern.addInterface(resolution: 9, offsetSeconds: 1)
    modern.addEnhanced(units: 1, datagram([1, 2, 3]))
    modern.addSimple(datagram([4], v6: true))
    modern.addObsolete(units: 1, datagram([5]))
    return [classic.bytes, modern.bytes]
  }()

  /// Reads all packets and takes their headers off; the number of packets.
  @discardableResult
  static func walk(_ bytes: [UInt8]) -> Int {
    let found = readAll(bytes)
    for packet in found.packets {
      let parsed = PacketContent(packet.view, in: bytes.rawSpan)
      if case .udp(let datagram) = parsed {
        #expect(datagram.start >= packet.view.start)
        #expect(datagram.range.upperBound <= packet.view.range.upperBound)
      }
    }
    return found.packets.count
  }

  @Test(arguments: captures)
  func cutAtEveryByte(_ bytes: [UInt8]) {
    let all = Self.walk(bytes)
    #expect(all == 3)
    var last = 0
    for count in 0...bytes.count {
      let packets = Self.walk(Array(bytes.prefix(count)))
      #expect(packets >= last && packets <= last + 1)
      last = packets
    }
    #expect(last == all)
  }

  @Test(arguments: captures)
  func everyByteChanged(_ bytes: [UInt8]) {
    for index in bytes.indices {
      for change: UInt8 in [0x01, 0x80, 0xFF, 0x10] {
        var changed = bytes
        changed[index] ^= change
        #expect(Self.walk(changed) <= 4)
      }
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func manyBytesChanged(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for round in 0..<3_000 {
      var bytes = Self.captures[round & 1]
      for _ in 0...(generator.next() % 6) {
        bytes[Int(generator.next() % UInt64(bytes.count))] =
          UInt8(truncatingIfNeeded: generator.boundaryValue())
      }
      #expect(Self.walk(bytes) <= 40, "seed \(seed), round \(round)")
    }
  }

  @Test(arguments: [
    LinkType.ethernet, .rawIP, .ipv4, .ipv6, .linuxSLL, .linuxSLL2, .null, .loop,
    LinkType(rawValue: 999),
  ])
  func anyBytesOfAnyLink(_ link: LinkType) {
    var generator = SeededGenerator(seed: UInt64(link.rawValue) + 7)
    for _ in 0..<5_000 {
      var packet = (0..<Int(generator.next() % 90)).map { _ in
        UInt8(truncatingIfNeeded: generator.boundaryValue())
      }
      // Half of them look like IP, so that the deeper headers are met.
      if generator.next() & 1 == 0, let index = packet.indices.first {
        packet[index] = generator.next() & 1 == 0 ? 0x45 : 0x60
      }
      if case .udp(let datagram) = content(packet, link) {
        #expect(datagram.start >= 8 && datagram.range.upperBound <= packet.count)
      }
    }
  }
}

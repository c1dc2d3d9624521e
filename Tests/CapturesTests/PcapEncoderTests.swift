import Captures
import TestSupport
import Testing
import Wire

/// What is written must be right for other tools too, so the headers are checked by hand here.
@Suite struct PcapEncoderTests {
  /// Ones' complement sum; all ones over data that includes its own right checksum (RFC 1071).
  static func sum(_ bytes: [UInt8]) -> UInt32 {
    var total: UInt32 = 0
    for (index, byte) in bytes.enumerated() {
      total += index.isMultiple(of: 2) ? UInt32(byte) << 8 : UInt32(byte)
    }
    while total > 0xFFFF { total = total >> 16 + total & 0xFFFF }
    return total
  }

  static func frame(_ source: IPAddress, _ destination: IPAddress, _ count: Int) -> [UInt8] {
    var output: [UInt8] = []
    let payload = (0..<count).map { UInt8($0 & 255) }
    PcapEncoder().append(
      timestampNanos: 0, source: SocketAddress(source, port: 0x1234),
      destination: SocketAddress(destination, port: 0x5678),
      payload: payload.rawSpan, to: &output)
    return Array(output.dropFirst(16))
  }

  @Test(arguments: [0, 1, 2, 17, 18, 19, 1_400, 65_000])
  func checksumsOfIPv4(_ count: Int) {
    let frame = Self.frame(IPAddress(v4: 0x0A01_0203), IPAddress(v4: 0xEFFF_8102), count)
    #expect(frame.count == max(60, 42 + count))
    #expect(Array(frame[..<14]) == [1, 0, 0x5E, 0x7F, 0x81, 2, 2, 0, 0, 0, 0, 1, 8, 0])
    #expect(Self.sum(Array(frame[14..<34])) == 0xFFFF)
    let udp = Array(frame[34..<(42 + count)])
    let pseudo = frame[26..<34] + [0, 17, UInt8((8 + count) >> 8), UInt8((8 + count) & 255)]
    #expect(Self.sum(pseudo + udp) == 0xFFFF)
  }

  @Test(arguments: [0, 1, 2, 1_400])
  func checksumsOfIPv6(_ count: Int) {
    let group = IPAddress(v6High: 0xFF15 << 48, low: 0x0102_0304)
    let frame = Self.frame(.loopbackV6, group, count)
    #expect(Array(frame[..<6]) == [0x33, 0x33, 1, 2, 3, 4])
    let udp = Array(frame[54..<(62 + count)])
    let pseudo = frame[22..<54] + [0, 17, UInt8((8 + count) >> 8), UInt8((8 + count) & 255)]
    #expect(Self.sum(pseudo + udp) == 0xFFFF)
  }

  @Test func headerIsLittleEndianNanoseconds() {
    var output: [UInt8] = []
    PcapEncoder(link: .rawIP).appendHeader(to: &output)
    #expect(output.count == 24)
    #expect(Array(output[..<8]) == [0x4D, 0x3C, 0xB2, 0xA1, 2, 0, 4, 0])
    #expect(Array(output[16...]) == [0, 0, 4, 0, 101, 0, 0, 0])
  }
}

import Captures
import TestSupport
import Testing
import Wire

@Suite struct PacketReaderTests {
  static let first: [UInt8] = [1, 2, 3, 4, 5]
  static let second: [UInt8] = [6, 7, 8]

  @Test(arguments: [false, true], [false, true])
  func classicPcap(_ isBigEndian: Bool, _ isNanos: Bool) {
    var capture = PcapBytes(isBigEndian: isBigEndian, isNanos: isNanos, link: .linuxSLL2)
    capture.add(seconds: 1_600_000_000, fraction: 999_999, Self.first)
    capture.add(seconds: 1_600_000_001, fraction: 1, Self.second)
    let found = readAll(capture.bytes)
    #expect(found.packets.map(\.bytes) == [Self.first, Self.second])
    let unit: UInt64 = isNanos ? 1 : 1_000
    #expect(
      found.packets.map(\.view.timestampNanos)
        == [1_600_000_000_000_000_000 + 999_999 * unit, 1_600_000_001_000_000_000 + unit])
    #expect(found.packets.allSatisfy { $0.view.link == .linuxSLL2 && $0.view.interface == 0 })
    #expect(found.packets.map(\.view.originalByteCount) == [9, 7])
    #expect(found.end == .more(16))
  }

  /// The upper half of the link field tells of a frame check sequence and is not part of the type.
  @Test func linkTypeIsTheLowerHalf() {
    var capture = PcapBytes()
    capture.builder.bytes.replaceSubrange(20..<24, with: [1, 0, 0, 0x24])
    capture.add(seconds: 1, fraction: 0, Self.first)
    #expect(readAll(capture.bytes).packets.first?.view.link == .ethernet)
  }

  @Test func farTimesDoNotOverflow() {
    var capture = PcapBytes()
    capture.add(seconds: .max, fraction: .max, Self.first)
    #expect(
      readAll(capture.bytes).packets.first?.view.timestampNanos
        == 4_294_967_295_000_000_000 + 4_294_967_295_000)
  }

  @Test func aCorruptLengthStopsTheReading() {
    var capture = PcapBytes()
    capture.add(seconds: 1, fraction: 0, Self.first)
    capture.add(seconds: 2, fraction: 0, Self.second, captured: 262_145)
    let found = readAll(capture.bytes)
    #expect(found.packets.count == 1)
    #expect(found.end == .stop(.badCapture))
  }

  @Test func foreignBytesAreNotACapture() {
    #expect(readAll([]).end == .more(4))
    #expect(readAll([0xD4, 0xC3, 0xB2]).end == .more(4))
    #expect(readAll([0, 12, 0x53, 0]).end == .stop(.badCapture))
    // A version that does not exist.
    #expect(
      readAll([0xD4, 0xC3, 0xB2, 0xA1, 9] + Array(repeating: 0, count: 30)).end
        == .stop(.badCapture))
  }

  @Test(arguments: [false, true])
  func everyBlockOfPcapng(_ isBigEndian: Bool) {
    var capture = PcapngBytes(isBigEndian: isBigEndian)
    capture.addInterface(.ethernet)
    capture.addInterface(.rawIP, snapshot: 2, resolution: 9)
    // A name resolution block, which nobody needs.
    capture.addBlock(4) { $0.add(0 as UInt32) }
    capture.addEnhanced(units: 1_600_000_000_000_001, Self.first)
    capture.addEnhanced(interface: 1, units: 1_600_000_000_000_000_007, Self.second)
    capture.addObsolete(interface: 1, units: 9, Self.second)
    capture.addSimple(Self.first)
    let found = readAll(capture.bytes)
    #expect(found.packets.map(\.bytes) == [Self.first, Self.second, Self.second, Self.first])
    #expect(
      found.packets.map(\.view.timestampNanos)
        == [1_600_000_000_000_001_000, 1_600_000_000_000_000_007, 9, 0])
    #expect(found.packets.map(\.view.link) == [.ethernet, .rawIP, .rawIP, .ethernet])
    #expect(found.packets.map(\.view.interface) == [0, 1, 1, 0])
    #expect(found.packets[0].view.originalByteCount == 9)
    #expect(found.rejected == 0)
    #expect(found.end == .more(12))
  }

  @Test func sectionsBeginAnew() {
    var capture = PcapngBytes()
    capture.addInterface(.rawIP)
    capture.addEnhanced(units: 1, Self.first)
    var other = PcapngBytes(isBigEndian: true)
    other.addInterface(.linuxSLL, resolution: 9)
    other.addEnhanced(units: 2, Self.second)
    // Interface 1 is of no section.
    other.addEnhanced(interface: 1, units: 2, Self.second)
    let found = readAll(capture.bytes + other.bytes)
    #expect(found.packets.map(\.view.link) == [.rawIP, .linuxSLL])
    #expect(found.packets.map(\.view.timestampNanos) == [1_000, 2])
    #expect(found.rejected == 1)
  }

  @Test func simplePacketsAreCutAtTheSnapshotLength() {
    var capture = PcapngBytes()
    capture.addInterface(snapshot: 3)
    capture.addSimple([1, 2, 3], original: 100)
    let found = readAll(capture.bytes)
    #expect(found.packets.map(\.bytes) == [[1, 2, 3]])
    #expect(found.packets.first?.view.originalByteCount == 100)
  }

  /// if_tsresol and if_tsoffset: what one number of units becomes.
  @Test(
    arguments: [
      (nil, nil, 1_234_567, 1_234_567_000),
      (0, nil, 5, 5_000_000_000),
      (3, nil, 1_001, 1_001_000_000),
      (9, nil, 77, 77),
      (12, nil, 7_999, 7),
      (27, nil, .max, 18),
      (127, nil, .max, 1),
      (0x80 | 10, nil, 1_024, 1_000_000_000),
      (0x80 | 32, nil, 1 << 31, 500_000_000),
      (0x80 | 127, nil, .max, 0),
      (9, 10, 5, 10_000_000_005),
      (9, -10, 5, 0),
      (9, -10, 10_000_000_005, 5),
      (0, .max, 5, .max),
      (0, nil, .max, .max),
    ] as [(UInt8?, Int64?, UInt64, UInt64)])
  func clocks(_ resolution: UInt8?, _ offset: Int64?, _ units: UInt64, _ nanos: UInt64) {
    var capture = PcapngBytes()
    capture.addInterface(resolution: resolution, offsetSeconds: offset)
    capture.addEnhanced(units: units, Self.first)
    #expect(readAll(capture.bytes).packets.first?.view.timestampNanos == nanos)
  }

  @Test func badContentOfASoundBlockIsSkipped() {
    var capture = PcapngBytes()
    capture.addInterface()
    capture.addEnhanced(units: 1, Self.first, captured: 9)
    capture.addEnhanced(units: 1, Self.first, captured: .max)
    capture.addBlock(6) { $0.add(0 as UInt32) }
    capture.addEnhanced(units: 1, Self.second)
    let found = readAll(capture.bytes)
    #expect(found.packets.map(\.bytes) == [Self.second])
    #expect(found.rejected == 3)
  }

  @Test(arguments: [(4, 11), (4, 0), (4, 13), (24, 24)])
  func aBlockLengthThatCannotBeTrueStops(_ offset: Int, _ length: UInt8) {
    var bytes = PcapngBytes().bytes
    bytes[offset] = length
    #expect(readAll(bytes).end == .stop(.badCapture))
  }

  /// A block that nobody needs may be of any length, also beyond what is held in memory.
  @Test func longUnknownBlocksAreSkippedUnseen() {
    var bytes = PcapngBytes().bytes
    let position = bytes.count
    bytes += [0x0F, 0, 0, 0, 0, 0, 0, 0x7F, 0, 0, 0, 0]
    var reader = PacketReader()
    #expect(reader.next(in: bytes.rawSpan, from: 0) == .skip(to: position))
    #expect(reader.next(in: bytes.rawSpan, from: position) == .skip(to: position + 0x7F00_0000))
    #expect(reader.ignoredBlocks == 1)
  }
}

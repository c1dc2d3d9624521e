import Captures
import Foundation
import TestSupport
import Wire

/// Numbers in a chosen byte order, for captures made up in tests.
struct ByteBuilder {
  let isBigEndian: Bool
  var bytes: [UInt8] = []

  init(isBigEndian: Bool = false) { self.isBigEndian = isBigEndian }

  mutating func add(_ value: some FixedWidthInteger) {
    let shifts = stride(from: 0, to: value.bitWidth, by: 8)
    for shift in isBigEndian ? Array(shifts.reversed()) : Array(shifts) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func add(raw: [UInt8]) { bytes += raw }
}

/// Classic pcap.
struct PcapBytes {
  var builder: ByteBuilder

  init(isBigEndian: Bool = false, isNanos: Bool = false, link: LinkType = .ethernet) {
    builder = ByteBuilder(isBigEndian: isBigEndian)
    builder.add(isNanos ? 0xA1B2_3C4D : 0xA1B2_C3D4 as UInt32)
    builder.add(2 as UInt16)
    builder.add(4 as UInt16)
    builder.add(0 as UInt64)
    builder.add(65_535 as UInt32)
    builder.add(UInt32(link.rawValue))
  }

  mutating func add(
    seconds: UInt32, fraction: UInt32, _ packet: [UInt8], captured: UInt32? = nil
  ) {
    builder.add(seconds)
    builder.add(fraction)
    builder.add(captured ?? UInt32(packet.count))
    builder.add(UInt32(packet.count + 4))
    builder.add(raw: packet)
  }

  var bytes: [UInt8] { builder.bytes }
}

/// pcapng, block by block.
struct PcapngBytes {
  var builder: ByteBuilder

  init(isBigEndian: Bool = false) {
    builder = ByteBuilder(isBigEndian: isBigEndian)
    addSection()
  }

  mutating func addSection() {
    addBlock(0x0A0D_0D0A) { body in
      body.add(0x1A2B_3C4D as UInt32)
      body.add(1 as UInt16)
      body.add(0 as UInt16)
      body.add(UInt64.max)
    }
  }

  mutating func addInterface(
    _ link: LinkType = .ethernet, snapshot: UInt32 = 0, resolution: UInt8? = nil,
    offsetSeconds: Int64? = nil
  ) {
    addBlock(1) { body in
      body.add(link.rawValue)
      body.add(0 as UInt16)
      body.add(snapshot)
      if let resolution {
        body.add(9 as UInt16)
        body.add(1 as UInt16)
        body.add(raw: [resolution, 0, 0, 0])
      }
      if let offsetSeconds {
        body.add(14 as UInt16)
        body.add(8 as UInt16)
        body.add(offsetSeconds)
      }
      body.add(0 as UInt32)
    }
  }

  mutating func addEnhanced(
    interface: UInt32 = 0, units: UInt64, _ packet: [UInt8], captured: UInt32? = nil
  ) {
    addBlock(6) { body in
      body.add(interface)
      body.add(UInt32(truncatingIfNeeded: units >> 32))
      body.add(UInt32(truncatingIfNeeded: units))
      body.add(captured ?? UInt32(packet.count))
      body.add(UInt32(packet.count + 4))
      body.add(raw: Self.padded(packet))
    }
  }

  mutating func addObsolete(interface: UInt16 = 0, units: UInt64, _ packet: [UInt8]) {
    addBlock(2) { body in
      body.add(interface)
      body.add(7 as UInt16)
      body.add(UInt32(truncatingIfNeeded: units >> 32))
      body.add(UInt32(truncatingIfNeeded: units))
      body.add(UInt32(packet.count))
      body.add(UInt32(packet.count))
      body.add(raw: Self.padded(packet))
    }
  }

  mutating func addSimple(_ packet: [UInt8], original: Int? = nil) {
    addBlock(3) { body in
      body.add(UInt32(original ?? packet.count))
      body.add(raw: Self.padded(packet))
    }
  }

  mutating func addBlock(_ type: UInt32, _ fill: (inout ByteBuilder) -> Void) {
    var body = ByteBuilder(isBigEndian: builder.isBigEndian)
    fill(&body)
    let total = UInt32(body.bytes.count + 12)
    builder.add(type)
    builder.add(total)
    builder.add(raw: body.bytes)
    builder.add(total)
  }

  static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: -bytes.count & 3)
  }

  var bytes: [UInt8] { builder.bytes }
}

/// A packet with a copy of its bytes.
struct FoundPacket: Equatable {
  let view: PacketView
  let bytes: [UInt8]
}

/// Everything that a reader finds in `bytes`, and the answer at which it stood still.
func readAll(_ bytes: [UInt8]) -> (packets: [FoundPacket], end: PacketStep, rejected: UInt64) {
  var reader = PacketReader()
  var position = 0
  var packets: [FoundPacket] = []
  while true {
    let step = reader.next(in: bytes.rawSpan, from: position)
    switch step {
    case .packet(let view):
      precondition(view.recordEnd > position && view.range.upperBound <= bytes.count)
      packets.append(FoundPacket(view: view, bytes: Array(bytes[view.range])))
      position = view.recordEnd
    case .skip(let next):
      precondition(next > position)
      position = next
    case .more, .stop:
      return (packets, step, reader.rejectedRecords)
    }
  }
}

/// The content of a single packet of `link`.
func content(_ packet: [UInt8], _ link: LinkType) -> PacketContent {
  let view = PacketView(
    timestampNanos: 0, start: 0, byteCount: packet.count, originalByteCount: packet.count,
    link: link, interface: 0, recordEnd: packet.count)
  return PacketContent(view, in: packet.rawSpan)
}

/// A file of its own for the time of `body`.
func withTemporaryFile<Result>(
  _ contents: [UInt8], _ body: (String) throws -> Result
) throws -> Result {
  let url = FileManager.default.temporaryDirectory
    .appending(path: "millrace-captures-\(UUID().uuidString)")
  try Data(contents).write(to: url)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.path)
}

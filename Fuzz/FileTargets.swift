import Captures
import Records

/// Captures: the reader moves forward, and its packets lie in the bytes.
enum PcapTarget {
  @Sendable static func run(_ bytes: [UInt8]) {
    var reader = PacketReader()
    var position = 0
    while position <= bytes.count {
      switch reader.next(in: rawBytes(of: bytes), from: position) {
      case .packet(let packet):
        demand(packet.start >= position, "a packet begins behind its record")
        demand(packet.start + packet.byteCount <= bytes.count, "a packet lies in the bytes")
        demand(packet.recordEnd > position, "the reader moves forward")
        look(packet, in: bytes)
        position = packet.recordEnd
      case .skip(let next):
        demand(next > position, "the reader moves forward")
        position = next
      case .more(let count):
        demand(count > bytes.count - position, "more is more than there is")
        return
      case .stop: return
      }
    }
  }

  private static func look(_ packet: PacketView, in bytes: [UInt8]) {
    guard case .udp(let datagram) = PacketContent(packet, in: rawBytes(of: bytes)) else { return }
    demand(
      datagram.start >= packet.start
        && datagram.start + datagram.byteCount <= packet.start + packet.byteCount,
      "a datagram lies in its packet")
  }
}

/// DBN, plain or compressed: records have their layout's size, and print.
enum DBNTarget {
  @Sendable static func run(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let version = input.byte() & 3
    let stream = input.rest
    var decoder =
      version == 0 ? DBNDecoder() : DBNDecoder(fragmentVersion: version)
    decoder.feed(stream)
    var text: [UInt8] = []
    var records = 0
    do {
      reading: while true {
        switch try decoder.next() {
        case .needMore: break reading
        case .metadata: demand(decoder.metadata != nil, "metadata are there")
        case .unknown: records += 1
        case .record(let header):
          records += 1
          let size = RecordLayout.of(header.rtype, version: decoder.version)?.byteCount ?? .max
          demand(decoder.record.byteCount >= size, "a record has its layout's size")
          RecordText(form: .json, version: decoder.version).append(decoder.record, to: &text)
          text.removeAll(keepingCapacity: true)
        }
      }
    } catch {
      demand(!"\(error)".isEmpty, "an error says something")
    }
    demand(records == decoder.recordCount, "records are counted")
  }
}

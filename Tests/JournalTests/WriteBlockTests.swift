import Hashing
import Records
import TestSupport
import Testing
import Wire

@testable import Journal

/// Blocks give their records back, and their headers say what a naive walk finds.
struct WriteBlockTests {
  static let codecs = [
    "columnar", "columnar+lz4", "columnar+none", "none", "lz4", "lz4:-4", "lz4:9", "zstd:1",
    "zstd:3",
  ]

  @Test(arguments: codecs, [0, 1, 700])
  func recordsComeBack(_ name: String, _ amount: Int) throws {
    var made = MadeRecords(seed: 11)
    made.append(amount)
    var encoder = try BlockEncoder(try #require(JournalCodec(name: name)))
    var output = ByteBuffer()
    output.append(value: UInt32(7))
    var place = BlockHeader()
    (place.segmentID, place.number, place.firstRecord) = (5, 6, 7)
    let header = try encoder.append(
      made.bytes.rawSpan, recordCount: made.count, place: place, to: &output)
    let read = BlockHeader(output.bytes, at: 4)
    #expect(read == header)
    #expect(header.segmentID == 5 && header.number == 6 && header.firstRecord == 7)
    #expect(output.count == 4 + header.totalBytes)
    let payload = (4 + header.headerBytes)..<output.count
    var decoder = BlockDecoder()
    var back = ByteBuffer()
    try decoder.appendRecords(of: output.bytes.extracting(payload), header: header, to: &back)
    let returned = bytes(of: back)
    #expect(returned == made.bytes)
    checkRanges(header, of: made)
    for id in UInt32(0)..<2000 {
      let map = output.bytes.extracting((4 + 128)..<(4 + header.headerBytes))
      let may = InstrumentSet.mayHold(id, map: map)
      #expect(may || !Self.instruments(made).contains(id))
      if amount == 700, id < 300 { #expect(may == Self.instruments(made).contains(id)) }
    }
  }

  private static func instruments(_ made: MadeRecords) -> Set<UInt32> {
    var found: Set<UInt32> = []
    var at = 0
    while let header = RecordHeader(copying: made.bytes.rawSpan, at: at) {
      found.insert(header.instrumentID)
      at += header.byteCount
    }
    return found
  }

  private func checkRanges(_ header: BlockHeader, of made: MadeRecords) {
    var (recv, event, sequences): ([UInt64], [UInt64], [UInt64]) = ([], [], [])
    var at = 0
    let bytes = made.bytes.rawSpan
    while let head = RecordHeader(copying: bytes, at: at) {
      if head.tsEvent != .max { event.append(head.tsEvent) }
      if let offset = head.rtype.receiveTimeOffset {
        let time = bytes.uncheckedLE(UInt64.self, at: at + offset)
        if time != .max { recv.append(time) }
      }
      if let offset = head.rtype.sequenceOffset {
        sequences.append(UInt64(bytes.uncheckedLE(UInt32.self, at: at + offset)))
      }
      at += head.byteCount
    }
    #expect(header.recordCount == made.count)
    #expect(Int(header.rawBytes) == made.bytes.count)
    #expect(header.hasReceiveTimes == !recv.isEmpty)
    #expect(header.minTsRecv == recv.min() ?? 0 && header.maxTsRecv == recv.max() ?? 0)
    #expect(header.minTsEvent == event.min() ?? .max && header.maxTsEvent == event.max() ?? 0)
    #expect(header.hasSequences == !sequences.isEmpty)
    #expect(header.minSequence == sequences.min() ?? 0)
    #expect(header.maxSequence == sequences.max() ?? 0)
  }

  @Test func mapsKeepTheirPromiseForLargeIds() throws {
    var generator = SeededGenerator(seed: 3)
    for members in [1, 9, 200, 3_000] {
      var set = InstrumentSet()
      let ids = (0..<members).map { _ in UInt32(truncatingIfNeeded: generator.next()) }
      for id in ids { set.insert(id) }
      var map = ByteBuffer()
      let size = set.fold(blockBytes: 1 << 24, into: &map)
      #expect(size == map.count && size & (size - 1) == 0 && size >= 8)
      for id in ids {
        let may = InstrumentSet.mayHold(id, map: map.bytes)
        #expect(may, "seed 3: \(id)")
      }
      let others = (0..<10_000).filter { _ in
        InstrumentSet.mayHold(UInt32(truncatingIfNeeded: generator.next()), map: map.bytes)
      }
      #expect(others.count < 2_500, "the map of \(members) says too often that it may")
    }
  }

  @Test(arguments: ["short", "length 0", "length 12", "cut", "type's layout", "count"])
  func whatIsNoRecordIsRefused(_ fault: String) throws {
    var made = MadeRecords(seed: 4)
    made.append(50)
    var damaged = made.bytes
    var count = made.count
    switch fault {
    case "short": damaged += [4, 0xA0]
    case "length 0": damaged += [UInt8](repeating: 0, count: 16)
    case "length 12": damaged += [3] + [UInt8](repeating: 0, count: 15)
    case "cut": damaged += [14, 0xA0] + [UInt8](repeating: 0, count: 53)
    case "type's layout": damaged += [13, 0xA0] + [UInt8](repeating: 0, count: 50)
    default: count += 1
    }
    var encoder = try BlockEncoder(JournalCodec())
    var output = ByteBuffer()
    #expect(throws: JournalError.self) {
      _ = try encoder.append(
        damaged.rawSpan, recordCount: count, place: BlockHeader(), to: &output)
    }
    let left = output.count
    #expect(left == 0)
    // What was refused leaves no trace in the next block's map.
    var one = MadeRecords(seed: 5)
    one.append(1, instruments: 1)
    let header = try encoder.append(
      one.bytes.rawSpan, recordCount: 1, place: BlockHeader(), to: &output)
    let map = output.bytes.extracting(128..<header.headerBytes)
    let others = (1..<64).filter { InstrumentSet.mayHold(UInt32($0), map: map) }
    #expect(others.isEmpty)
  }

  @Test(arguments: ["lz4", "zstd:1", "none"])
  func damagedPayloadsAreNamed(_ name: String) throws {
    var made = MadeRecords(seed: 6)
    made.append(40)
    var encoder = try BlockEncoder(try #require(JournalCodec(name: name)))
    var output = ByteBuffer()
    var place = BlockHeader()
    place.number = 9
    let header = try encoder.append(
      made.bytes.rawSpan, recordCount: 40, place: place, to: &output)
    var stored = bytes(of: output)
    var decoder = BlockDecoder()
    var back = ByteBuffer()
    for index in stride(from: header.headerBytes, to: stored.count, by: 7) {
      stored[index] ^= 0x10
      let payload = Array(stored[header.headerBytes...])
      #expect(
        throws: JournalError.damaged(
          path: "x", block: 9, detail: "the payload's hash does not match")
      ) {
        try decoder.appendRecords(of: payload.rawSpan, header: header, path: "x", to: &back)
      }
      stored[index] ^= 0x10
    }
    let left = back.count
    #expect(left == 0)
  }
}

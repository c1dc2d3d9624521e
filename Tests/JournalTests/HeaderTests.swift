import Hashing
import Journal
import TestSupport
import Testing
import Wire

/// Headers go through their bytes unchanged, and no flipped bit passes for a header.
struct HeaderTests {
  static let block: BlockHeader = {
    var header = BlockHeader()
    header.segmentID = 0x1122_3344_5566_7788
    (header.number, header.firstRecord) = (7, 114_688)
    (header.recordCount, header.rawBytes, header.storedBytes) = (16_384, 917_504, 371_002)
    header.mapBytes = 16
    (header.minTsRecv, header.maxTsRecv) = (1_700_000_000_000_000_001, 1_700_000_000_900_000_000)
    (header.minSequence, header.maxSequence) = (12, 90_000)
    (header.minTsEvent, header.maxTsEvent) = (3, 4)
    (header.payload, header.coder) = (.columnar, .zstd)
    (header.isRepeated, header.hasSequences, header.hasReceiveTimes) = (true, true, false)
    header.payloadHash = .max - 1
    return header
  }()

  @Test func blockHeadersComeBack() {
    let map = [UInt8](0..<16)
    var buffer = ByteBuffer()
    Self.block.append(map: map.rawSpan, to: &buffer)
    #expect(buffer.count == 144)
    let read = BlockHeader(buffer.bytes)
    #expect(read == Self.block)
    for bit in 0..<(144 * 8) {
      var damaged = bytes(of: buffer)
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let found = BlockHeader(damaged.rawSpan)
      #expect(found == nil, "bit \(bit)")
    }
  }

  @Test func segmentHeadersComeBack() {
    var header = SegmentHeader()
    (header.segmentID, header.runID, header.createdNanos) = (1, 2, 3)
    (header.firstOrdinal, header.firstFrameHash, header.firstFrameBytes) = (4, 5, 6)
    (header.shard, header.shardCount, header.blockRecords, header.part) = (1, 2, 16_384, 3)
    header.codec = JournalCodec(payload: .dbn, coder: .lz4, level: 0)
    (header.dataset, header.instance) = ("XNAS.ITCH", "default")
    var buffer = ByteBuffer()
    header.append(to: &buffer)
    #expect(buffer.count == 256)
    let read = SegmentHeader(buffer.bytes)
    #expect(read == header)
    for bit in 0..<(256 * 8) {
      var damaged = bytes(of: buffer)
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let found = SegmentHeader(damaged.rawSpan)
      #expect(found == nil, "bit \(bit)")
    }
  }

  @Test(arguments: [
    ("none", "none"), ("lz4", "lz4"), ("zstd", "zstd:1"), ("zstd:3", "zstd:3"),
    ("columnar", "columnar+zstd:1"), ("columnar+lz4", "columnar+lz4"),
    ("columnar+zstd:9", "columnar+zstd:9"), ("columnar+none", "columnar+none"),
  ])
  func codecsHaveNames(_ name: String, _ wanted: String) {
    #expect(JournalCodec(name: name)?.name == wanted)
  }

  @Test(arguments: ["", "zstd:0", "zstd:20", "zstd:x", "gzip", "columnar+", "columnarx", "none:1"])
  func otherNamesAreRefused(_ name: String) {
    #expect(JournalCodec(name: name) == nil)
  }

  private func bytes(of buffer: borrowing ByteBuffer) -> [UInt8] {
    (0..<buffer.count).map { buffer.bytes.uncheckedByte(at: $0) }
  }
}

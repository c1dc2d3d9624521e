import Hashing
import Journal
import Records
import Wire

/// A whole journal segment: whatever the bytes are, the reader ends, gives out whole records only,
/// and gives the same ones again.
///
/// The first byte says how the rest is taken: bit 0: a length and so many bytes of a plain file's
/// headers come first; bit 1: hashes are made right, so that what lies behind them is reached.
enum SegmentTarget {
  @Sendable static func run(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let mode = input.byte()
    var sidecar: [UInt8]?
    if mode & 1 != 0 {
      let length = Int(input.byte()) | Int(input.byte()) << 8
      sidecar = mended(input.take(length), mode)
    }
    let file = mended(input.rest, mode)
    guard let first = read(file, sidecar) else { return }
    demand(read(file, sidecar) == first, "the same bytes are read the same")
    check(file, sidecar)
    seek(file, sidecar)
  }

  /// What was read: a hash of each block's records, and what was found.
  private struct Reading: Equatable {
    var blocks: [UInt64] = []
    var findings: [JournalFinding] = []
  }

  private static func read(_ file: [UInt8], _ sidecar: [UInt8]?) -> Reading? {
    guard var reader = try? SegmentReader(name: "fuzz", bytes: file, sidecar: sidecar) else {
      return nil
    }
    var reading = Reading()
    var buffer = ByteBuffer()
    var blocks = 0
    while let block = next(&reader) {
      blocks += 1
      demand(blocks <= file.count + (sidecar?.count ?? 0), "a reader goes forward")
      buffer.removeAll()
      guard (try? reader.appendRecords(to: &buffer)) != nil else {
        demand(buffer.count == 0, "a damaged block gives nothing")
        demand(!reader.findings.isEmpty, "a damaged block is named")
        continue
      }
      demand(buffer.count == Int(block.rawBytes), "as many bytes as the header says")
      if block.payload == .dbn || block.payload == .columnar {
        demand(walk(buffer) == Int(block.recordCount), "as many records as the header says")
      }
      reading.blocks.append(ContentHash.hash(buffer.bytes))
    }
    reading.findings = reader.findings
    return reading
  }

  private static func next(_ reader: inout SegmentReader) -> BlockHeader? {
    do {
      return try reader.nextBlock()
    } catch {
      demand(false, "bytes in memory give no error: \(error)")
      return nil
    }
  }

  /// Whole records in the buffer, -1 where they do not end with it.
  private static func walk(_ buffer: borrowing ByteBuffer) -> Int {
    var at = 0
    var count = 0
    while let header = RecordHeader(copying: buffer.bytes, at: at), header.length >= 4 {
      at += header.byteCount
      count += 1
    }
    return at == buffer.count ? count : -1
  }

  private static func check(_ file: [UInt8], _ sidecar: [UInt8]?) {
    guard let reader = try? SegmentReader(name: "fuzz", bytes: file, sidecar: sidecar) else {
      return
    }
    var check = SegmentCheck(reader)
    while (try? check.step()) == true {}
    demand(check.bytesRead <= check.byteCount, "no more is read than there is")
  }

  private static func seek(_ file: [UInt8], _ sidecar: [UInt8]?) {
    guard var reader = try? SegmentReader(name: "fuzz", bytes: file, sidecar: sidecar) else {
      return
    }
    for key in [0, 1, UInt64(file.count), 1_700_000_000_000_000_000, .max] {
      _ = try? reader.seek(record: key)
      _ = next(&reader)
      _ = try? reader.seek(sequence: key)
      _ = next(&reader)
      _ = try? reader.seek(tsRecv: key)
      if let block = next(&reader), block.hasReceiveTimes {
        demand(block.maxTsRecv >= key, "a seek ends at or behind its time")
      }
    }
  }

  /// Makes the hashes of block headers and their payloads right, where their lengths allow it.
  private static func mended(_ bytes: [UInt8], _ mode: UInt8) -> [UInt8] {
    guard mode & 2 != 0 else { return bytes }
    var bytes = bytes
    let magic = Array("MRBLOCK1".utf8)
    var at = 0
    while at + 128 <= bytes.count {
      guard Array(bytes[(at + 8)..<(at + 16)]) == magic else {
        at += 1
        continue
      }
      mend(&bytes, at)
      at += 128
    }
    return bytes
  }

  private static func mend(_ bytes: inout [UInt8], _ at: Int) {
    let map = Int(bytes[at + 52]) | Int(bytes[at + 53]) << 8
    let stored = Int(bytes[at + 48]) | Int(bytes[at + 49]) << 8
    let head = at..<(at + 128 + map)
    guard head.upperBound <= bytes.count else { return }
    let payload = head.upperBound..<(head.upperBound + stored)
    if payload.upperBound <= bytes.count {
      put(ContentHash.hash(rawBytes(of: bytes).extracting(payload)), &bytes, at + 112)
    }
    put(0, &bytes, at + 120)
    put(ContentHash.hash(rawBytes(of: bytes).extracting(head)), &bytes, at + 120)
  }

  private static func put(_ value: UInt64, _ bytes: inout [UInt8], _ at: Int) {
    for index in 0..<8 { bytes[at + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
  }
}

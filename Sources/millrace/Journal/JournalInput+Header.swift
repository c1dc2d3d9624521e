internal import Hashing
internal import Journal
internal import Records
internal import Wire

extension JournalInput {
  /// The header of a segment made of these: what they have in common, and an id that follows from
  /// theirs and from `purpose`, so that the same work gives the same bytes.
  func header(codec: JournalCodec, blockRecords: Int?, purpose: String) -> SegmentHeader {
    var header = SegmentHeader()
    header.codec = codec
    header.blockRecords = UInt32(blockRecords ?? SegmentFile.blockRecords(codec))
    var hash = RunningHash()
    var seed = ByteBuffer()
    for segment in segments {
      seed.append(value: segment.header.segmentID)
      seed.append(value: UInt64(segment.byteCount))
    }
    seed.append(rawBytes(of: Array("\(purpose) \(codec.name) \(query)".utf8)))
    hash.add(seed.bytes)
    // 0 asks for a random one.
    header.segmentID = max(hash.value, 1)
    if let first = segments.first?.header {
      header.dataset = first.dataset
      header.instance = first.instance
      header.createdNanos = first.createdNanos
      let isOneRun = segments.allSatisfy { $0.header.runID == first.runID }
      header.runID = isOneRun ? first.runID : header.segmentID
    }
    return header
  }
}

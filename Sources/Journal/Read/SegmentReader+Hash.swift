internal import Hashing
internal import Wire

extension SegmentReader {
  /// Checks the current block's payload with the hash in its header, and decompresses nothing.
  ///
  /// False, and a finding, where it is another one or the file ends before it does; true for blocks
  /// of files that are not ours, which have no hash.
  public mutating func checkPayload() throws(JournalError) -> Bool {
    guard let block, !isForeign else { return true }
    let start = Int(payloadRange(of: block).lowerBound)
    let size = Int(block.storedBytes)
    var isWhole = false
    if isPlain {
      if try plain.load(at: start, count: size) == size {
        isWhole = ContentHash.hash(plain.bytes(at: start, count: size)) == block.payloadHash
      }
    } else {
      // The next header comes along.
      let more = size + JournalLimits.blockHeaderBytes + JournalLimits.mapBytes
      if try frames.load(at: start, count: more) >= size {
        isWhole = ContentHash.hash(frames.bytes(at: start, count: size)) == block.payloadHash
      }
    }
    if !isWhole {
      note(block.number, start..<(start + size), "the payload's hash does not match")
    }
    return isWhole
  }
}

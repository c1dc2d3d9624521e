internal import CMillrace
internal import Glibc
internal import Hashing
internal import Wire

/// What recovery has done with a segment that was not ended in order.
public struct RecoveredSegment: Equatable, Sendable {
  public var path: String
  /// Whole blocks and their records that stay; 0 where the file held none.
  public var blockCount: UInt64 = 0
  public var recordCount: UInt64 = 0
  /// Bytes behind them that were moved to files named `.torn`, and those files.
  public var cutBytes: UInt64 = 0
  public var tornPaths: [String] = []
  /// Whether the segment ends with an index now. Not where blocks in its middle are damaged.
  public var isSealed = false
}

/// Finds the last whole block of a segment whose writer has died, cuts what is behind it (kept
/// aside as `<file>.torn`) and ends it with an index.
///
/// The headers are walked from the front, each checked with its own hash. Payloads are read from
/// the end backwards until one matches its hash: what a crash tears is the end. Blocks before that
/// one are not read, so that a start does not wait for gigabytes; should a power cut have damaged
/// one of them, readers say so when they come to it. Damage of a header in the middle cuts nothing:
/// the walk goes on at the next header of the same segment. One thread.
struct SegmentRecovery<Files: JournalFiles>: ~Copyable {
  private let files: Files
  private var buffer = ByteBuffer(capacity: SegmentRecovery.windowBytes)

  /// Bytes that are read at once.
  private static var windowBytes: Int { 1 << 20 }
  /// Files without a segment header that are larger than this were not made by a crash between
  /// `create` and the first write.
  private static var beginningBytes: UInt64 { 64 << 20 }

  init(files: Files) { self.files = files }

  /// A block whose header is whole.
  private struct Found {
    var header: BlockHeader
    /// Of the header, in the file with the headers; of the payload, in the file with the data.
    var headerOffset: UInt64
    var payloadOffset: UInt64
    var headerEnd: UInt64 { headerOffset + UInt64(header.headerBytes) }
  }

  /// A segment's files while it is recovered.
  private struct Opened {
    var path: String
    var data: Files.File
    /// The headers of a plain DBN segment.
    var side: Files.File?
    var headers: Files.File { side ?? data }
    var headersPath: String { side == nil ? path : JournalCodec.sidecarPath(path) }
  }

  /// Recovers the segment at `path`; nil where it was ended in order, or is not ours.
  mutating func recover(_ path: String) throws(JournalError) -> RecoveredSegment? {
    var opened = Opened(path: path, data: try files.open(path))
    if path.hasSuffix(".dbn") {
      // Without its headers a plain DBN file is somebody else's, or nothing can be told of it.
      guard let side = try? files.open(JournalCodec.sidecarPath(path)) else {
        // But for an empty one: its writer died before it made the file beside it.
        return try opened.data.byteCount() == 0 ? try putAside(opened, size: 0) : nil
      }
      opened.side = side
    }
    let size = try opened.headers.byteCount()
    guard let (segment, start) = try findSegmentHeader(opened, size: size) else {
      return try putAside(opened, size: size)
    }
    if try isSealed(opened, segment.segmentID, size: size) { return nil }
    var result = RecoveredSegment(path: path)
    var blocks = try walk(opened, segment, from: start, size: size)
    // Where the payloads behind a lost header of plain DBN lie nobody knows: nothing is touched.
    if opened.side != nil, Self.hasGaps(blocks) { return result }
    while let last = blocks.last, try !isWhole(last, in: opened.data) { blocks.removeLast() }
    if blocks.isEmpty, try !isFirstFrameWhole(segment, in: opened.data) {
      return try putAside(opened, size: size)
    }
    result.blockCount = UInt64(blocks.count)
    for block in blocks { result.recordCount += UInt64(block.header.recordCount) }
    try cut(opened, segment, blocks, headersStart: start, size: size, into: &result)
    if !Self.hasGaps(blocks) { result.isSealed = try seal(opened, segment, blocks, start: start) }
    return result
  }

  /// The segment's header and where its blocks begin.
  private mutating func findSegmentHeader(
    _ opened: Opened, size: UInt64
  ) throws(JournalError) -> (SegmentHeader, UInt64)? {
    let length = UInt64(JournalLimits.segmentHeaderBytes)
    let isBeside = opened.side != nil
    var at: UInt64 = 0
    while let found = try find(
      MILLRACE_SEGMENT_MAGIC, in: opened.headers, from: at,
      to: isBeside ? min(size, length) : min(size, Self.beginningBytes))
    {
      buffer.removeAll()
      try opened.headers.read(Int(length), at: found, into: &buffer)
      if let header = SegmentHeader(buffer.bytes),
        isBeside ? found == 0 : UInt64(header.firstFrameBytes) == found
      {
        return (header, found + length)
      }
      at = found + 1
    }
    return nil
  }

  /// The next skippable frame of one kind at or behind `from`: the offset of its first byte.
  private mutating func find(
    _ magic: UInt64, in file: Files.File, from: UInt64, to end: UInt64
  ) throws(JournalError) -> UInt64? {
    var at = from
    while at + 16 <= end {
      buffer.removeAll()
      try file.read(Int(min(UInt64(Self.windowBytes), end - at)), at: at, into: &buffer)
      let bytes = buffer.bytes
      guard bytes.byteCount >= 16 else { return nil }
      for index in 0...(bytes.byteCount - 16) {
        if bytes.uncheckedByte(at: index) == UInt8(truncatingIfNeeded: MILLRACE_SKIPPABLE_MAGIC),
          bytes.uncheckedLE(UInt32.self, at: index) == MILLRACE_SKIPPABLE_MAGIC,
          bytes.uncheckedLE(UInt64.self, at: index + 8) == magic
        {
          return at + UInt64(index)
        }
      }
      at += UInt64(bytes.byteCount - 15)
    }
    return nil
  }

  private mutating func isSealed(
    _ opened: Opened, _ segmentID: UInt64, size: UInt64
  ) throws(JournalError) -> Bool {
    let tail = UInt64(IndexFrame.tailBytes)
    guard size > tail else { return false }
    buffer.removeAll()
    try opened.headers.read(Int(tail), at: size - tail, into: &buffer)
    guard buffer.bytes.loadLE(UInt64.self, at: 16) == MILLRACE_INDEX_MAGIC,
      let offset = buffer.bytes.loadLE(UInt64.self, at: 0), offset < size,
      size - offset <= Self.beginningBytes
    else { return false }
    buffer.removeAll()
    try opened.headers.read(Int(size - offset), at: offset, into: &buffer)
    return IndexFrame.isWhole(buffer.bytes, segmentID: segmentID, offset: offset)
  }

  private mutating func isFirstFrameWhole(
    _ segment: SegmentHeader, in file: Files.File
  ) throws(JournalError) -> Bool {
    guard UInt64(segment.firstFrameBytes) <= Self.beginningBytes else { return false }
    buffer.removeAll()
    try file.read(Int(segment.firstFrameBytes), at: 0, into: &buffer)
    return ContentHash.hash(buffer.bytes) == segment.firstFrameHash
  }

  /// Whether a block is missing before the last one.
  private static func hasGaps(_ blocks: [Found]) -> Bool {
    blocks.last.map { $0.header.number + 1 != UInt64(blocks.count) } ?? false
  }

  /// All blocks whose headers are whole.
  private mutating func walk(
    _ opened: Opened, _ segment: SegmentHeader, from start: UInt64, size: UInt64
  ) throws(JournalError) -> [Found] {
    var blocks: [Found] = []
    var at = start
    var payload = opened.side == nil ? 0 : UInt64(segment.firstFrameBytes)
    while at < size {
      if let header = try header(opened.headers, at: at), header.segmentID == segment.segmentID,
        header.number >= blocks.last.map({ $0.header.number + 1 }) ?? 0
      {
        var found = Found(header: header, headerOffset: at, payloadOffset: payload)
        if opened.side == nil { found.payloadOffset = found.headerEnd }
        blocks.append(found)
        payload = found.payloadOffset + UInt64(header.storedBytes)
        at = opened.side == nil ? payload : found.headerEnd
      } else {
        let next = try find(MILLRACE_BLOCK_MAGIC, in: opened.headers, from: at + 1, to: size)
        guard let next else { break }
        at = next
      }
    }
    return blocks
  }

  private mutating func header(_ file: Files.File, at offset: UInt64) throws(JournalError)
    -> BlockHeader?
  {
    buffer.removeAll()
    let most = JournalLimits.blockHeaderBytes + JournalLimits.mapBytes
    try file.read(most, at: offset, into: &buffer)
    return BlockHeader(buffer.bytes)
  }

  /// Whether the payload is there as its header says.
  private mutating func isWhole(_ block: Found, in file: Files.File) throws(JournalError) -> Bool {
    var hash = RunningHash()
    var at = block.payloadOffset
    let end = at + UInt64(block.header.storedBytes)
    while at < end {
      buffer.removeAll()
      try file.read(Int(min(UInt64(Self.windowBytes), end - at)), at: at, into: &buffer)
      if buffer.count == 0 { return false }
      hash.add(buffer.bytes)
      at += UInt64(buffer.count)
    }
    return hash.value == block.header.payloadHash
  }

  private mutating func cut(
    _ opened: Opened, _ segment: SegmentHeader, _ blocks: [Found], headersStart: UInt64,
    size: UInt64, into result: inout RecoveredSegment
  ) throws(JournalError) {
    let last = blocks.last
    let payloadEnd = last.map { $0.payloadOffset + UInt64($0.header.storedBytes) }
    guard let side = opened.side else {
      return try cut(opened.data, opened.path, from: payloadEnd ?? headersStart, into: &result)
    }
    // The headers go first: they may not stand for data that is cut.
    try cut(side, opened.headersPath, from: last?.headerEnd ?? headersStart, into: &result)
    try cut(
      opened.data, opened.path, from: payloadEnd ?? UInt64(segment.firstFrameBytes), into: &result)
  }

  /// Moves the bytes from `end` on into a file of their own.
  private mutating func cut(
    _ file: Files.File, _ path: String, from end: UInt64, into result: inout RecoveredSegment
  ) throws(JournalError) {
    let size = try file.byteCount()
    guard size > end else { return }
    let (torn, tornPath) = try createTorn(path)
    var at = end
    while at < size {
      buffer.removeAll()
      try file.read(Int(min(UInt64(Self.windowBytes), size - at)), at: at, into: &buffer)
      guard buffer.count > 0 else { break }
      try torn.write(buffer.bytes, at: at - end)
      at += UInt64(buffer.count)
    }
    try torn.sync()
    if let folder = FileTree.parent(of: path) { try files.syncFolder(folder) }
    try file.truncate(to: end)
    try file.sync()
    result.cutBytes += size - end
    result.tornPaths.append(tornPath)
  }

  private func createTorn(_ path: String) throws(JournalError) -> (Files.File, String) {
    var number = 1
    while true {
      let torn = Self.tornPath(path, number)
      do throws(JournalError) {
        return (try files.create(torn), torn)
      } catch {
        guard case .system("open", _, EEXIST) = error, number < 1_000 else {
          throw error
        }
        number += 1
      }
    }
  }

  private static func tornPath(_ path: String, _ number: Int) -> String {
    number == 1 ? path + ".torn" : path + ".torn.\(number)"
  }

  /// Ends the segment with its index; false where the disk has no room for it.
  private mutating func seal(
    _ opened: Opened, _ segment: SegmentHeader, _ blocks: [Found], start: UInt64
  ) throws(JournalError) -> Bool {
    var entries = ByteBuffer()
    for block in blocks {
      IndexFrame.append(block.header, at: block.headerOffset, to: &entries)
    }
    let end = try opened.headers.byteCount()
    buffer.removeAll()
    IndexFrame.appendFrame(
      entries: entries, segmentID: segment.segmentID, offset: end, to: &buffer)
    do throws(JournalError) {
      try opened.headers.write(buffer.bytes, at: end)
      try opened.headers.sync()
    } catch {
      try opened.headers.truncate(to: end)
      return false
    }
    return true
  }

  /// A file that a crash has left before its header was written: it holds nothing, and its name is
  /// wanted for whole segments only.
  private func putAside(_ opened: Opened, size: UInt64) throws(JournalError) -> RecoveredSegment? {
    guard size <= Self.beginningBytes else { return nil }
    var result = RecoveredSegment(path: opened.path)
    for path in [opened.path] + (opened.side == nil ? [] : [opened.headersPath]) {
      let folder = FileTree.parent(of: path) ?? "."
      let taken = Set(files.names(in: folder))
      var number = 1
      while taken.contains(FileTree.name(of: Self.tornPath(path, number))) { number += 1 }
      try files.rename(path, to: Self.tornPath(path, number))
      try files.syncFolder(folder)
      result.tornPaths.append(Self.tornPath(path, number))
    }
    result.cutBytes = size
    return result
  }
}

import Captures
import Hashing
import Journal
import Lz4
import Records
import Wire
import Zstd

/// A journal read as a stream, beside bare decompression of the same frames.
///
///     segment in /dev/shm ─▶ JournalStream ─▶ runs of records
///     its payloads in memory ─▶ ZSTD_decompressDCtx, LZ4F_decompress ─▶ the same bytes
///
/// Then the same records in four shards, merged; and one instrument out of the day, by the blocks'
/// maps. All in one thread and from memory, so that rates are per second of the thread's own time:
/// what else runs on the machine does not count. What is read is compared with what was written.
enum JournalStreamBench: Bench {
  static var name: String { "journal-stream" }
  static var summary: String { "a journal as one stream, beside bare decompression of its frames" }

  private static var codecs: [String] {
    ["none", "lz4", "zstd:1", "zstd:3", "columnar+lz4", "columnar+zstd:1"]
  }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    var report = BenchReport(name)
    let day = try BenchRecords(messages: options.isQuick ? 1_000_000 : 5_000_000, options: options)
    report.input = day.description + [("records", "\(day.count), \(day.buffer.count) bytes")]
    let files = try BenchSegments(day, codecs: codecs)
    for codec in codecs {
      let bytes = files.bytes[codec] ?? 0
      report.input.append((codec, "\(bytes) bytes, \(Double(bytes) / Double(day.count)) a record"))
    }
    let ids = ActiveInstruments(day)
    for _ in 0..<options.rounds(9) {
      for codec in codecs {
        try stream(files.single[codec] ?? [], JournalQuery(), codec, day, &report)
        try bare(files.single[codec] ?? [], codec, day, &report)
      }
      for codec in ["zstd:1", "columnar+zstd:1"] {
        try stream(files.sharded[codec] ?? [], JournalQuery(), "\(codec), 4 shards", day, &report)
        for (title, id, wanted) in ids.chosen {
          var query = JournalQuery()
          query.instruments = [id]
          try stream(
            files.single[codec] ?? [], query, "\(codec), \(title) instrument", day, &report,
            wanted: wanted)
        }
      }
    }
    for codec in ["lz4", "zstd:1", "zstd:3"] {
      report.bar(
        "\(codec): stream / bare decompression", report.ratio(codec, to: "bare \(codec)"),
        atLeast: 0.95)
    }
    report.bar("columnar+zstd:1, M records/s", report.median("columnar+zstd:1"), atLeast: 30)
    report.verified.append("every reading gave all \(day.count) records, or the instrument's")
    return report
  }

  private static func stream(
    _ paths: [String], _ query: JournalQuery, _ label: String, _ day: borrowing BenchRecords,
    _ report: inout BenchReport, wanted: Int? = nil
  ) throws(BenchError) {
    let start = BenchFile.threadNanos()
    let found = try read(paths, query)
    let nanos = BenchFile.threadNanos() - start
    report.add(label, "M records/s", Double(day.count) * 1e3 / Double(nanos))
    try verify(found.records, wanted ?? day.count, "records of \(label)")
    if wanted == nil { try verify(found.bytes, day.buffer.count, "bytes of \(label)") }
  }

  private static func read(
    _ paths: [String], _ query: JournalQuery
  ) throws(BenchError) -> (records: Int, bytes: Int) {
    do throws(JournalError) {
      var stream = try JournalStream(paths: paths, query: query)
      var found = (records: 0, bytes: 0)
      while try stream.next() {
        found.records += stream.recordCount
        found.bytes += stream.records.byteCount
      }
      return found
    } catch {
      throw .wrong("\(error)")
    }
  }

  /// The frames alone, in memory, one behind the other, into the same room.
  private static func bare(
    _ paths: [String], _ codec: String, _ day: borrowing BenchRecords,
    _ report: inout BenchReport
  ) throws(BenchError) {
    guard codec.hasPrefix("zstd") || codec == "lz4", let path = paths.first else { return }
    var frames = BenchFrames()
    try frames.read(path)
    let nanos = try frames.decompress()
    report.add("bare \(codec)", "M records/s", Double(day.count) * 1e3 / Double(nanos))
    guard codec != "lz4" else { return }
    let mapped = try frames.decompress(mapped: path)
    report.add("mapped \(codec)", "M records/s", Double(day.count) * 1e3 / Double(mapped))
  }
}

/// The day's records in segments of each codec, whole and in four shards; removed at the end.
struct BenchSegments: ~Copyable {
  private(set) var single: [String: [String]] = [:]
  private(set) var sharded: [String: [String]] = [:]
  private(set) var bytes: [String: UInt64] = [:]
  private let folder = "/dev/shm/millrace-bench-stream"

  static var shards: Int { 4 }

  init(_ day: borrowing BenchRecords, codecs: [String]) throws(BenchError) {
    for codec in codecs {
      let (path, size) = try Self.write(day, codec, folder)
      single[codec] = [path]
      bytes[codec] = size
      sharded[codec] = try Self.writeShards(day, codec, folder)
    }
  }

  deinit {
    for path in single.values.joined() { BenchFile.remove([path, path + ".blocks"]) }
    for path in sharded.values.joined() { BenchFile.remove([path, path + ".blocks"]) }
  }

  private static func codec(_ name: String) throws(BenchError) -> JournalCodec {
    guard let codec = JournalCodec(name: name) else { throw .usage("no codec \(name)") }
    return codec
  }

  private static func fresh(_ path: String) -> String {
    BenchFile.remove([path, path + ".blocks"])
    return path
  }

  private static func write(
    _ day: borrowing BenchRecords, _ name: String, _ folder: String
  ) throws(BenchError) -> (String, UInt64) {
    let codec = try codec(name)
    let path = fresh("\(folder)-\(name).\(codec.fileEnding)")
    var writer = try BenchJournal.writer(path, codec)
    do {
      for block in 0..<day.blocks {
        try writer.append(day.bytes(of: block), recordCount: day.records(of: block))
      }
      let size = writer.byteCount
      try writer.close()
      return (path, size)
    } catch {
      throw .missing("\(error)")
    }
  }

  /// By instrument, as a pipeline does.
  private static func writeShards(
    _ day: borrowing BenchRecords, _ name: String, _ folder: String
  ) throws(BenchError) -> [String] {
    let codec = try codec(name)
    var paths: [String] = []
    for shard in 0..<shards {
      let path = fresh("\(folder)-\(name)-\(shard).\(codec.fileEnding)")
      var writer = try BenchJournal.writer(path, codec, shard: shard)
      do {
        try append(day, shard, to: &writer)
        try writer.close()
      } catch {
        throw .missing("\(error)")
      }
      paths.append(path)
    }
    return paths
  }

  private static func append(
    _ day: borrowing BenchRecords, _ shard: Int, to writer: inout SegmentWriter
  ) throws(JournalError) {
    var block = ByteBuffer()
    var count = 0
    var at = 0
    let bytes = day.buffer.bytes
    while let header = RecordHeader(copying: bytes, at: at) {
      if Int(header.instrumentID) % shards == shard {
        block.append(bytes.extracting(at..<(at + header.byteCount)))
        count += 1
      }
      at += header.byteCount
      guard count == BenchRecords.blockRecords || at == bytes.byteCount, count > 0 else { continue }
      try writer.append(block.bytes, recordCount: count)
      block.removeAll()
      count = 0
    }
  }
}

/// A segment's payload frames in memory.
struct BenchFrames: ~Copyable {
  private var bytes = ByteBuffer()
  private var frames: [(range: Range<Int>, raw: Int, place: Int, hash: UInt64)] = []
  private var coder = JournalCoder.none

  /// Adds the frames of a segment.
  mutating func read(_ path: String) throws(BenchError) {
    do throws(JournalError) {
      var reader = try SegmentReader(path: path)
      coder = reader.header.codec.coder
      while let block = try reader.nextBlock() {
        let start = bytes.count
        try reader.appendPayload(to: &bytes)
        frames.append(
          (
            start..<bytes.count, Int(block.rawBytes), reader.blockOffset + block.headerBytes,
            block.payloadHash
          ))
      }
    } catch {
      throw .wrong("\(error)")
    }
  }

  /// The same from a mapping of the file, made anew, with the hash of each frame as the stream
  /// takes it: what reading through a window costs beside reading in place. ns.
  func decompress(mapped path: String) throws(BenchError) -> UInt64 {
    do {
      var zstd = try ZstdFrameDecompressor(checksChecksum: false)
      var records = ByteBuffer(capacity: 4 << 20)
      let start = BenchFile.threadNanos()
      let file = try MappedFile(path: path)
      for frame in frames {
        records.removeAll()
        let span = file.bytes.extracting(frame.place..<(frame.place + frame.range.count))
        guard ContentHash.hash(span) == frame.hash else { throw BenchError.wrong("a hash") }
        try zstd.appendContent(of: span, rawBytes: frame.raw, to: &records)
      }
      return BenchFile.threadNanos() - start
    } catch {
      throw .wrong("\(error)")
    }
  }

  /// Decompresses them all and gives the time, ns.
  func decompress() throws(BenchError) -> UInt64 {
    do {
      var zstd = try ZstdFrameDecompressor(checksChecksum: false)
      var lz4 = try Lz4FrameDecompressor()
      var records = ByteBuffer(capacity: 4 << 20)
      let start = BenchFile.threadNanos()
      for frame in frames {
        records.removeAll()
        let span = bytes.bytes.extracting(frame.range)
        if coder == .zstd {
          try zstd.appendContent(of: span, rawBytes: frame.raw, to: &records)
        } else {
          try lz4.appendContent(of: span, rawBytes: frame.raw, to: &records)
        }
      }
      return BenchFile.threadNanos() - start
    } catch {
      throw .wrong("\(error)")
    }
  }
}

/// The instruments with the most and with few records in the day.
struct ActiveInstruments {
  let chosen: [(title: String, id: UInt32, records: Int)]

  init(_ day: borrowing BenchRecords) {
    var counts: [UInt32: Int] = [:]
    var at = 0
    while let header = RecordHeader(copying: day.buffer.bytes, at: at) {
      counts[header.instrumentID, default: 0] += 1
      at += header.byteCount
    }
    let sorted = counts.sorted { ($0.value, $0.key) > ($1.value, $1.key) }
    let (most, least) = (sorted[0], sorted[sorted.count - 1])
    chosen = [("the busiest", most.key, most.value), ("the quietest", least.key, least.value)]
  }
}

import Glibc
import Journal
import Ledger
import Records
import Wire

/// From a closed file to the first record at a time of the day.
///
///     segment on the disk, its pages dropped ─▶ open ─▶ index, or bisection ─▶ block ─▶ record
///
/// The simulated day is written again and again with its times moved on, until the file is large
/// enough. Before each cold reading the file's pages are given up (`posix_fadvise`, DONTNEED, after
/// a sync); what a host below a virtual machine keeps is out of reach. Every reading is compared
/// with where the record must be.
enum SeekBench: Bench {
  static var name: String { "seek" }
  static var summary: String { "a time in a closed journal segment, cold, by size" }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    var report = BenchReport(name)
    var day = try BenchRecords(messages: 2_000_000, options: options)
    report.input = day.description
    let folder = ".build/bench-seek"
    // Safety: the call only reads the NUL-terminated copy of the path.
    _ = unsafe mkdir(folder, 0o755)
    defer { BenchFile.remove([folder]) }
    let sizes = options.isQuick ? [16, 64] : [64, 256, 1_024]
    for size in sizes {
      let path = "\(folder)/\(size).dbn.zst"
      defer { BenchFile.remove([path]) }
      try measure(path, megabytes: size, &day, options, &report)
    }
    let (least, most) = (sizes[0], sizes[sizes.count - 1])
    report.bar(
      "cold by index, \(most) MB, ms", report.median("cold, by index, \(most) MB"), atMost: 20)
    report.bar(
      "cold without index, \(most) MB, ms", report.median("cold, bisected, \(most) MB"),
      atMost: 20)
    for way in ["by index", "bisected"] {
      report.bar(
        "\(way): \(most) MB / \(least) MB",
        report.median("cold, \(way), \(most) MB") / report.median("cold, \(way), \(least) MB"),
        atMost: 2)
    }
    return report
  }

  /// Writes the file, and reads it before and after its index is there.
  private static func measure(
    _ path: String, megabytes: Int, _ day: inout BenchRecords, _ options: BenchOptions,
    _ report: inout BenchReport
  ) throws(BenchError) {
    var blocks: [BlockHeader] = []
    var writer = try BenchJournal.writer(path, JournalCodec())
    let span: UInt64 = 24 * 3_600_000_000_000
    while writer.byteCount < UInt64(megabytes) << 20 {
      for block in 0..<day.blocks where writer.byteCount < UInt64(megabytes) << 20 {
        blocks.append(try append(block, of: day, to: &writer))
      }
      day.shift(by: span)
    }
    try sync(&writer)
    report.input.append(
      ("\(megabytes) MB", "\(writer.recordCount) records, \(blocks.count) blocks"))
    for isCold in [true, false] {
      try time(path, "bisected, \(megabytes) MB", isCold, blocks, options, &report)
    }
    try end(writer)
    for isCold in [true, false] {
      try time(path, "by index, \(megabytes) MB", isCold, blocks, options, &report)
    }
    report.verified.append("\(megabytes) MB: every seek ended at the record that it had to")
  }

  private static func append(
    _ block: Int, of day: borrowing BenchRecords, to writer: inout SegmentWriter
  ) throws(BenchError) -> BlockHeader {
    do {
      return try writer.append(day.bytes(of: block), recordCount: day.records(of: block))
    } catch {
      throw .missing("\(error)")
    }
  }

  private static func sync(_ writer: inout SegmentWriter) throws(BenchError) {
    do { try writer.sync() } catch { throw .missing("\(error)") }
  }

  private static func end(_ writer: consuming SegmentWriter) throws(BenchError) {
    do { try writer.close() } catch { throw .missing("\(error)") }
  }

  private static func time(
    _ path: String, _ label: String, _ isCold: Bool, _ blocks: [BlockHeader],
    _ options: BenchOptions, _ report: inout BenchReport
  ) throws(BenchError) {
    var state = options.seed
    let (first, last) = (blocks[0].minTsRecv, blocks[blocks.count - 1].maxTsRecv)
    for _ in 0..<options.rounds(31) {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let wanted = first + (state >> 11) % (last - first)
      if isCold { try drop(path) }
      let start = MonotonicClock.now()
      let (block, found) = try seek(path, wanted)
      let nanos = MonotonicClock.now().nanos(since: start)
      report.add("\(isCold ? "cold" : "hot"), \(label)", "ms", Double(nanos) / 1e6)
      let right = blocks.first { $0.hasReceiveTimes && $0.maxTsRecv >= wanted }
      try verify(block, right, "the block at \(wanted)")
      guard let found, found >= wanted else { throw .wrong("no record at \(wanted)") }
    }
  }

  /// Gives up the pages of the file that the kernel keeps.
  private static func drop(_ path: String) throws(BenchError) {
    // Safety: the call only reads the NUL-terminated copy of the path.
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .missing("cannot open \(path)") }
    defer { Glibc.close(file) }
    let code = posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
    guard code == 0 else { throw .missing("the pages of \(path) stay: error \(code)") }
  }

  /// Opens the segment and gives the first block with a time from `wanted` on, and the time.
  private static func seek(
    _ path: String, _ wanted: UInt64
  ) throws(BenchError) -> (BlockHeader?, UInt64?) {
    do throws(JournalError) {
      var reader = try SegmentReader(path: path)
      try reader.seek(tsRecv: wanted)
      guard let block = try reader.nextBlock() else { return (nil, nil) }
      var buffer = ByteBuffer()
      try reader.appendRecords(to: &buffer)
      var at = 0
      while let header = RecordHeader(copying: buffer.bytes, at: at) {
        if let offset = header.rtype.receiveTimeOffset,
          let time = buffer.bytes.loadLE(UInt64.self, at: at + offset), time >= wanted
        {
          return (block, time)
        }
        at += header.byteCount
      }
      return (block, nil)
    } catch {
      throw .wrong("\(error)")
    }
  }
}

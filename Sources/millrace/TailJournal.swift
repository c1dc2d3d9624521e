internal import Engine
internal import Journal
internal import Ledger
internal import Records
internal import Wire

/// The end of a journal, and what is written to it from then on. One thread.
final class TailJournal {
  private let context: CommandContext
  private let symbols: [String]
  private let follows: Bool
  private let showsAll: Bool
  private let printer: TailPrinter
  private var names = ReplayNames()
  private var held: HeldRecords

  private static var sleepNanos: UInt64 { 5_000_000 }
  /// The first look at a journal's end goes back this far, ns; each further one ten times as far.
  private static var firstWindow: UInt64 { 1_000_000_000 }

  init(_ context: CommandContext, symbols: [String], printer: TailPrinter) {
    self.context = context
    self.symbols = symbols
    self.printer = printer
    follows = context.arguments[TailVerb.follow]
    showsAll = context.arguments.value(of: TailVerb.from) == "oldest"
    held = HeldRecords(limit: showsAll ? 0 : context.arguments.value(of: TailVerb.last))
  }

  /// Prints until the journal ends, enough was printed, or somebody asks to stop.
  func run(duration: UInt64?) throws(CommandError) -> ExitCode {
    var query = JournalQuery()
    query.symbols = symbols
    if !showsAll { query.from = try start(query) }
    query.followsLive = follows
    var stream = try open(query)
    let end = MonotonicClock.now().rawValue &+ (duration ?? .max / 2)
    var isAtEnd = showsAll
    while !printer.isDone, !StopSignals.hasCome, MonotonicClock.now().rawValue < end {
      if try Self.advance(&stream) {
        try take(stream.records, isAtEnd: isAtEnd)
        continue
      }
      if !isAtEnd { try show() }
      isAtEnd = true
      try printer.flush()
      guard stream.isWaiting else { break }
      if StopSignals.wait(nanos: Self.sleepNanos) { break }
    }
    if !isAtEnd { try show() }
    try printer.flush()
    for finding in stream.findings { context.terminal.error("\(finding)") }
    return stream.findings.isEmpty ? .ok : .findings
  }

  private func open(_ query: JournalQuery) throws(CommandError) -> JournalStream {
    do throws(JournalError) {
      return try JournalStream(paths: context.arguments.operands, query: query)
    } catch {
      throw ReplayVerb.failure(error, verb: TailVerb.name)
    }
  }

  private static func advance(_ stream: inout JournalStream) throws(CommandError) -> Bool {
    do throws(JournalError) {
      return try stream.next()
    } catch {
      throw ReplayVerb.failure(error, verb: TailVerb.name)
    }
  }

  /// A receive time from which on there are as many records as are wanted; nil for the beginning.
  ///
  /// Goes back from the end in growing steps: what is read is a multiple of what is shown.
  private func start(_ query: JournalQuery) throws(CommandError) -> UInt64? {
    var times: [ClosedRange<UInt64>] = []
    do throws(JournalError) {
      let catalog = try JournalCatalog(paths: context.arguments.operands)
      times = catalog.segments.compactMap(\.tsRecv)
      for entry in try ReplayPlan(paths: context.arguments.operands).symbols().joined() {
        names.learn(entry)
      }
    } catch {
      throw ReplayVerb.failure(error, verb: TailVerb.name)
    }
    guard let first = times.map(\.lowerBound).min(), let last = times.map(\.upperBound).max()
    else { return nil }
    var window = Self.firstWindow
    while window < last - first {
      var part = query
      part.from = last - window
      var stream = try open(part)
      var count = 0
      while count < held.limit, try Self.advance(&stream) { count += wanted(stream.records) }
      if count >= held.limit { return part.from }
      window = window &* 10
    }
    return nil
  }

  private func wanted(_ records: RawSpan) -> Int {
    var count = 0
    var at = 0
    while let header = RecordHeader(copying: records, at: at), header.length >= 4 {
      if printer.wants(header.rtype) { count += 1 }
      at += header.byteCount
    }
    return count
  }

  private func take(_ records: RawSpan, isAtEnd: Bool) throws(CommandError) {
    var at = 0
    while !printer.isDone, let header = RecordHeader(copying: records, at: at),
      header.length >= 4, at + header.byteCount <= records.byteCount
    {
      let record = records.extracting(at..<(at + header.byteCount))
      at += header.byteCount
      let symbol = names.name(of: header, in: record)
      guard printer.wants(header.rtype) else { continue }
      if isAtEnd {
        try printer.print(record, symbol: symbol)
      } else {
        held.add(record)
      }
    }
  }

  /// Prints what was held back.
  private func show() throws(CommandError) {
    for record in held.take() where !printer.isDone {
      let bytes = rawBytes(of: record)
      guard let header = RecordHeader(copying: bytes) else { continue }
      try printer.print(bytes, symbol: names.name(of: header, in: bytes))
    }
  }
}

/// The last records of many.
private struct HeldRecords {
  let limit: Int
  private var records: [[UInt8]] = []
  /// Where the oldest one is, once there are `limit`.
  private var oldest = 0

  init(limit: Int) { self.limit = limit }

  mutating func add(_ record: RawSpan) {
    guard limit > 0 else { return }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(record.byteCount)
    for offset in 0..<record.byteCount { bytes.append(record.uncheckedByte(at: offset)) }
    if records.count < limit { return records.append(bytes) }
    records[oldest] = bytes
    oldest = (oldest + 1) % limit
  }

  /// All of them in their order; none is held afterwards.
  mutating func take() -> [[UInt8]] {
    defer { (records, oldest) = ([], 0) }
    return Array(records[oldest...] + records[..<oldest])
  }
}

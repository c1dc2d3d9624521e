internal import Journal
internal import Records
internal import Wire

/// `millrace split`: one segment for each symbol, schema, hour or day.
enum SplitVerb: Verb {
  static var name: String { "split" }
  static var summary: String { "split a journal into a file for each symbol, schema, hour or day" }
  static var operands: String { "PATH..." }
  static var options: [any DeclaredOption] {
    [by, output, codec, blockRecords, memory] + JournalQueryOptions.all
  }
  static var notes: String {
    """
    Every record goes into exactly one file; within it the merge order stays. Files are named after
    the symbol (everything but letters, digits, - _ + ^ ~ as %XX), instrument=N where nobody has
    told the symbol (0: records of the whole market), the schema, the hour or the day (UTC) of the
    receive time. One file is open at a time and the records that wait have a bound, so that
    thousands of symbols need no more memory than few. Files appear under their names when all are
    whole. Exit codes: 1 damage was passed over; 75 stopped.
      millrace split day.dbn.zst --by symbol --output symbols
    """
  }

  static let by = CommandOption.choice(
    "by", ["symbol", "schema", "hour", "day"], help: "what each file is for")
  static let output = CommandOption.text("output", "DIR", help: "folder for the files")
  static let codec = CommandOption.codec("codec", help: "of the files (default: zstd:3)")
  static let blockRecords = MergeVerb.blockRecords
  static let memory = CommandOption.size(
    "memory", help: "for records that wait for their blocks to fill", default: "64MiB")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let arguments = context.arguments
    guard let word = arguments[by], let folder = arguments[output] else {
      throw CommandError(
        .usage, verb: name, happened: "something is missing", what: "--by and --output",
        remedy: "such as --by symbol --output symbols")
    }
    let codec = arguments[codec] ?? JournalCodec(payload: .dbn, coder: .zstd, level: 3)
    // From here on a signal ends it in order: no half file is left behind.
    StopSignals.hold()
    let input = try JournalInput(context, verb: name)
    var stream = try input.stream()
    try SystemCalls.makeFolder(folder, verb: name)
    var split = try RecordSplit(
      by: word, folder: folder, input: input, metadata: input.metadata(stream.metadata),
      header: input.header(
        codec: codec, blockRecords: arguments[blockRecords], purpose: "\(name) \(word)"),
      memoryBytes: arguments.value(of: memory))
    var progress = JournalProgress(name, context.terminal)
    while try input.advance(&stream) {
      try split.add(stream.records)
      progress.update(records: split.records, stream.progress)
      if progress.isStopped { throw .stopped(verb: name) }
    }
    progress.end()
    let reports = try split.finish()
    try SegmentReport.print(
      reports, verb: name, findings: stream.findings, nanos: progress.nanos, context)
    return stream.findings.isEmpty ? .ok : .findings
  }
}

/// Deals records out to segments.
struct RecordSplit: ~Copyable {
  private let word: String
  private let folder: String
  private let metadata: DBNMetadata
  private let header: SegmentHeader
  private var parts: SegmentParts
  private var symbols: JournalSymbols
  private(set) var records: UInt64 = 0
  /// Part by the name of its file, without its ending.
  private var numbers: [String: Int] = [:]
  /// By symbol, and by instrument where there is none.
  private var bySymbol: [String: Int] = [:]
  private var byInstrument: [UInt32: Int] = [:]
  private var byType = [Int](repeating: -1, count: 256)
  /// Hour or day of the last record, and its part.
  private var span: (number: UInt64, part: Int)?
  private var lastTime: UInt64 = 0

  /// The metadata's mappings by their symbol.
  private var mappings: [String: [DBNMetadata.Mapping]]

  private static var hourNanos: UInt64 { 3_600_000_000_000 }

  init(
    by word: String, folder: String, input: JournalInput, metadata: DBNMetadata,
    header: SegmentHeader, memoryBytes: Int
  ) throws(CommandError) {
    let parts = try Self.parts(header, metadata, memoryBytes)
    self.word = word
    self.folder = folder.hasSuffix("/") ? folder : folder + "/"
    self.metadata = metadata
    self.header = header
    self.parts = parts
    symbols = JournalSymbols(metadata)
    mappings = Dictionary(grouping: metadata.mappings, by: \.rawSymbol)
  }

  private static func parts(
    _ header: SegmentHeader, _ metadata: DBNMetadata, _ memoryBytes: Int
  ) throws(CommandError) -> SegmentParts {
    do throws(JournalError) {
      return try SegmentParts(
        codec: header.codec, version: metadata.version, blockRecords: Int(header.blockRecords),
        memoryBytes: memoryBytes)
    } catch {
      throw CommandError(error, verb: SplitVerb.name)
    }
  }

  /// Takes whole records; neighbours of one part go there together.
  mutating func add(_ bytes: RawSpan) throws(CommandError) {
    var start = 0
    var end = 0
    var current = -1
    var count = 0
    while let header = RecordHeader(copying: bytes, at: end), header.length >= 4 {
      if header.rtype == .symbolMapping || header.rtype == .instrumentDefinition {
        symbols.learn(bytes, at: end, header)
      }
      let part = try part(of: header, bytes, at: end)
      if part != current {
        try pass(bytes.extracting(start..<end), count, to: current)
        (start, count, current) = (end, 0, part)
      }
      count += 1
      end += header.byteCount
    }
    try pass(bytes.extracting(start..<end), count, to: current)
  }

  /// Seals all segments and gives them their names.
  mutating func finish() throws(CommandError) -> [SegmentReport] {
    do throws(JournalError) {
      return try parts.finish().map {
        SegmentReport(path: $0.path, records: $0.records, blocks: $0.blocks, bytes: $0.bytes)
      }
    } catch {
      throw CommandError(error, verb: SplitVerb.name)
    }
  }

  private mutating func pass(
    _ bytes: RawSpan, _ count: Int, to part: Int
  ) throws(CommandError) {
    guard count > 0 else { return }
    do throws(JournalError) {
      try parts.append(bytes, recordCount: count, to: part)
    } catch {
      throw CommandError(error, verb: SplitVerb.name)
    }
    records &+= UInt64(count)
  }

  private mutating func part(
    of header: RecordHeader, _ bytes: RawSpan, at offset: Int
  ) throws(CommandError) -> Int {
    switch word {
    case "symbol": return try symbolPart(header)
    case "schema":
      let type = Int(header.rtype.rawValue)
      if byType[type] < 0 {
        var metadata = metadata
        metadata.schema = header.rtype.isGateway ? .none : Schema(name: header.rtype.name) ?? .none
        byType[type] = try open(header.rtype.name, metadata)
      }
      return byType[type]
    default: return try timePart(header, bytes, at: offset)
    }
  }

  private mutating func symbolPart(_ header: RecordHeader) throws(CommandError) -> Int {
    guard let symbol = symbols.symbol(of: header) else {
      if let part = byInstrument[header.instrumentID] { return part }
      var metadata = metadata
      metadata.symbols = []
      metadata.mappings = []
      let part = try open(SafeFileName.instrument(header.instrumentID), metadata)
      byInstrument[header.instrumentID] = part
      return part
    }
    if let part = bySymbol[symbol] { return part }
    var metadata = metadata
    metadata.symbols = [symbol]
    metadata.mappings = mappings[symbol] ?? []
    let part = try open(SafeFileName.of(symbol), metadata)
    bySymbol[symbol] = part
    return part
  }

  private mutating func timePart(
    _ header: RecordHeader, _ bytes: RawSpan, at offset: Int
  ) throws(CommandError) -> Int {
    // A record without a receive time belongs to the one before it; so does a sampled quote, whose
    // time is the end of an interval, where there are others.
    if metadata.schema.isSampled || !header.rtype.isSampled,
      let place = header.rtype.receiveTimeOffset,
      let time = bytes.loadLE(UInt64.self, at: offset + place), time != Undefined.timestamp
    {
      lastTime = time
    } else if lastTime == 0, header.tsEvent != Undefined.timestamp {
      lastTime = header.tsEvent
    }
    let length = word == "hour" ? Self.hourNanos : 24 * Self.hourNanos
    let number = lastTime / length
    if let span, span.number == number { return span.part }
    let text = Timestamp.text(number * length)
    let part = try open(String(text.prefix(word == "hour" ? 13 : 10)), metadata)
    span = (number, part)
    return part
  }

  /// The part of that name; made where it is the first time.
  private mutating func open(
    _ fileName: String, _ metadata: DBNMetadata
  ) throws(CommandError) -> Int {
    if let number = numbers[fileName] { return number }
    var header = header
    header.segmentID = header.segmentID &+ UInt64(numbers.count) &+ 1
    do throws(JournalError) {
      let number = try parts.open(
        path: "\(folder)\(fileName).\(header.codec.fileEnding)", header: header,
        metadata: metadata)
      numbers[fileName] = number
      return number
    } catch {
      throw CommandError(error, verb: SplitVerb.name)
    }
  }
}

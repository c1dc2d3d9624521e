internal import Records

/// Writes records as CSV rows or JSON lines, into one file or one a schema.
struct TextExport: RecordExport {
  private let text: RecordText
  private let input: JournalInput
  /// Whether what stands before the first record was read for symbols.
  private var hasReadBefore = false
  private let isCSV: Bool
  /// Folder with its slash at the end, where each type has its file.
  private let folder: String?
  private let ending: String
  /// By record type: its file among `files`, or one of the two below.
  private var places = [Int](repeating: notSeen, count: 256)
  private var files: [OutputBox] = []
  private var lines: [[UInt8]] = []
  private var rows: [UInt64] = []
  private var leftOut: UInt64 = 0
  private var counts = RecordCounts()
  /// Records of a second schema have come to where only one can be: from then on they are counted
  /// only, so that the message can say what is there.
  private var isMixed = false

  private static var notSeen: Int { -1 }
  private static var passedOver: Int { -2 }
  private static var notWanted: Int { -3 }
  /// Lines that wait before they are written. The first ones wait for longer, so that a journal of
  /// several schemas is refused before anything has come out of a pipe.
  private static var pieceBytes: Int { 1 << 16 }
  private static var firstPieceBytes: Int { 1 << 20 }

  init(
    _ context: CommandContext, _ input: JournalInput, _ metadata: DBNMetadata, isCSV: Bool
  ) throws(CommandError) {
    let arguments = context.arguments
    let path = arguments.value(of: ExportVerb.output)
    self.input = input
    self.isCSV = isCSV
    if !input.schemas.isEmpty {
      places = [Int](repeating: Self.notWanted, count: 256)
      for schema in input.schemas {
        if let type = schema.rtype { places[Int(type.rawValue)] = Self.notSeen }
      }
    }
    ending = isCSV ? "csv" : "jsonl"
    text = RecordText(
      form: isCSV ? .csv : .json, version: metadata.version, sendTime: metadata.hasSendTime,
      symbolColumn: true,
      numbers: TextNumbers(
        prices: arguments[ExportVerb.rawPrices] ? .integer : .decimal,
        times: arguments[ExportVerb.rawTimes] ? .integer : .iso8601))
    if path.hasSuffix("/") || SystemCalls.look(at: path)?.kind == .folder {
      folder = path.hasSuffix("/") ? path : path + "/"
      try SystemCalls.makeFolder(path, verb: ExportVerb.name)
    } else {
      folder = nil
      files.append(OutputBox(try OutputFile(path, verb: ExportVerb.name)))
      lines.append([])
      rows.append(0)
    }
  }

  mutating func add(
    _ records: RawSpan, recordCount: Int, _ symbols: inout JournalSymbols
  ) throws(CommandError) {
    var offset = 0
    while let header = RecordHeader(copying: records, at: offset), header.length >= 4 {
      let type = header.rtype
      if type == .symbolMapping || type == .instrumentDefinition {
        symbols.learn(records, at: offset, header)
      }
      var place = places[Int(type.rawValue)]
      if place != Self.notWanted { counts.add(type) }
      if place == Self.notSeen {
        place = try newPlace(type)
        places[Int(type.rawValue)] = place
      }
      if place >= 0, !isMixed {
        var symbol = symbols.symbol(of: header)
        if symbol == nil, !hasReadBefore, header.instrumentID != 0 {
          try readBefore(&symbols)
          symbol = symbols.symbol(of: header)
        }
        text.append(records, at: offset, symbol: symbol, to: &lines[place])
        rows[place] &+= 1
        if lines[place].count >= Self.pieceBytes { try pass(place) }
      }
      offset += header.byteCount
    }
  }

  /// Learns the symbols of what stands before the time that is wanted: once, and only where one is
  /// missing, for it may be much.
  private mutating func readBefore(_ symbols: inout JournalSymbols) throws(CommandError) {
    hasReadBefore = true
    var learned = symbols
    try input.readBefore { records in
      var offset = 0
      while let header = RecordHeader(copying: records, at: offset), header.length >= 4 {
        if header.rtype == .symbolMapping || header.rtype == .instrumentDefinition {
          learned.learn(records, at: offset, header)
        }
        offset += header.byteCount
      }
    }
    learned.forgetAbsent()
    symbols = learned
  }

  /// Where records of a type go that has not been seen before.
  private mutating func newPlace(_ type: RType) throws(CommandError) -> Int {
    if let folder {
      let path = "\(folder)\(type.name).\(ending)"
      files.append(OutputBox(try OutputFile(path, verb: ExportVerb.name)))
      lines.append([])
      rows.append(0)
    } else if isCSV {
      if type.isGateway { return Self.passedOver }
      if counts.schemas > 1 { isMixed = true }
      if isMixed { return Self.passedOver }
    }
    let place = files.count - 1
    if isCSV { text.appendHeading(of: type, to: &lines[place]) }
    return place
  }

  private mutating func pass(_ place: Int) throws(CommandError) {
    let box = files[place]
    guard box.file.byteCount > 0 || folder != nil || lines[place].count >= Self.firstPieceBytes
    else { return }
    try box.write(lines[place])
    lines[place].removeAll(keepingCapacity: true)
  }

  mutating func finish(_ report: inout ExportReport) throws(CommandError) {
    if isMixed {
      let present = counts.named.map { "\($0.name) (\($0.count.grouped))" }
      throw CommandError(
        .usage, verb: ExportVerb.name,
        happened: "records of several schemas have no common columns",
        what: present.joined(separator: ", "),
        remedy: "name one with --schema, or give --output a folder such as export/")
    }
    for place in files.indices {
      let box = files[place]
      try box.write(lines[place])
      lines[place].removeAll()
      try box.finish()
      report.files.append((box.file.path, rows[place], box.file.byteCount))
    }
    if isCSV, folder == nil {
      for type in [RType.symbolMapping, .system, .error] { report.leftOut += counts[type] }
    }
  }
}

/// An output file among others: arrays cannot hold values that are not copyable.
final class OutputBox {
  var file: OutputFile

  init(_ file: consuming OutputFile) { self.file = file }

  func write(_ bytes: [UInt8]) throws(CommandError) {
    try file.write(rawBytes(of: bytes))
  }

  func finish() throws(CommandError) { try file.finish() }
}

/// The definitions and labels that a counters file brings along.
struct CounterCatalog: Sendable {
  /// One counter of the file and its place in its scope's blocks.
  struct Entry: Sendable {
    var id: CounterID
    var kind: CounterDefinition.Kind
    var name: String
    var unit: String
    var help: String
    var label: String
    var firstWord: Int
    var wordCount: Int

    /// What the values 0, 1 ... of a state mean: its help lists them ("0 idle, 1 connecting").
    /// Empty for what is no state.
    var words: [String] {
      guard unit == "state" || unit == "health", wordCount == 1 else { return [] }
      var words: [String] = []
      for part in help.split(separator: ",") {
        let tokens = part.split(whereSeparator: { $0 == " " || $0 == "." })
        guard tokens.count > 1, Int(tokens[0]) == words.count else { return [] }
        words.append(tokens.dropFirst().joined(separator: "_"))
      }
      return words
    }
  }

  fileprivate(set) var entries: [CounterID: Entry] = [:]
  fileprivate(set) var byScope: [CounterScope: [Entry]] = [:]
  fileprivate(set) var labels: [CounterID: [Int: String]] = [:]

  /// What one element of an array is called: its label, else its number; a message type is its
  /// printable character, else in hexadecimal digits, so that 0x07 and the character 7 differ.
  func elementName(_ entry: Entry, _ element: Int) -> String {
    if let name = labels[entry.id]?[element] { return name }
    guard entry.label == "type" else { return String(element) }
    if element > 0x20, element < 0x7F { return String(UnicodeScalar(UInt8(element))) }
    return (element < 16 ? "0x0" : "0x") + String(element, radix: 16)
  }
}

/// The checked contents of a counters file's static part (FileLayout).
struct StaticPart {
  /// The header's counts and sizes, checked against each other and the limits.
  struct Sizes {
    let fileBytes: Int
    let staticBytes: Int
    let definitions: Int
    let labels: Int
    let blocks: Int

    init(_ header: FieldBytes, fileBytes actual: Int, path: String) throws(CounterFileError) {
      guard Array(header.bytes.prefix(8)) == FileLayout.magic else {
        throw .notACountersFile(path: path)
      }
      let version = header.load(UInt32.self, at: 8)
      guard version == FileLayout.version else { throw .unknownVersion(version) }
      let promised = header.load(UInt64.self, at: 16)
      guard promised <= UInt64(actual) else {
        throw .truncated(what: "\(actual) bytes of \(promised)")
      }
      let parts = header.load(UInt64.self, at: 24)
      definitions = Int(header.load(UInt32.self, at: 12))
      labels = Int(header.load(UInt32.self, at: 32))
      blocks = Int(header.load(UInt32.self, at: 36))
      guard definitions <= LedgerLimits.definitions, labels <= LedgerLimits.labels,
        blocks <= LedgerLimits.blocks
      else {
        throw .corrupt(
          what: "\(definitions) definitions, \(labels) labels, \(blocks) blocks exceed a limit")
      }
      let tables =
        FileLayout.headerBytes + definitions * FileLayout.definitionBytes
        + labels * FileLayout.labelBytes + blocks * FileLayout.blockBytes
      guard parts >= UInt64(tables), parts <= promised, promised % 8 == 0 else {
        throw .corrupt(what: "tables of \(tables) bytes in a static part of \(parts)")
      }
      fileBytes = Int(promised)
      staticBytes = Int(parts)
    }
  }

  let header: CounterFileHeader
  private(set) var catalog = CounterCatalog()
  private(set) var blocks: [CounterFile.Block] = []

  init(_ bytes: FieldBytes, sizes: Sizes) throws(CounterFileError) {
    header = CounterFileHeader(
      identity: InstanceIdentity(
        instance: bytes.text(at: 160, count: 64), version: bytes.text(at: 72, count: 56),
        verb: bytes.text(at: 128, count: 32)),
      pid: bytes.load(UInt64.self, at: 40),
      startedAt: RealtimeInstant(rawValue: bytes.load(UInt64.self, at: 48)))
    var at = FileLayout.headerBytes
    for _ in 0..<sizes.definitions {
      try addDefinition(bytes, at: at)
      at += FileLayout.definitionBytes
    }
    for _ in 0..<sizes.labels {
      let id = CounterID(rawValue: bytes.load(UInt16.self, at: at))
      let element = Int(bytes.load(UInt16.self, at: at + 2))
      catalog.labels[id, default: [:]][element] = bytes.text(at: at + 8, count: 56)
      at += FileLayout.labelBytes
    }
    for _ in 0..<sizes.blocks {
      try addBlock(bytes, at: at, sizes: sizes)
      at += FileLayout.blockBytes
    }
  }

  private mutating func addDefinition(
    _ bytes: FieldBytes, at start: Int
  ) throws(CounterFileError) {
    let id = CounterID(rawValue: bytes.load(UInt16.self, at: start))
    let words = Int(bytes.load(UInt32.self, at: start + 4))
    let known = catalog.byScope[id.scope, default: []]
    let first = known.last.map { $0.firstWord + $0.wordCount } ?? 0
    let entry = CounterCatalog.Entry(
      id: id, kind: .init(rawValue: bytes.load(UInt16.self, at: start + 2)),
      name: bytes.text(at: start + 8, count: 48), unit: bytes.text(at: start + 56, count: 24),
      help: bytes.text(at: start + 96, count: 160), label: bytes.text(at: start + 80, count: 16),
      firstWord: first, wordCount: words)
    guard words > 0, first + words <= LedgerLimits.blockWords else {
      throw .corrupt(what: "counter \(entry.name) has \(words) words from word \(first) on")
    }
    guard catalog.entries.updateValue(entry, forKey: id) == nil else {
      throw .corrupt(what: "counter number \(id.rawValue) is defined twice")
    }
    catalog.byScope[id.scope, default: []].append(entry)
  }

  private mutating func addBlock(
    _ bytes: FieldBytes, at start: Int, sizes: Sizes
  ) throws(CounterFileError) {
    let scope = CounterScope(rawValue: bytes.load(UInt16.self, at: start))
    let words = Int(bytes.load(UInt32.self, at: start + 4))
    let offset = bytes.load(UInt64.self, at: start + 16)
    let name = bytes.text(at: start + 40, count: 88)
    let last = catalog.byScope[scope]?.last
    guard words == last.map({ $0.firstWord + $0.wordCount }) ?? 0, words > 0 else {
      throw .corrupt(what: "block \(name) has \(words) words, its counters have others")
    }
    let length = FileLayout.slotBytes(wordCount: words)
    guard offset % 64 == 0, offset >= UInt64(sizes.staticBytes), length <= sizes.fileBytes,
      offset <= UInt64(sizes.fileBytes - length)
    else {
      throw .corrupt(what: "block \(name) lies at byte \(offset) of \(sizes.fileBytes)")
    }
    blocks.append(
      CounterFile.Block(
        scope: scope, major: Int(bytes.load(UInt32.self, at: start + 8)),
        minor: Int(bytes.load(UInt32.self, at: start + 12)), name: name,
        capacityRecords: bytes.load(UInt64.self, at: start + 24),
        batchRecords: bytes.load(UInt64.self, at: start + 32), offset: Int(offset),
        wordCount: words))
  }
}

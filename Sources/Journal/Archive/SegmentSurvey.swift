/// Finds what lies in a journal's tree, by content and not by name alone.
public struct SegmentSurvey {
  /// Absolute, without symbolic links.
  public let root: String
  public private(set) var segments: [SegmentFacts] = []
  /// Folders of days, relative to the root: those that may be removed once they are empty.
  private(set) var dayFolders: [String] = []

  /// Looks through a journal. Symbolic links are not followed below `root`, hidden names are left
  /// out. `lastTimes` looks for each segment's last receive time, which reads its block headers.
  public init(root: String, dataset: String? = nil, lastTimes: Bool = false) throws(JournalError) {
    guard let whole = JournalPath.absolute(root) else { throw FileTree.failure("open", root) }
    self.root = whole
    for name in FileTree.folders(in: whole) where dataset == nil || dataset == name {
      for day in FileTree.folders(in: "\(whole)/\(name)") where JournalPath.isDay(day) {
        dayFolders.append("\(name)/\(day)")
        look(dataset: name, day: day, lastTimes)
      }
    }
  }

  private mutating func look(dataset: String, day: String, _ lastTimes: Bool) {
    let folder = "\(root)/\(dataset)/\(day)"
    let names = FileTree.files(in: folder)
    let known = Set(names)
    for name in names {
      if name.hasSuffix(Self.sidecarEnding),
        known.contains(String(name.dropLast(Self.sidecarEnding.count)))
      {
        continue
      }
      var facts = SegmentFacts()
      (facts.dataset, facts.day) = (dataset, day)
      facts.path = "\(dataset)/\(day)/\(name)"
      facts.hour = Int(name.prefix(2)) ?? 0
      facts.bytes = FileTree.entry("\(folder)/\(name)")?.bytes ?? 0
      if known.contains(name + Self.sidecarEnding) {
        facts.sidecars = [facts.path + Self.sidecarEnding]
        facts.bytes += FileTree.entry("\(folder)/\(name)\(Self.sidecarEnding)")?.bytes ?? 0
      }
      classify(&facts, at: "\(folder)/\(name)", lastTimes)
      segments.append(facts)
    }
  }

  /// What stands beside a plain segment.
  static var sidecarEnding: String { ".blocks" }

  private func classify(_ facts: inout SegmentFacts, at path: String, _ lastTimes: Bool) {
    let name = FileTree.name(of: path)
    if let torn = name.isTornTail(of: facts.day) {
      // A torn tail is any bytes: it is known by the name that recovery gave it.
      facts.kind = torn ? .torn : .foreign
      return
    }
    // A header whose hash is right is what makes a file the journal's, whatever it is called.
    let opened: SegmentReader?
    do throws(JournalError) {
      opened = try SegmentReader(path: path)
    } catch {
      // What is called a segment and cannot be opened is not to be passed over without a word.
      if case .system = error, SegmentName(path: path)?.shard != nil { facts.kind = .ticks }
      return
    }
    guard var reader = opened, !reader.isForeign else { return }
    let header = reader.header
    facts.header = header
    facts.isSealed = reader.isSealed
    switch header.codec.payload {
    case .dbn, .columnar: facts.kind = .ticks
    case .pcapng, .stream: facts.kind = .raw
    }
    facts.isLocked = LockedFile.isHeld(path) || reader.isBeingWritten
    if lastTimes { facts.lastTime = Self.lastTime(&reader) }
  }

  /// The greatest receive time in the block headers; nil where a block has none or is damaged.
  private static func lastTime(_ reader: inout SegmentReader) -> UInt64? {
    var last: UInt64?
    do throws(JournalError) {
      while let block = try reader.nextBlock() {
        guard block.hasReceiveTimes else { continue }
        last = max(last ?? 0, block.maxTsRecv)
      }
    } catch {
      return nil
    }
    return reader.findings.isEmpty && reader.tail == nil ? last : nil
  }

  /// Records of a segment without repeated ones, counted from its block headers.
  static func countRecords(_ path: String) throws(JournalError) -> UInt64 {
    var reader = try SegmentReader(path: path)
    var records: UInt64 = 0
    while let block = try reader.nextBlock() {
      if !block.isRepeated { records += UInt64(block.recordCount) }
    }
    return records
  }
}

extension SegmentReader {
  /// Whether a pipeline may be writing the segment now: it has no index, and its writer lives.
  ///
  /// A writer locks its shard for as long as it lives, and has done with what it has sealed.
  public var isBeingWritten: Bool {
    guard !isSealed, !isForeign, let day = FileTree.parent(of: path),
      let folder = FileTree.parent(of: day) ?? (day.hasPrefix("/") ? nil : ".")
    else { return false }
    let source = SegmentName(path: path)?.source ?? "\(header.shard)"
    return LockedFile.isHeld("\(folder)/.lock-\(source)")
  }
}

extension String {
  /// Whether a name is that of a torn tail of a segment of the day: true for
  /// `13-0.dbn.zst.torn` and `13-0.dbn.zst.torn.2`, false for other names with `.torn` in them, nil
  /// for names without.
  fileprivate func isTornTail(of day: String) -> Bool? {
    var parts = split(separator: ".", omittingEmptySubsequences: false)
    guard let torn = parts.lastIndex(of: "torn") else { return nil }
    let rest = parts[(torn + 1)...]
    guard rest.isEmpty || (rest.count == 1 && Int(rest[torn + 1]) != nil) else { return false }
    parts.removeSubrange(torn...)
    if parts.last == "blocks" { parts.removeLast() }
    return SegmentName(day: day, file: parts.joined(separator: ".")) != nil
  }
}

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
      Self.classify(&facts, at: "\(folder)/\(name)", lastTimes)
      segments.append(facts)
    }
  }

  /// What stands beside a plain segment.
  static var sidecarEnding: String { ".blocks" }
  static var tornEnding: String { ".torn" }

  private static func classify(_ facts: inout SegmentFacts, at path: String, _ lastTimes: Bool) {
    facts.isLocked =
      LockedFile.isHeld(path)
      || facts.sidecars.contains { _ in
        LockedFile.isHeld(path + sidecarEnding)
      }
    if path.hasSuffix(tornEnding) {
      // A torn tail is any bytes: it is known by the name that recovery gave it.
      let base = FileTree.name(of: String(path.dropLast(tornEnding.count)))
      facts.kind = isSegmentName(base) ? .torn : .foreign
      return
    }
    // A header whose hash is right is what makes a file the journal's, whatever it is called.
    guard var reader = try? SegmentReader(path: path), !reader.isForeign else { return }
    let header = reader.header
    facts.header = header
    facts.isSealed = reader.isSealed
    switch header.codec.payload {
    case .dbn, .columnar: facts.kind = .ticks
    case .pcapng, .stream: facts.kind = .raw
    }
    if lastTimes { facts.lastTime = lastTime(&reader) }
  }

  /// `13-0.dbn.zst`, `13-0.2.mrc`: what a writer calls its segments.
  private static func isSegmentName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    return bytes.count > 4 && (0x30...0x39).contains(bytes[0]) && (0x30...0x39).contains(bytes[1])
      && bytes[2] == UInt8(ascii: "-") && name.contains(".")
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

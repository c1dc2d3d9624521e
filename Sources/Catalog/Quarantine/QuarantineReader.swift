/// What a quarantine file holds.
public struct QuarantineContent: Sendable {
  public var entries: [QuarantineEntry] = []
  /// Bytes between entries that are none: torn or damaged ones.
  public var skippedBytes = 0
  /// Whether the file ends in the middle of an entry.
  public var hasTornTail = false
}

/// Reads quarantine files, also those that are being written.
public enum QuarantineReader {
  /// The quarantine files of a folder, sorted by name; none where there is no folder.
  public static func files(in folder: String) throws(QuarantineError) -> [String] {
    try QuarantineFiles.names(in: folder).filter { $0.hasSuffix(".quarantine") }
      .map { "\(folder)/\($0)" }
  }

  /// All whole entries of a file. What is torn or damaged is passed over and counted.
  public static func read(_ path: String) throws(QuarantineError) -> QuarantineContent {
    try content(of: try QuarantineFiles.read(path), path)
  }

  private static func content(
    of bytes: [UInt8], _ path: String
  ) throws(QuarantineError) -> QuarantineContent {
    let mark = QuarantineLayout.fileMark
    guard bytes.starts(with: mark) || mark.starts(with: bytes) else {
      throw QuarantineError(kind: .foreign, path: path, text: "not a quarantine file")
    }
    return content(bytes, from: min(mark.count, bytes.count))
  }

  static func content(_ bytes: [UInt8], from start: Int) -> QuarantineContent {
    var content = QuarantineContent()
    var at = start
    var search = start
    while at < bytes.count {
      if let (entry, end) = QuarantineLayout.entry(bytes, at: at) {
        content.entries.append(entry)
        search = at + 1
        at = end
        content.hasTornTail = false
        continue
      }
      // On to the next entry, where a writer has died and another one went on. It may begin inside
      // of the last one, if the first bytes behind a torn entry are those that it lacked.
      var next = search
      while next < bytes.count {
        if bytes[next...].starts(with: QuarantineLayout.entryMark),
          let found = QuarantineLayout.entry(bytes, at: next), found.end > at
        {
          break
        }
        next += 1
      }
      content.skippedBytes += max(next - at, 0)
      content.hasTornTail = true
      search = next + 1
      at = next
    }
    return content
  }

  /// Takes the entries out for which `goes` says so; without any left the file goes. A file that a
  /// running pipeline writes throws `inUse` and stays as it is.
  public static func remove(
    from path: String, where goes: (QuarantineEntry) -> Bool
  ) throws(QuarantineError) {
    try QuarantineFiles.rewrite(path) { (bytes) throws(QuarantineError) in
      let kept = try content(of: bytes, path).entries.filter { !goes($0) }
      guard !kept.isEmpty else { return nil }
      return QuarantineLayout.fileMark + kept.flatMap(QuarantineLayout.bytes)
    }
  }
}

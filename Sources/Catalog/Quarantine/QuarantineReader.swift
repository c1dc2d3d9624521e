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
    while at < bytes.count {
      if let (entry, end) = QuarantineLayout.entry(bytes, at: at) {
        content.entries.append(entry)
        at = end
        content.hasTornTail = false
        continue
      }
      // On to the next mark: an entry of its own stands behind a torn one, where a writer has died
      // and another one went on.
      var next = at + 1
      while next < bytes.count, !bytes[next...].starts(with: QuarantineLayout.entryMark) {
        next += 1
      }
      content.skippedBytes += next - at
      content.hasTornTail = true
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

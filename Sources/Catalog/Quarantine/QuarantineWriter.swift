/// Keeps rejected messages: a file for each source and day, `<source>-2026-11-22.quarantine`, for
/// this user alone. One thread.
///
/// The files of a folder are bounded together; what does not fit is counted, and so is what could
/// not be written. An entry is one write: after kill -9 at most the last one is torn, and the
/// reader passes it over.
public struct QuarantineWriter: ~Copyable {
  private struct Open {
    var day: UInt64
    var file: Int32
    var path: String
  }

  public let folder: String
  public let limitBytes: UInt64
  /// Bytes of all files of the folder.
  public private(set) var bytes: UInt64 = 0
  /// Entries written, left out because the folder is full, and not written because of a failure.
  public private(set) var written: UInt64 = 0
  public private(set) var dropped: UInt64 = 0
  public private(set) var failed: UInt64 = 0
  private var open: [String: Open] = [:]

  /// Makes the folder where it is missing; the one above it must be there.
  public init(
    folder: String, limitBytes: UInt64 = CatalogLimits.quarantineBytes
  ) throws(QuarantineError) {
    self.folder = folder
    self.limitBytes = limitBytes
    try QuarantineFiles.makeFolder(folder)
    for name in try QuarantineFiles.names(in: folder) {
      bytes += QuarantineFiles.size(of: "\(folder)/\(name)")
    }
  }

  deinit { for one in open.values { QuarantineFiles.shut(one.file) } }

  /// Keeps an entry; false where the folder is full. A failure throws and is counted: the session
  /// goes on without the copy.
  @discardableResult
  public mutating func add(_ entry: QuarantineEntry) throws(QuarantineError) -> Bool {
    let record = QuarantineLayout.bytes(of: entry)
    guard bytes + UInt64(record.count) <= limitBytes else {
      dropped += 1
      return false
    }
    do throws(QuarantineError) {
      let target = try target(of: entry)
      try QuarantineFiles.append(record, to: target.file, target.path)
    } catch {
      failed += 1
      throw error
    }
    bytes += UInt64(record.count)
    written += 1
    return true
  }

  /// Waits until the disk has what was written.
  public func sync() { for one in open.values { QuarantineFiles.sync(one.file) } }

  private mutating func target(of entry: QuarantineEntry) throws(QuarantineError) -> Open {
    let day = entry.time / CatalogTime.dayNanos
    if let known = open[entry.source] {
      if known.day == day { return known }
      QuarantineFiles.shut(known.file)
      open[entry.source] = nil
    }
    let date = CatalogTime.text(day * CatalogTime.dayNanos).prefix { $0 != "T" }
    let path = "\(folder)/\(Self.fileName(entry.source))-\(date).quarantine"
    let file = try QuarantineFiles.openToAppend(path)
    if QuarantineFiles.size(ofOpen: file) == 0 {
      do throws(QuarantineError) {
        try QuarantineFiles.append(QuarantineLayout.fileMark, to: file, path)
      } catch {
        QuarantineFiles.shut(file)
        throw error
      }
      bytes += UInt64(QuarantineLayout.fileMark.count)
    }
    let target = Open(day: day, file: file, path: path)
    open[entry.source] = target
    return target
  }

  /// A source's name as part of a file's name: nothing that leads out of the folder.
  static func fileName(_ source: String) -> String {
    let safe = source.bounded(to: CatalogLimits.symbolBytes).unicodeScalars.map { scalar in
      let isPlain =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains(scalar))
      return isPlain ? Character(scalar) : "_"
    }
    return safe.isEmpty || safe[0] == "." ? "_" + String(safe) : String(safe)
  }
}

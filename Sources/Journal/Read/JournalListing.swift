/// Files under a journal's paths, by their names alone.
struct JournalListing {
  struct File: Hashable {
    var path: String
    /// Nil for files that are not called as segments are.
    var name: SegmentName?
    /// The folder of the dataset's folder: shards of one journal have the same.
    var root: String
    var dataset: String
    /// Whether it was named itself, and not found in a folder.
    var isNamed: Bool
  }

  /// Records.
  private(set) var files: [File] = []
  /// Raw captures.
  private(set) var rawCaptures: [File] = []

  /// Deepest folder below a path that is looked into: root, dataset, day, and one to spare.
  private static var depth: Int { 4 }
  private static let recordEndings = [".dbn", ".dbn.zst", ".dbn.lz4", ".mrc"]

  /// Lists files, days, datasets or roots. Throws for a path where nothing is.
  init(paths: [String]) throws(JournalError) {
    var seen: Set<String> = []
    for path in paths {
      guard SegmentBytes.exists(path) else {
        throw .system(call: "open", path: path, code: 2)
      }
      let before = files.count
      let rawBefore = rawCaptures.count
      add(path, depth: 0)
      files = files[..<before] + files[before...].filter { seen.insert($0.path).inserted }
      rawCaptures =
        rawCaptures[..<rawBefore]
        + rawCaptures[rawBefore...].filter { seen.insert($0.path).inserted }
    }
  }

  private mutating func add(_ path: String, depth: Int) {
    guard let names = FileTree.names(in: path) else {
      take(path, isNamed: depth == 0)
      return
    }
    guard depth < Self.depth else { return }
    let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
    for name in names where !name.hasPrefix(".") { add("\(folder)/\(name)", depth: depth + 1) }
  }

  private mutating func take(_ path: String, isNamed: Bool) {
    let name = SegmentName(path: path)
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let isTree = name != nil && parts.count >= 3
    let file = File(
      path: path, name: name,
      root: isTree ? parts.dropLast(3).joined(separator: "/") : path,
      dataset: isTree ? String(parts[parts.count - 3]) : "", isNamed: isNamed)
    if let name, name.shard == nil {
      rawCaptures.append(file)
    } else if isNamed || Self.recordEndings.contains(where: { path.hasSuffix($0) }) {
      files.append(file)
    }
  }
}

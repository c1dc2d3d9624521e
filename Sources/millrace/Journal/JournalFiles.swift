internal import Journal

/// Segments and DBN files as the verbs find and open them.
enum JournalFiles {
  /// How the names of files with records end, and of raw captures.
  private static let endings = [".dbn.zst", ".dbn.lz4", ".dbn", ".mrc"]
  private static let rawEndings = [
    ".pcapng.lz4", ".pcapng.zst", ".stream.lz4", ".stream.zst",
  ]

  static func isSegmentName(_ path: String, raw: Bool = false) -> Bool {
    (endings + (raw ? rawEndings : [])).contains { path.hasSuffix($0) }
      && !name(of: path).hasPrefix(".")
  }

  /// The segments and DBN files at or below the paths, those of a folder in the order of their
  /// names, with `raw` also raw captures. Hidden ones are left out; files that are named are taken
  /// whatever they are called.
  static func segments(under paths: [String], raw: Bool = false) -> [String] {
    paths.flatMap { path in
      SystemCalls.look(at: path)?.kind == .folder ? inFolder(path, raw) : [path]
    }
  }

  private static func inFolder(_ folder: String, _ raw: Bool) -> [String] {
    let base = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    var found: [String] = []
    for name in FileTree.names(in: folder) ?? [] where !name.hasPrefix(".") {
      let path = "\(base)/\(name)"
      switch SystemCalls.look(at: path)?.kind {
      case .folder: found += inFolder(path, raw)
      case .file where isSegmentName(path, raw: raw): found.append(path)
      default: break
      }
    }
    return found
  }

  /// Bytes of a segment, with the headers beside a plain one.
  static func byteCount(of path: String) -> UInt64 {
    (SystemCalls.look(at: path)?.byteCount ?? 0)
      + (SystemCalls.look(at: path + ".blocks")?.byteCount ?? 0)
  }

  static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// Opens a file; what cannot be opened is an error of the verb.
  static func reader(of path: String, verb: String) throws(CommandError) -> SegmentReader {
    do throws(JournalError) {
      return try SegmentReader(path: path)
    } catch {
      throw CommandError(error, verb: verb)
    }
  }

  /// The reader's next block; nil at the end.
  static func nextBlock(
    _ reader: inout SegmentReader, verb: String
  ) throws(CommandError) -> BlockHeader? {
    do throws(JournalError) {
      return try reader.nextBlock()
    } catch {
      throw CommandError(error, verb: verb)
    }
  }
}

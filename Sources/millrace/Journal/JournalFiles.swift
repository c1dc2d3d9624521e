internal import Journal

/// Segments and DBN files as the verbs find and open them.
enum JournalFiles {
  /// How the names of files with records end.
  private static let endings = [".dbn.zst", ".dbn.lz4", ".dbn", ".mrc"]

  static func isSegmentName(_ path: String) -> Bool {
    endings.contains { path.hasSuffix($0) } && !name(of: path).hasPrefix(".")
  }

  /// The segments and DBN files at or below the paths, those of a folder in the order of their
  /// names. Hidden ones are left out; files that are named are taken whatever they are called.
  static func segments(under paths: [String]) -> [String] {
    paths.flatMap { path in
      SystemCalls.look(at: path)?.kind == .folder ? inFolder(path) : [path]
    }
  }

  private static func inFolder(_ folder: String) -> [String] {
    let base = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    var found: [String] = []
    for name in SystemCalls.names(in: folder) where !name.hasPrefix(".") {
      let path = "\(base)/\(name)"
      switch SystemCalls.look(at: path)?.kind {
      case .folder: found += inFolder(path)
      case .file where isSegmentName(path): found.append(path)
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

internal import Glibc

/// A reader's mark that it still needs segments, so that `millrace prune` leaves them.
///
/// For each journal root among the paths there is a file `<root>/.readers/<pid>-<name>` (a number
/// follows where the name is taken), locked with flock while the claim lives: when the process
/// ends, however it ends, the lock goes and the claim counts no more. Its text:
///
///     millrace-claim 1
///     cursor 01692662400000000000
///     path XNAS.ITCH/2023-08-22
///
/// Cursor: ts_recv, ns; segments that end before it are not needed. Paths are relative to the root
/// (`.` for all of it); a segment is claimed where its path is one of them or lies below one.
/// One thread.
public final class JournalClaim {
  private var files: [(path: String, descriptor: Int32)] = []

  /// Claims what lies at or below `paths` from `cursor` on. Paths in no journal's tree (foreign
  /// files, archives) need no claim and get none.
  ///
  /// Throws where a root's `.readers` cannot be written: who reads a journal that belongs to
  /// somebody else may go on without, and takes care himself that it is not pruned.
  public init(name: String, paths: [String], from cursor: UInt64 = 0) throws(JournalError) {
    var roots: [(root: String, below: [String])] = []
    for path in paths {
      guard let (root, rest) = JournalPath.split(path) else { continue }
      if let index = roots.firstIndex(where: { $0.root == root }) {
        roots[index].below.append(rest)
      } else {
        roots.append((root, [rest]))
      }
    }
    for (root, below) in roots { try add(root, name, below, cursor) }
  }

  deinit {
    for (path, descriptor) in files {
      // Safety: the path is NUL-terminated for the call.
      unsafe unlink(path)
      close(descriptor)
    }
  }

  /// Paths of the claim's files.
  public var claimPaths: [String] { files.map(\.path) }

  /// Moves the cursor: segments that end before `cursor` (ts_recv, ns) are given up.
  public func advance(to cursor: UInt64) {
    let digits = Array(Self.digits(cursor).utf8)
    for (_, descriptor) in files {
      // Safety: the buffer lives through the call. A failure leaves the earlier cursor, which
      // only claims more.
      _ = unsafe digits.withUnsafeBytes {
        unsafe pwrite(descriptor, $0.baseAddress, $0.count, Self.cursorOffset)
      }
    }
  }

  /// Where the digits of the cursor stand in the file.
  private static var cursorOffset: Int { "millrace-claim 1\ncursor ".utf8.count }

  private static func digits(_ number: UInt64) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: 20 - text.count) + text
  }

  private func add(
    _ root: String, _ name: String, _ below: [String], _ cursor: UInt64
  ) throws(JournalError) {
    let folder = "\(root)/\(ClaimFolder.name)"
    try FileTree.makeFolders(folder)
    // While prune decides and deletes it holds this lock, so that no claim comes in between.
    guard let gate = try LockedFile("\(folder)/\(ClaimFolder.gate)", waits: true, shared: true)
    else { return }
    var text = "millrace-claim 1\ncursor \(Self.digits(cursor))\n"
    for path in below { text += "path \(path)\n" }
    let safe = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    for number in 1...ClaimFolder.maxPerName {
      let suffix = number == 1 ? "" : "-\(number)"
      let path = "\(folder)/\(getpid())-\(safe)\(suffix)"
      // Safety: the path is NUL-terminated for the call.
      let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
      if descriptor < 0, errno == EEXIST { continue }
      guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0,
        Self.write(text, to: descriptor)
      else {
        let error = FileTree.failure("open", path)
        if descriptor >= 0 { close(descriptor) }
        throw error
      }
      files.append((path, descriptor))
      break
    }
    withExtendedLifetime(gate) {}
  }

  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    let bytes = Array(text.utf8)
    // Safety: the buffer lives through the call.
    return unsafe bytes.withUnsafeBytes {
      unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
    } == bytes.count
  }
}

/// The claims on a journal, as prune sees them.
struct ClaimFolder {
  static var name: String { ".readers" }
  static var gate: String { ".gate" }
  static var maxPerName: Int { 1_000 }
  private static var maxBytes: Int { 1 << 20 }

  /// One living reader's claim.
  struct Claim: Equatable {
    /// Name of its file: process id and name.
    var owner: String
    /// ts_recv, ns.
    var cursor: UInt64
    /// Relative to the root.
    var paths: [String]

    /// Whether the reader may still come to a segment at `path` (relative to the root).
    func needs(_ path: String, lastTime: UInt64?) -> Bool {
      if let lastTime, lastTime < cursor { return false }
      return paths.contains { $0 == "." || path == $0 || path.hasPrefix($0 + "/") }
    }
  }

  /// Claims whose owners live.
  var claims: [Claim] = []
  /// Files of owners that are gone.
  var stale: [String] = []

  /// Looks at `<root>/.readers`. A claim that cannot be read counts for everything: better to keep
  /// too much.
  init(root: String) {
    let folder = "\(root)/\(Self.name)"
    for name in FileTree.files(in: folder) {
      let path = "\(folder)/\(name)"
      guard LockedFile.isHeld(path) else {
        stale.append(path)
        continue
      }
      let everything = Claim(owner: name, cursor: 0, paths: ["."])
      let bytes = try? FileTree.read(path, limit: Self.maxBytes)
      claims.append(
        bytes.flatMap { Self.claim(String(decoding: $0, as: UTF8.self), owner: name) }
          ?? everything)
    }
  }

  static func claim(_ text: String, owner: String) -> Claim? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 3, lines[0] == "millrace-claim 1", lines[1].hasPrefix("cursor "),
      let cursor = UInt64(lines[1].dropFirst("cursor ".count)), lines.last == ""
    else { return nil }
    var paths: [String] = []
    for line in lines[2..<(lines.count - 1)] {
      guard line.hasPrefix("path ") else { return nil }
      paths.append(String(line.dropFirst("path ".count)))
    }
    return Claim(owner: owner, cursor: cursor, paths: paths)
  }
}

/// Where a path lies in a journal's tree: `<root>/<dataset>/<yyyy-mm-dd>/<segment>`.
enum JournalPath {
  /// The root of a segment, a day, a dataset or a root itself, and the rest below it (`.` for
  /// nothing); nil where the path is in no journal's tree.
  static func split(_ path: String) -> (root: String, rest: String)? {
    guard let whole = absolute(path) else { return nil }
    let parts = whole.split(separator: "/").map(String.init)
    if let day = parts.lastIndex(where: isDay) {
      // A day file of an archive (`2023-08-22.mrc`) is no day's folder: it never gets here.
      guard day >= 2 else { return nil }
      return ("/" + parts[..<(day - 1)].joined(separator: "/"), join(parts[(day - 1)...]))
    }
    let below = FileTree.folders(in: whole)
    if below.contains(where: isDay), let last = parts.last {
      return ("/" + parts.dropLast().joined(separator: "/"), last)
    }
    let isRoot = below.contains { FileTree.folders(in: "\(whole)/\($0)").contains(where: isDay) }
    return isRoot ? (whole, ".") : nil
  }

  private static func join(_ parts: ArraySlice<String>) -> String { parts.joined(separator: "/") }

  /// Whether a name is a day's folder, `yyyy-mm-dd`.
  static func isDay(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    return bytes.count == 10
      && bytes.enumerated().allSatisfy { index, byte in
        index == 4 || index == 7 ? byte == UInt8(ascii: "-") : (0x30...0x39).contains(byte)
      }
  }

  /// The path without symbolic links and dots; nil where nothing lies there.
  static func absolute(_ path: String) -> String? {
    // Safety: realpath answers memory of its own, which is copied and freed here.
    guard let made = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(made) }
    return unsafe String(cString: made)
  }
}

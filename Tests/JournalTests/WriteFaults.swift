import Glibc
import TestSupport
import Wire

@testable import Journal

/// A file system in memory that fails as it is told, and that can lose its power.
///
/// What a power cut leaves of a file: everything that was synced, and of what was written after
/// that, any set of whole pages, each as it was or as it is or torn in the middle, in a file as
/// long as before, as long as now, or in between. Names are there only if their folder was synced.
final class FaultyFiles: JournalFiles, @unchecked Sendable {
  /// What the next calls meet.
  struct Faults {
    /// Bytes that still fit on the disk; a write that does not fit is cut and fails with ENOSPC.
    var freeBytes: Int?
    /// Calls of a kind that fail with an errno: `write`, `sync`, `create`, `truncate`, `mkdir`.
    var failing: [String: Int32] = [:]
    /// Parts of a failing write that reach the file all the same, in bytes.
    var partBytes = 0
  }

  final class Content {
    var now: [UInt8] = []
    var synced: [UInt8] = []
    var isNameSynced = false
  }

  struct State {
    var faults = Faults()
    var files: [String: Content] = [:]
    var folders: Set<String> = []
    var calls: [String: Int] = [:]
  }

  // Safety of `@unchecked`: each test uses its own from one thread.
  private var state = State()

  @discardableResult
  func with<Result>(_ body: (inout State) -> Result) -> Result { body(&state) }

  var faults: Faults {
    get { with { $0.faults } }
    set { with { $0.faults = newValue } }
  }

  /// Bytes of a file as a reader sees them now.
  func bytes(_ path: String) -> [UInt8]? { with { $0.files[path]?.now } }

  var paths: [String] { with { $0.files.keys.sorted() } }

  func calls(_ kind: String) -> Int { with { $0.calls[kind] ?? 0 } }

  fileprivate func check(_ call: String, _ path: String) throws(JournalError) {
    let code = with { state -> Int32? in
      state.calls[call, default: 0] += 1
      return state.faults.failing[call]
    }
    if let code { throw .system(call: call, path: path, code: code) }
  }

  func create(_ path: String) throws(JournalError) -> FaultyFile {
    try check("create", path)
    let isNew = with { state -> Bool in
      guard state.files[path] == nil else { return false }
      state.files[path] = Content()
      return true
    }
    guard isNew else { throw .system(call: "open", path: path, code: EEXIST) }
    return FaultyFile(self, path)
  }

  func open(_ path: String) throws(JournalError) -> FaultyFile {
    guard bytes(path) != nil else { throw .system(call: "open", path: path, code: ENOENT) }
    return FaultyFile(self, path)
  }

  func makeFolders(_ path: String) throws(JournalError) {
    try check("mkdir", path)
    with { _ = $0.folders.insert(path) }
  }

  func names(in folder: String) -> [String] {
    let below = paths.filter { $0.hasPrefix(folder + "/") }.map { $0.dropFirst(folder.count + 1) }
    return Set(below.compactMap { $0.split(separator: "/").first.map(String.init) }).sorted()
  }

  func rename(_ from: String, to path: String) throws(JournalError) {
    with { $0.files[path] = $0.files.removeValue(forKey: from) }
  }

  func remove(_ path: String) throws(JournalError) {
    with { _ = $0.files.removeValue(forKey: path) }
  }

  func syncFolder(_ path: String) throws(JournalError) {
    with { state in
      for (name, file) in state.files where FileTree.parent(of: name) == path {
        file.isNameSynced = true
      }
    }
  }

  /// What a machine finds that lost its power now and came up again.
  func afterPowerCut(_ generator: inout SeededGenerator) -> FaultyFiles {
    let left = FaultyFiles()
    let files = with { $0.files.filter(\.value.isNameSynced) }
    for (path, file) in files.sorted(by: { $0.key < $1.key }) {
      let content = Content()
      content.now = Self.torn(from: file.synced, to: file.now, &generator)
      content.synced = content.now
      content.isNameSynced = true
      left.with { $0.files[path] = content }
    }
    return left
  }

  /// What a process finds whose predecessor was killed: everything that the system had taken.
  func afterKill() -> FaultyFiles {
    let left = FaultyFiles()
    for (path, file) in state.files {
      let content = Content()
      content.now = file.now
      content.synced = file.now
      content.isNameSynced = true
      left.with { $0.files[path] = content }
    }
    return left
  }

  private static var pageBytes: Int { 512 }

  private static func torn(
    from old: [UInt8], to new: [UInt8], _ generator: inout SeededGenerator
  ) -> [UInt8] {
    let (least, most) = (min(old.count, new.count), max(old.count, new.count))
    let size =
      switch generator.next() % 3 {
      case 0: old.count
      case 1: new.count
      default: least + Int(generator.next() % UInt64(most - least + 1))
      }
    var result = [UInt8](repeating: 0, count: size)
    for page in stride(from: 0, to: size, by: pageBytes) {
      let end = min(page + pageBytes, size)
      let unchanged = end <= min(old.count, new.count) && old[page..<end] == new[page..<end]
      let cut = page + Int(generator.next() % UInt64(end - page + 1))
      // Of the new content: nothing, all, or what stands before `cut`.
      let limit = unchanged ? end : [page, end, cut][Int(generator.next() % 3)]
      for index in page..<end {
        let source = index < limit ? new : old
        result[index] = index < source.count ? source[index] : 0
      }
    }
    return result
  }

  fileprivate func change(_ path: String, _ body: (Content) -> Void) {
    state.files[path].map(body)
  }
}

/// An open file of `FaultyFiles`.
final class FaultyFile: JournalFile {
  private let files: FaultyFiles
  private let path: String

  fileprivate init(_ files: FaultyFiles, _ path: String) {
    self.files = files
    self.path = path
  }

  func write(_ bytes: RawSpan, at offset: UInt64) throws(JournalError) {
    let source = (0..<bytes.byteCount).map { bytes.uncheckedByte(at: $0) }
    let fault = files.with { state -> (Int, Int32)? in
      state.calls["write", default: 0] += 1
      guard let code = state.faults.failing["write"] else {
        guard let free = state.faults.freeBytes else { return nil }
        let size = state.files[self.path]?.now.count ?? 0
        let needed = max(Int(offset) + source.count - size, 0)
        if needed <= free {
          state.faults.freeBytes = free - needed
          return nil
        }
        state.faults.freeBytes = 0
        return (source.count - needed + free, ENOSPC)
      }
      return (min(state.faults.partBytes, source.count), code)
    }
    files.change(path) { content in
      let part = source.prefix(fault?.0 ?? source.count)
      let end = Int(offset) + part.count
      if content.now.count < end {
        content.now += [UInt8](repeating: 0, count: end - content.now.count)
      }
      content.now.replaceSubrange(Int(offset)..<end, with: part)
    }
    if let fault { throw .system(call: "write", path: path, code: fault.1) }
  }

  func read(_ count: Int, at offset: UInt64, into buffer: inout ByteBuffer) throws(JournalError) {
    let now = files.bytes(path) ?? []
    guard Int(offset) < now.count else { return }
    let part = Array(now[Int(offset)..<min(now.count, Int(offset) + count)])
    buffer.append(part.rawSpan)
  }

  func byteCount() throws(JournalError) -> UInt64 { UInt64(files.bytes(path)?.count ?? 0) }

  func truncate(to size: UInt64) throws(JournalError) {
    try files.check("truncate", path)
    files.change(path) { content in
      content.now.removeLast(max(content.now.count - Int(size), 0))
    }
  }

  func sync() throws(JournalError) {
    try files.check("sync", path)
    files.change(path) { content in content.synced = content.now }
  }
}

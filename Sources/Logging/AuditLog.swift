internal import Glibc
internal import Synchronization

/// What an operator has done.
public struct AuditAction: Sendable, Hashable {
  /// Dotted, as events are: `session.reset`.
  public var name: String
  /// What it was done to: a source, a file.
  public var target: String
  public var before: String
  public var after: String
  /// "done", or why it was refused.
  public var outcome: String
  /// Who asked: the user and process at the other end of the control socket, or of this process.
  public var user: UInt32
  public var process: Int32

  /// `user` and `process` are this process's own where nil.
  public init(
    _ name: String, target: String = "", before: String = "", after: String = "",
    outcome: String = "done", user: UInt32? = nil, process: Int32? = nil
  ) {
    self.name = name
    self.target = target
    self.before = before
    self.after = after
    self.outcome = outcome
    self.user = user ?? getuid()
    self.process = process ?? getpid()
  }
}

/// The file of what operators have done: appended to only, readable by its owner only, on the disk
/// before the action goes on.
///
/// Each line is a JSON object that ends with the SHA-256 of the line before it and of its own, so
/// that a line that is changed, removed or added in the middle shows (`AuditLog.verify`). Who cuts
/// off the last lines leaves a whole chain: the log's event `audit.entry` carries number and hash
/// of each entry for that.
public final class AuditLog: Sendable {
  /// What precedes the first line.
  static var origin: String { String(repeating: "0", count: 64) }

  public let path: String
  private let descriptor: Int32
  private let lock = Mutex(())

  /// Opens or makes the file. Throws where it is no plain file, or others may write it.
  public init(path: String) throws(LogError) {
    let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW
    // Safety: the path is a NUL-terminated copy for the time of the call.
    let opened = unsafe open(path, flags, 0o600)
    guard opened >= 0 else { throw LogError("open the audit log", path, errno: errno) }
    var status = stat()
    // Safety: the kernel fills the structure, which outlives the call.
    let isKnown = unsafe fstat(opened, &status) == 0
    guard isKnown, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o022 == 0 else {
      close(opened)
      throw LogError(
        "use the audit log", path,
        text: "it must be a plain file that nobody but its owner may write (chmod 600)")
    }
    self.path = path
    descriptor = opened
  }

  deinit { close(descriptor) }

  /// Appends one entry and waits for the disk; gives its number and hash. Several processes may
  /// append to one file.
  @discardableResult
  public func append(
    _ action: AuditAction, time: UInt64? = nil
  ) throws(LogError) -> (number: UInt64, hash: String) {
    let time = time ?? LogTime.now()
    let result: Result<(number: UInt64, hash: String), LogError> = lock.withLock { _ in
      guard flock(descriptor, LOCK_EX) == 0 else {
        return .failure(LogError("lock", path, errno: errno))
      }
      defer { _ = flock(descriptor, LOCK_UN) }
      do throws(LogError) {
        return .success(try appendLocked(action, time: time))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func appendLocked(
    _ action: AuditAction, time: UInt64
  ) throws(LogError) -> (number: UInt64, hash: String) {
    let bytes = try Self.read(descriptor, path)
    var chain = AuditChain(bytes)
    if let torn = chain.tornTail {
      // A crash in the middle of a line: it is ended, and the next line says what it was.
      let note = AuditAction(
        "audit.recovered", target: path, before: SHA256.hex(torn), after: "",
        outcome: "an entry was cut short")
      let isWhole = chain.adoptTail()
      try put([UInt8(ascii: "\n")] + (isWhole ? [] : chain.next(note, time: time)))
    }
    let line = chain.next(action, time: time)
    try put(line)
    return (chain.count, chain.head)
  }

  private func put(_ line: [UInt8]) throws(LogError) {
    // Safety: the bytes outlive the call.
    let written = unsafe line.withUnsafeBytes {
      unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
    }
    guard written == line.count else {
      throw LogError("append to", path, errno: written < 0 ? errno : ENOSPC)
    }
    guard fsync(descriptor) == 0 else { throw LogError("sync", path, errno: errno) }
  }

  /// All bytes of the file: audit logs are small, and operators slow.
  static func read(_ descriptor: Int32, _ path: String) throws(LogError) -> [UInt8] {
    var status = stat()
    // Safety: the kernel fills the structure, which outlives the call.
    guard unsafe fstat(descriptor, &status) == 0 else { throw LogError("read", path, errno: errno) }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var done = 0
    while done < bytes.count {
      // Safety: the rest lies inside `bytes`, which outlives the call.
      let count = unsafe bytes.withUnsafeMutableBytes { target in
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: target[done...])
        return unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(done))
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw LogError("read", path, errno: errno) }
      if count == 0 { break }
      done += count
    }
    bytes.removeLast(bytes.count - done)
    return bytes
  }

  /// What `verify` found.
  public struct Verdict: Sendable, Equatable {
    public var entries: UInt64
    /// Hash of the last entry, to be compared with the log's last `audit.entry`.
    public var head: String
    /// One a broken line, with its number from 1; empty where the chain holds.
    public var findings: [String]

    public var isWhole: Bool { findings.isEmpty }
  }

  /// Checks the chain of a file from its first line to its last.
  public static func verify(_ path: String) throws(LogError) -> Verdict {
    // Safety: the path is a NUL-terminated copy for the time of the call.
    let opened = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { throw LogError("open the audit log", path, errno: errno) }
    defer { close(opened) }
    let chain = AuditChain(try read(opened, path))
    var findings = chain.findings
    if chain.tornTail != nil { findings.append("the last line is cut short") }
    return Verdict(entries: chain.count, head: chain.head, findings: findings)
  }
}

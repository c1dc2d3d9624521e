internal import CLinux
internal import Glibc

/// This program once more, as another process, whose standard output comes back through a pipe.
///
/// It ends with its parent, whatever ends that. One thread.
final class ChildProcess {
  let name: String
  private var process: pid_t = 0
  private var output: Int32 = -1
  private var status: Int32?

  /// Starts the program with these words behind its name.
  init(name: String, words: [String]) throws(LabFailure) {
    self.name = name
    guard let program = LabFiles.target(ofLink: "/proc/self/exe") else {
      throw .system(call: "readlink", path: "/proc/self/exe", code: errno)
    }
    var ends: [Int32] = [-1, -1]
    // Safety: the call writes two descriptors into the array's own room.
    guard unsafe pipe(&ends) == 0 else { throw .system(call: "pipe", path: name, code: errno) }
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    defer { _ = close(ends[1]) }
    let code = Self.spawn(program, [program] + words, output: ends[1], &process)
    guard code == 0 else {
      _ = close(ends[0])
      throw .system(call: "posix_spawn", path: program, code: code)
    }
    output = ends[0]
  }

  deinit {
    kill()
    if output >= 0 { _ = close(output) }
  }

  private static func spawn(
    _ program: String, _ words: [String], output: Int32, _ process: inout pid_t
  ) -> Int32 {
    // Safety: strdup copies; the copies live until they are freed below, the array ends with nil.
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
    // Safety: initialised here and destroyed below; both descriptors are open.
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    // Safety: all pointers live through the call; the environment is not changed meanwhile.
    return unsafe posix_spawn(&process, program, &actions, nil, arguments, environ)
  }

  /// Whether it runs still.
  var isRunning: Bool {
    if status != nil { return false }
    var code: Int32 = 0
    // Safety: the call writes to a local.
    guard unsafe waitpid(process, &code, WNOHANG) == process else { return true }
    status = code
    return false
  }

  /// Reads its output until it ends; gives the bytes. Throws where it did not end well.
  func finish() throws(LabFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      // Safety: the call writes at most as many bytes as the array has.
      let count = unsafe piece.withUnsafeMutableBytes {
        unsafe read(output, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      bytes += piece[..<count]
    }
    reap()
    guard status == 0 else {
      throw .peer("\(name) ended early: \(Self.text(ofStatus: status ?? 0))")
    }
    return bytes
  }

  private static func text(ofStatus status: Int32) -> String {
    // wait(2): the low seven bits are a signal's number, else the next byte is the exit code.
    status & 0x7F == 0 ? "exit code \(status >> 8 & 0xFF)" : "signal \(status & 0x7F)"
  }

  /// Ends it at once, if it runs still.
  func kill() {
    guard status == nil, process > 0 else { return }
    _ = Glibc.kill(process, SIGKILL)
    reap()
  }

  private func reap() {
    guard status == nil else { return }
    var code: Int32 = 0
    // Safety: the call writes to a local.
    while unsafe waitpid(process, &code, 0) < 0, errno == EINTR {}
    status = code
  }
}

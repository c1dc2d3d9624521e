internal import Glibc

/// The few calls of the C library that the program's frame needs.
enum SystemCalls {
  /// What became of a write.
  enum WriteResult {
    case done
    /// The reader has gone (EPIPE).
    case closed
    case failed(String)
  }

  /// The command line without the program's name.
  static var arguments: [String] { Array(CommandLine.arguments.dropFirst()) }

  static func exit(_ code: ExitCode) -> Never { Glibc.exit(code.rawValue) }

  /// Writing to a pipe without a reader becomes an error instead of the end.
  static func ignoreBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
  }

  static func environment(_ name: String) -> String? {
    // Safety: the text is copied at once; nothing here changes the environment.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Columns of the terminal behind a descriptor, or nil.
  static func terminalColumns(_ descriptor: Int32) -> Int? {
    var size = winsize()
    // Safety: the call fills the structure that it is made for.
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }

  /// Writes all bytes, however many calls that takes.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> WriteResult {
    var written = 0
    while written < bytes.count {
      // Safety: the buffer lives through the call, and the count stays inside of it.
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        if errno == EPIPE { return .closed }
        // Safety: the text is copied at once.
        return .failed(unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error")
      }
      written += count
    }
    return .done
  }

  /// What the system said to the call before.
  static var lastError: String {
    // Safety: the text is copied at once.
    unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
  }

  /// When a file was last modified, ns since the Unix epoch; nil where it cannot be told.
  static func modificationTime(_ path: String) -> UInt64? {
    var status = stat()
    // Safety: the path is NUL-terminated for the call, which fills the structure.
    guard unsafe stat(path, &status) == 0, status.st_mtim.tv_sec >= 0 else { return nil }
    return UInt64(status.st_mtim.tv_sec) * 1_000_000_000 + UInt64(status.st_mtim.tv_nsec)
  }
}

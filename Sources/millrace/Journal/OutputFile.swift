internal import Wire

/// A file that comes to stand under its name only when it is whole, or standard output (`-`).
///
/// It is written under a temporary name in the same folder; whoever gives the value up without
/// `finish` leaves nothing behind. One thread.
struct OutputFile: ~Copyable {
  let path: String
  private(set) var byteCount: UInt64 = 0
  private let verb: String
  private let descriptor: Int32
  private var isFinished = false

  /// Opens the temporary file.
  init(_ path: String, verb: String) throws(CommandError) {
    var opened: Int32 = 1
    if path != "-" {
      do throws(SystemCalls.FileFailure) {
        opened = try SystemCalls.create(TemporaryName.of(path))
      } catch {
        throw CommandError(error, verb: verb)
      }
    }
    self.path = path
    self.verb = verb
    descriptor = opened
  }

  deinit {
    guard !isFinished, path != "-" else { return }
    SystemCalls.closeFile(descriptor)
    SystemCalls.remove(TemporaryName.of(path))
  }

  /// Appends bytes.
  mutating func write(_ bytes: RawSpan) throws(CommandError) {
    let code = SystemCalls.write(bytes, to: descriptor)
    guard code == 0 else {
      if path == "-", SystemCalls.isClosedPipe(code) { throw .closedOutput }
      throw CommandError(SystemCalls.FileFailure(code: code, path: path), verb: verb)
    }
    byteCount &+= UInt64(bytes.byteCount)
  }

  /// Appends a buffer's bytes.
  mutating func write(_ buffer: borrowing ByteBuffer) throws(CommandError) {
    try write(buffer.bytes)
  }

  /// Appends a part of a file, as much of it as is there.
  mutating func append(
    _ range: Range<UInt64>, ofFile source: String
  ) throws(CommandError) {
    do throws(SystemCalls.FileFailure) {
      byteCount &+= try SystemCalls.append(range, ofFile: source, to: descriptor)
    } catch {
      throw CommandError(error, verb: verb)
    }
  }

  /// Gives the file its name; what stood there is replaced.
  mutating func finish() throws(CommandError) {
    guard !isFinished, path != "-" else { return }
    let code = SystemCalls.synchronize(descriptor)
    guard code == 0 else {
      throw CommandError(SystemCalls.FileFailure(code: code, path: path), verb: verb)
    }
    do throws(SystemCalls.FileFailure) {
      try SystemCalls.rename(TemporaryName.of(path), to: path)
    } catch {
      throw CommandError(error, verb: verb)
    }
    isFinished = true
    SystemCalls.closeFile(descriptor)
  }
}

/// Names of files that are not whole yet.
enum TemporaryName {
  /// Hidden, in the same folder, of this process only: `.NAME.PID.part`. The ending stays at the
  /// end where `keeping` names it, for writers that go by it.
  static func of(_ path: String, keeping ending: String? = nil) -> String {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? ""
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    let part = "\(folder).\(name).\(SystemCalls.processID).part"
    return ending.map { "\(part).\($0)" } ?? part
  }
}

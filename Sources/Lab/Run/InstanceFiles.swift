internal import Glibc

/// The folder of one run: rings, counters, marks and plans. It is removed with all that is in it
/// when the run is over, however that went.
final class InstanceFiles {
  let instance: String
  let folder: String
  let path: String

  /// Makes the folder for this process.
  init(folder: String) throws(LabFailure) {
    instance = "bench-\(getpid())"
    self.folder = folder
    path = "\(folder)/\(instance)"
    var made = ""
    for part in path.split(separator: "/") {
      made += made.isEmpty && !path.hasPrefix("/") ? String(part) : "/\(part)"
      // Safety: the path is NUL-terminated for the call.
      if unsafe mkdir(made, 0o755) != 0, errno != EEXIST {
        throw .system(call: "mkdir", path: made, code: errno)
      }
    }
  }

  deinit { remove() }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a small file.
  func write(_ text: String, to name: String) throws(LabFailure) -> String {
    let path = file(name)
    // Safety: the path is NUL-terminated for the call.
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system(call: "open", path: path, code: errno) }
    defer { _ = close(descriptor) }
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      // Safety: the rest lies inside of the array, which is only read.
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(
          descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .system(call: "write", path: path, code: errno) }
      written += count
    }
    return path
  }

  /// Removes the files of the folder, and the folder.
  func remove() {
    // Safety: the path is NUL-terminated for the call; the stream is closed below.
    guard let stream = unsafe opendir(path) else { return }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      // Safety: the name is NUL-terminated and copied before the next call.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe String(cString: UnsafeRawPointer(field).assumingMemoryBound(to: CChar.self))
      }
      if name != ".", name != ".." { names.append(name) }
    }
    // Safety: opened above, closed once; the paths are NUL-terminated for the calls.
    _ = unsafe closedir(stream)
    for name in names { _ = unsafe unlink(file(name)) }
    _ = unsafe rmdir(path)
  }
}

internal import Glibc

/// Reads whole small files: FoundationEssentials would weigh more than all of this module.
enum ZoneFile {
  /// The file's bytes, at most `limit` of them.
  static func read(path: String, limit: Int) throws(ZoneError) -> [UInt8] {
    // Safety: the path is a terminated string for the time of the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: path, errno: errno) }
    defer { _ = close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: limit)
    var count = 0
    while count < limit {
      // Safety: the call writes at most `limit - count` bytes from `count` on, inside the array.
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress.map { unsafe $0 + count }, limit - count)
      }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw .unreadable(path: path, errno: errno) }
      if got == 0 { break }
      count += got
    }
    bytes.removeLast(limit - count)
    return bytes
  }
}

internal import Glibc

/// The system calls of the ring files, each with a typed error.

/// The text of an `errno` value.
func errorText(_ code: Int32) -> String {
  // Safety: strerror answers a NUL-terminated text that is copied at once.
  unsafe String(cString: strerror(code))
}

/// A file descriptor that closes itself (and so gives up a lock that it holds).
struct Descriptor: ~Copyable {
  let number: Int32

  deinit { close(number) }

  /// Opens `name` in the folder `folder`, never through a symbolic link and never inherited by a
  /// child process. Nil where it does not exist and `flags` do not create it; `path` names it in
  /// errors.
  init?(
    _ name: String, in folder: borrowing Descriptor, path: String, flags: Int32, mode: mode_t = 0
  ) throws(SharedMemoryError) {
    // Safety: the call only reads the NUL-terminated copy of the name.
    let number = unsafe openat(folder.number, name, flags | O_CLOEXEC | O_NOFOLLOW, mode)
    if number < 0 {
      if errno == ENOENT, flags & O_CREAT == 0 { return nil }
      throw .system(call: "open", path: path, code: errno)
    }
    self.number = number
  }

  /// Opens the folder at `path`, making it and the folders above it where they are missing.
  init(folder path: String, mode: mode_t) throws(SharedMemoryError) {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += made.isEmpty || made.hasSuffix("/") ? String(part) : "/\(part)"
      // Safety: the call only reads the NUL-terminated copy of the path.
      if unsafe mkdir(made, mode) != 0, errno != EEXIST {
        throw .system(call: "mkdir", path: made, code: errno)
      }
    }
    // Safety: as above.
    let number = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    guard number >= 0 else { throw .system(call: "open", path: path, code: errno) }
    self.number = number
  }

  /// The size in bytes; nil for anything but a regular file.
  var regularFileBytes: Int? {
    var info = stat()
    // Safety: `info` is a local of the right type for the call.
    guard unsafe fstat(number, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return nil }
    return info.st_size
  }
}

/// A file mapped for reading and writing, shared with other processes; unmapped with its owner.
@safe struct SharedMapping: ~Copyable {
  let base: UnsafeMutableRawPointer
  let byteCount: Int

  init(_ file: borrowing Descriptor, byteCount: Int, path: String) throws(SharedMemoryError) {
    // Safety: a new mapping at an address of the kernel's choice overlaps nothing of ours.
    let map = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, file.number, 0)
    guard let map = unsafe map, unsafe map != MAP_FAILED else {
      throw .system(call: "mmap", path: path, code: errno)
    }
    unsafe self.base = map
    self.byteCount = byteCount
  }

  deinit {
    // Safety: exactly the mapping that init made; nothing outlives its owner.
    unsafe munmap(base, byteCount)
  }
}

/// Nanoseconds since 1970 or since the machine started, for `clock`.
func clockNanos(_ clock: clockid_t) -> UInt64 {
  var time = timespec()
  // Safety: `time` is a local of the right type for the call.
  unsafe clock_gettime(clock, &time)
  return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
}

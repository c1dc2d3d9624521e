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

  /// Opens the file at `path` for reading; nil where there is none.
  init?(readingFileAt path: String) throws(SharedMemoryError) {
    // Safety: the call only reads the NUL-terminated copy of the path.
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if number < 0 {
      if errno == ENOENT { return nil }
      throw .system(call: "open", path: path, code: errno)
    }
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

/// A file mapped into memory, shared with other processes; unmapped with its owner.
@safe struct SharedMapping: ~Copyable {
  let base: UnsafeMutableRawPointer
  let byteCount: Int

  init(
    _ file: borrowing Descriptor, byteCount: Int, path: String, isWritable: Bool = true
  ) throws(SharedMemoryError) {
    let protection = isWritable ? PROT_READ | PROT_WRITE : PROT_READ
    // Safety: a new mapping at an address of the kernel's choice overlaps nothing of ours.
    let map = unsafe mmap(nil, byteCount, protection, MAP_SHARED, file.number, 0)
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

  /// Makes a zeroed file under a temporary name, lets `describe` write its header, and renames it,
  /// so that a reader that opens `name` finds a whole file.
  static func making(
    _ name: String, in folder: borrowing Descriptor, byteCount: Int, path: String, mode: UInt32,
    describe: (borrowing SharedMapping) -> Void
  ) throws(SharedMemoryError) -> SharedMapping {
    let temporary = name + ".new"
    // Safety: this and the calls below only read the NUL-terminated copies of the names.
    unsafe unlinkat(folder.number, temporary, 0)
    guard
      let file = try Descriptor(
        temporary, in: folder, path: path + ".new", flags: O_RDWR | O_CREAT | O_EXCL, mode: mode)
    else { throw .system(call: "open", path: path + ".new", code: ENOENT) }
    // Real pages now: a full /dev/shm is an error here, not a SIGBUS at some later store.
    let code = posix_fallocate(file.number, 0, byteCount)
    guard code == 0 else {
      unsafe unlinkat(folder.number, temporary, 0)
      throw .system(call: "posix_fallocate", path: path, code: code)
    }
    let mapping = try SharedMapping(file, byteCount: byteCount, path: path)
    describe(mapping)
    // Safety: as above.
    guard unsafe renameat(folder.number, temporary, folder.number, name) == 0 else {
      throw .system(call: "rename", path: path, code: errno)
    }
    return mapping
  }
}

/// Nanoseconds since 1970 or since the machine started, for `clock`.
func clockNanos(_ clock: clockid_t) -> UInt64 {
  var time = timespec()
  // Safety: `time` is a local of the right type for the call.
  unsafe clock_gettime(clock, &time)
  return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
}

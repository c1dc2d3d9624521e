internal import Glibc

/// Sockets of this machine's own kind (AF_UNIX), by path.
enum UnixSocket {
  /// Opens a socket; the caller closes it.
  static func open(_ path: String) throws(ControlSocketError) -> Int32 {
    let type =
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let made = socket(AF_UNIX, type, 0)
    guard made >= 0 else { throw ControlSocketError("open a socket for", path, errno: errno) }
    return made
  }

  static func bind(_ socket: Int32, _ path: String) throws(ControlSocketError) -> Int32 {
    // Safety: the address is valid for the call and only read.
    try unsafe withAddress(path) { address, length in
      unsafe Glibc.bind(socket, address, length) == 0 ? 0 : errno
    }
  }

  static func connect(_ socket: Int32, _ path: String) throws(ControlSocketError) -> Int32 {
    // Safety: as above.
    try unsafe withAddress(path) { address, length in
      unsafe Glibc.connect(socket, address, length) == 0 ? 0 : errno
    }
  }

  /// User and process at the other end, as the kernel knows them (unix(7), SO_PEERCRED: `ucred` is
  /// process, user, group, 32 bits each).
  static func peer(_ socket: Int32) -> (user: UInt32, process: Int32)? {
    var credentials: InlineArray<3, UInt32> = [0, 0, 0]
    var length = socklen_t(12)
    // Safety: the kernel fills at most the twelve bytes of the array.
    let code = unsafe withUnsafeMutableBytes(of: &credentials) { bytes in
      unsafe getsockopt(socket, SOL_SOCKET, SO_PEERCRED, bytes.baseAddress, &length)
    }
    guard code == 0, length == 12 else { return nil }
    return (credentials[1], Int32(bitPattern: credentials[0]))
  }

  /// Waits until the socket is readable (or writable), at most until the deadline (monotonic ns).
  static func wait(_ socket: Int32, forWriting: Bool, until deadline: UInt64) -> Bool {
    while true {
      let now = ControlClock.now()
      let left = deadline > now ? deadline - now : 0
      var request = pollfd(
        fd: socket, events: Int16(forWriting ? POLLOUT : POLLIN), revents: 0)
      // Safety: one structure, as the count says.
      let ready = unsafe poll(&request, 1, Int32(clamping: (left + 999_999) / 1_000_000))
      if ready > 0 { return true }
      if ready < 0 && errno == EINTR && left > 0 { continue }
      return false
    }
  }

  /// Sends all bytes before the deadline; whether it could. A peer that is gone is no signal.
  static func send(_ socket: Int32, _ bytes: [UInt8], until deadline: UInt64) -> Bool {
    var done = 0
    while done < bytes.count {
      // Safety: the rest lies inside `bytes`, which outlives the call.
      let count = unsafe bytes.withUnsafeBytes { all in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: all[done...])
        return unsafe Glibc.send(
          socket, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        done += count
      } else if count < 0 && errno == EINTR {
        continue
      } else if count < 0 && errno == EAGAIN {
        guard wait(socket, forWriting: true, until: deadline) else { return false }
      } else {
        return false
      }
    }
    return true
  }

  /// Receives until `isWhole` says so, the peer ends, the limit or the deadline is reached; nil for
  /// the last two.
  static func receive(
    _ socket: Int32, limit: Int, until deadline: UInt64, isWhole: ([UInt8]) -> Bool
  ) -> [UInt8]? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while !isWhole(bytes) {
      guard bytes.count <= limit else { return nil }
      // Safety: the kernel fills at most the buffer, which outlives the call.
      let count = unsafe piece.withUnsafeMutableBytes {
        unsafe recv(socket, $0.baseAddress, $0.count, 0)
      }
      if count == 0 { return bytes }
      if count > 0 {
        bytes += piece.prefix(count)
      } else if errno == EAGAIN {
        guard wait(socket, forWriting: false, until: deadline) else { return nil }
      } else if errno != EINTR {
        return nil
      }
    }
    return bytes
  }

  private static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(ControlSocketError) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    // Safety: the bytes fit, and the rest of the field is zero already.
    let fits = unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
      guard bytes.count < field.count, !bytes.contains(0) else { return false }
      for index in bytes.indices { unsafe field[index] = bytes[index] }
      return true
    }
    guard fits else {
      throw ControlSocketError(
        "use", path, text: "the path of a socket has 107 bytes at most: shorten the folder's name")
    }
    // Safety: both structures begin with the family; the length is that of the larger one.
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { rebound in
        unsafe body(rebound, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}

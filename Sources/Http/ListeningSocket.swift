internal import Glibc

/// A TCP socket that listens, made here so that errors are exact and port 0 can be reported.
struct ListeningSocket: ~Copyable {
  private var descriptor: Int32
  /// Where it listens; the kernel's choice where 0 was asked for.
  let port: UInt16

  /// `address` is numeric, IPv4 or IPv6: a name could mean anything.
  init(address: String, port: UInt16) throws(HttpError) {
    let place = address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    var v4 = in_addr()
    var v6 = in6_addr()
    // Safety: the text is NUL-terminated for the call, and each call fills its own structure.
    let isV4 = unsafe inet_pton(AF_INET, address, &v4) == 1
    // Safety: as above.
    let isV6 = unsafe !isV4 && inet_pton(AF_INET6, address, &v6) == 1
    guard isV4 || isV6 else {
      throw HttpError(
        "listen at", place, text: "this is no numeric address",
        remedy: "write 127.0.0.1, ::1, or the address of an interface")
    }
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let made = socket(isV4 ? AF_INET : AF_INET6, type, 0)
    guard made >= 0 else { throw HttpError("open a socket at", place, errno: errno) }
    do throws(HttpError) {
      var yes: Int32 = 1
      // Safety: one integer of that size, only read.
      _ = unsafe setsockopt(
        made, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      let bound = isV4 ? Self.bind(made, v4, port) : Self.bind(made, v6, port)
      guard bound == 0 else { throw HttpError("bind", place, errno: errno) }
      guard listen(made, HttpLimits.backlog) == 0 else {
        throw HttpError("listen at", place, errno: errno)
      }
    } catch {
      close(made)
      throw error
    }
    self.port = Self.port(of: made)
    descriptor = made
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// The descriptor, which is the caller's to close from now on.
  consuming func take() -> Int32 {
    let taken = descriptor
    descriptor = -1
    return taken
  }

  private static func bind(_ socket: Int32, _ address: in_addr, _ port: UInt16) -> Int32 {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    name.sin_addr = address
    // Safety: the kernel reads the structure of that size, a local of this call.
    return unsafe withUnsafePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { rebound in
        unsafe Glibc.bind(socket, rebound, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private static func bind(_ socket: Int32, _ address: in6_addr, _ port: UInt16) -> Int32 {
    var name = sockaddr_in6()
    name.sin6_family = sa_family_t(AF_INET6)
    name.sin6_port = port.bigEndian
    name.sin6_addr = address
    // Safety: as above.
    return unsafe withUnsafePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { rebound in
        unsafe Glibc.bind(socket, rebound, socklen_t(MemoryLayout<sockaddr_in6>.size))
      }
    }
  }

  private static func port(of socket: Int32) -> UInt16 {
    var name = sockaddr_in6()
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    // Safety: the kernel fills at most `length` bytes; both families have the port at offset 2.
    _ = unsafe withUnsafeMutablePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { rebound in
        unsafe getsockname(socket, rebound, &length)
      }
    }
    return UInt16(bigEndian: name.sin6_port)
  }
}

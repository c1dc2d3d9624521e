import CLinux
public import Wire

/// Where to send to, connect to or listen at, as a user writes it.
///
/// `host:port`, `127.0.0.1:26400`, `[::1]:26400`; for multicast the network interface, by name or
/// by its IPv4 address, after an @: `239.1.2.3:26477@lo`, `239.1.2.3:26477@127.0.0.1`.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  /// Host name or numeric address, without brackets.
  public let host: String
  public let port: UInt16
  /// The interface after the @, or nil.
  public let interface: String?

  public init(host: String, port: UInt16, interface: String? = nil) {
    self.host = host
    self.port = port
    self.interface = interface
  }

  public init(_ address: SocketAddress, interface: String? = nil) {
    self.init(host: address.address.description, port: address.port, interface: interface)
  }

  /// Reads the text form.
  ///
  /// Throws: `NetError` with `.invalid`, which says what is missing.
  public init(parsing text: String) throws(NetError) {
    func refuse(_ why: String) -> NetError {
      NetError("parse", "\"\(text)\"", .invalid("\(why); write host:port or group:port@interface"))
    }
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let interface = parts.count == 2 ? String(parts[1]) : nil
    guard interface != "" else { throw refuse("no interface after the @") }
    guard let colon = parts[0].lastIndex(of: ":") else { throw refuse("no port") }
    var host = parts[0][..<colon]
    let digits = parts[0][parts[0].index(after: colon)...]
    guard digits.allSatisfy(\.isASCII), digits.first != "+", let port = UInt16(digits) else {
      throw refuse("the port is not a number from 0 to 65535")
    }
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      throw refuse("an IPv6 address needs brackets, as in [::1]:80")
    }
    guard !host.isEmpty else { throw refuse("no host before the port") }
    self.init(host: String(host), port: port, interface: interface)
  }

  public var description: String {
    let head = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    return interface.map { "\(head)@\($0)" } ?? head
  }

  /// The host's first address; a host name is looked up, which may take seconds.
  public func resolved() throws(NetError) -> SocketAddress {
    guard let first = try addresses().first else {
      throw NetError("resolve", host, .resolve("no address"))
    }
    return SocketAddress(first)
  }

  /// Up to `NetLimits.addresses` addresses of the host, with the port.
  func addresses() throws(NetError) -> [ml_address] {
    var numeric = ml_address()
    // Safety: the string is NUL-terminated for the call; `numeric` is ours.
    if unsafe ml_parse_address(host, &numeric) {
      numeric.port = port
      return [numeric]
    }
    var found = [ml_address](repeating: ml_address(), count: NetLimits.addresses)
    // Safety: the buffer has as many elements as the call is told.
    let count = unsafe found.withUnsafeMutableBufferPointer { buffer in
      unsafe ml_resolve(host, buffer.baseAddress, Int32(buffer.count))
    }
    guard count >= 0 else {
      // Safety: the resolver's texts are constant and NUL-terminated.
      let text = unsafe ml_resolve_error(count).map { unsafe String(cString: $0) } ?? "\(count)"
      throw NetError("resolve", host, .resolve(text))
    }
    return found.prefix(Int(count)).map { address in
      var address = address
      address.port = port
      return address
    }
  }

  /// The interface as the kernel wants it: an index, or an IPv4 address of it; both 0 for none.
  func interfaceSelector() throws(NetError) -> (index: UInt32, v4: UInt32) {
    guard let interface else { return (0, 0) }
    var numeric = ml_address()
    // Safety: the strings are NUL-terminated for the calls; `numeric` is ours.
    if unsafe ml_parse_address(interface, &numeric), numeric.family == 4 {
      return (0, UInt32(truncatingIfNeeded: numeric.low))
    }
    let index = unsafe ml_interface_index(interface)
    guard index != 0 else {
      throw NetError(
        "use interface", interface,
        .invalid("there is no such interface; name one that ip link lists, or its IPv4 address"))
    }
    return (index, 0)
  }
}

extension SocketAddress {
  init(_ raw: ml_address) {
    let address =
      raw.family == 6
      ? IPAddress(v6High: raw.high, low: raw.low)
      : IPAddress(v4: UInt32(truncatingIfNeeded: raw.low))
    self.init(address, port: raw.port)
  }
}

extension ml_address {
  init(_ address: SocketAddress) {
    self.init(
      high: address.address.high, low: address.address.low, scope: 0, port: address.port,
      family: address.address.isV6 ? 6 : 4)
  }

  var isMulticast: Bool { SocketAddress(self).address.isMulticast }
}

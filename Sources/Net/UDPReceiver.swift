import CLinux
public import Wire

/// How a `UDPReceiver` is set up.
public struct UDPReceiverOptions: Sendable {
  /// Bytes of socket buffer to ask for; the kernel may grant less
  /// (`UDPReceiver.socketBufferBytes`).
  public var socketBufferBytes = 8 << 20
  /// Datagrams that one call takes, 1 ... `NetLimits.batchDatagrams`.
  public var batchDatagrams = 64
  /// Room for one datagram, 1 ... `NetLimits.datagramBytes`; 9,216 holds every jumbo frame.
  public var datagramBytes = 9_216
  /// Whether others may bind the same port. nil: for multicast only, where each gets every
  /// datagram.
  public var reusesAddress: Bool?
  /// Whether several receivers share the port and split its datagrams by sender (SO_REUSEPORT).
  public var reusesPort = false
  /// Microseconds that the kernel polls the network card in each call; 0 leaves the system's
  /// setting. Refused without privilege above that setting; then it is left out.
  public var busyPollMicros: Int32 = 0

  public init() {}
}

/// One datagram of the last batch; its bytes lie in `UDPReceiver.bytes`.
public struct ReceivedDatagram: Equatable, Sendable {
  /// Position of the first byte in the batch's memory.
  public let start: Int
  /// Bytes received, at most the room of one datagram.
  public let byteCount: Int
  /// Receive time in nanoseconds since 1970: the kernel's, or the clock's once per call.
  public let timestampNanos: UInt64
  /// Whether the time is the kernel's.
  public let isKernelTime: Bool
  /// Whether the datagram was larger than its room: count it as `RejectReason.oversized`.
  public let isTruncated: Bool
  public let source: SocketAddress

  /// The bytes as positions in the batch's memory.
  public var range: Range<Int> { start..<(start + byteCount) }
}

/// Receives UDP datagrams in batches, unicast or one multicast group, without allocating per call.
///
/// `receive()` never waits and is for spinning; `receive(timeoutNanos:)` sleeps until something is
/// there. The batch is overwritten by the next call. One thread.
@safe
public struct UDPReceiver: ~Copyable {
  /// What it was opened with.
  public let endpoint: Endpoint
  /// Where it is bound; with port 0 the kernel's choice.
  public let localAddress: SocketAddress
  /// Bytes of socket buffer that the kernel granted.
  public let socketBufferBytes: Int
  /// Whether the kernel counts datagrams that it dropped because the buffer was full.
  public let countsDrops: Bool
  /// Datagrams received so far.
  public private(set) var received: UInt64 = 0
  /// Datagrams that were larger than their room.
  public private(set) var truncated: UInt64 = 0
  /// Datagrams of the last batch.
  public private(set) var count = 0

  private let socket: Socket
  private let batch: OpaquePointer
  private let batchBytes: Int

  /// Binds, and for a multicast address joins the group on the endpoint's interface.
  public init(
    _ endpoint: Endpoint, options: UDPReceiverOptions = UDPReceiverOptions()
  ) throws(NetError) {
    let target = endpoint.description
    guard (1...NetLimits.batchDatagrams).contains(options.batchDatagrams),
      (1...NetLimits.datagramBytes).contains(options.datagramBytes)
    else { throw NetError("open", target, .invalid("the batch's size is outside of its limits")) }
    guard var address = try endpoint.addresses().first else {
      throw NetError("resolve", target, .resolve("no address"))
    }
    let interface = try endpoint.interfaceSelector()
    let socket = try Socket(family: address.family, stream: false, target)
    let isMulticast = address.isMulticast
    let reuses = options.reusesAddress ?? isMulticast
    try checked(ml_set_reuse(socket.descriptor, reuses, options.reusesPort), "reuse", target)
    // Before bind, so that nothing arrives into a small buffer or without a time.
    let wanted = Int32(clamping: options.socketBufferBytes)
    let granted = try checked(
      ml_set_receive_buffer(socket.descriptor, wanted), "set buffer of", target)
    _ = ml_set_timestamps(socket.descriptor)
    let countsDrops = ml_set_drop_counter(socket.descriptor) >= 0
    if options.busyPollMicros > 0 {
      _ = ml_set_busy_poll(socket.descriptor, options.busyPollMicros)
    }
    if isMulticast {
      // Kernels before 4.20 lack the IPv6 option; binding to the group keeps others out there.
      _ = ml_set_multicast_all_off(socket.descriptor, address.family)
      if address.family == 6 { address.scope = interface.index }
    }
    // Bound to the group itself, the socket hears nothing else that comes to the port.
    try socket.bind(to: address, target)
    if isMulticast {
      // Safety: the address is ours and is only read.
      try checked(
        unsafe ml_join_group(socket.descriptor, &address, interface.index, interface.v4),
        "join", target)
    }
    let local = try socket.localAddress(target)
    // Safety: the numbers were checked against the limits of the call.
    guard
      let batch = unsafe ml_udp_batch_create(
        UInt32(options.batchDatagrams), UInt32(options.datagramBytes))
    else { throw NetError("open", target, .invalid("no memory for the batch; make it smaller")) }
    self.endpoint = endpoint
    localAddress = local
    socketBufferBytes = Int(granted)
    self.countsDrops = countsDrops
    batchBytes = options.batchDatagrams * options.datagramBytes
    // Safety: only stores the pointer; deinit destroys the batch.
    unsafe self.batch = batch
    self.socket = socket
  }

  deinit {
    // Safety: made in init, and spans of its memory cannot outlive the value.
    unsafe ml_udp_batch_destroy(batch)
  }

  /// The descriptor, for `Readiness.wait` only.
  public var descriptor: Int32 { socket.descriptor }

  /// Datagrams that the kernel dropped because the buffer was full, as told by the last datagram.
  public var dropped: UInt64 {
    // Safety: the batch lives as long as self.
    unsafe ml_udp_batch_drops(batch)
  }

  /// Takes what is there, up to a batch, without waiting: the number of datagrams, 0 for none.
  public mutating func receive() throws(NetError) -> Int {
    count = 0
    // Safety: the batch lives as long as self.
    let taken = unsafe ml_udp_receive(socket.descriptor, batch)
    guard taken >= 0 else {
      throw NetError("receive from", endpoint.description, .system(-taken))
    }
    count = Int(taken)
    received &+= UInt64(count)
    for index in 0..<count {
      // Safety: the index is below the number of datagrams that the call has filled in.
      truncated &+= unsafe UInt64(ml_udp_batch_datagrams(batch)[index].truncated)
    }
    return count
  }

  /// Like `receive()`, but sleeps until something is there or the time is over; 0 then, and after a
  /// signal.
  public mutating func receive(timeoutNanos: Int64) throws(NetError) -> Int {
    let taken = try receive()
    guard taken == 0 else { return taken }
    let ready = try Readiness.wait(socket.descriptor, timeoutNanos: timeoutNanos)
    return ready == 0 ? 0 : try receive()
  }

  /// Datagram `index` of the last batch, 0 ..< `count`.
  public subscript(index: Int) -> ReceivedDatagram {
    precondition(index >= 0 && index < count, "no such datagram in the batch")
    // Safety: the index was checked; the array lives as long as self.
    let raw = unsafe ml_udp_batch_datagrams(batch)[index]
    return ReceivedDatagram(
      start: Int(raw.offset), byteCount: Int(raw.length), timestampNanos: raw.nanos,
      isKernelTime: raw.has_kernel_time != 0, isTruncated: raw.truncated != 0,
      source: SocketAddress(raw.source))
  }

  /// The memory of the whole batch: positions of a `ReceivedDatagram` count from its start.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // Safety: the memory has this size and lives as long as self.
      unsafe _overrideLifetime(
        RawSpan(_unsafeStart: ml_udp_batch_bytes(batch), byteCount: batchBytes),
        borrowing: self)
    }
  }

  /// Sends one datagram from this socket, for requests and for answers to a sender.
  public func send(_ payload: RawSpan, to address: SocketAddress) throws(NetError) {
    var raw = ml_address(address)
    // An IPv6 socket that also hears IPv4 must answer in the mapped form, which the value has.
    if localAddress.address.isV6 { raw.family = 6 }
    // Safety: the bytes and the address are only read, during the call.
    let sent = unsafe payload.withUnsafeBytes { bytes in
      unsafe ml_udp_send(
        socket.descriptor, bytes.baseAddress, UInt32(clamping: bytes.count), &raw)
    }
    try checked(sent, "send to", address.description)
  }
}

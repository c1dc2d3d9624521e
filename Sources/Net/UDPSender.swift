import CLinux
public import Wire

/// How a `UDPSender` is set up.
public struct UDPSenderOptions: Sendable {
  /// Bytes of socket buffer to ask for.
  public var socketBufferBytes = 4 << 20
  /// Datagrams that one call sends, 1 ... `NetLimits.batchDatagrams`.
  public var batchDatagrams = 64
  /// Room for one queued datagram, 1 ... `NetLimits.datagramBytes`.
  public var datagramBytes = 9_216
  /// Routers that a multicast datagram may pass, 0 ... 255: 0 stays on this machine, 1 on the
  /// network.
  public var multicastHops: Int32 = 1
  /// Whether multicast datagrams also reach receivers on this machine.
  public var multicastLoops = true

  public init() {}
}

/// Sends UDP datagrams to one address, unicast or multicast, singly or in batches.
///
/// Where the socket's buffer is full it waits for room, up to a second. Datagrams that a host
/// refused because nobody listens are counted, not thrown: UDP promises no receiver. One thread.
@safe
public struct UDPSender: ~Copyable {
  public let endpoint: Endpoint
  /// Where the datagrams come from.
  public let localAddress: SocketAddress
  /// Datagrams handed to the kernel.
  public private(set) var sent: UInt64 = 0
  /// Times that the destination's machine answered that nobody listens.
  public private(set) var refused: UInt64 = 0
  /// Datagrams queued and not sent yet.
  public private(set) var queued = 0

  private let socket: Socket
  private let batch: OpaquePointer
  private let room: Int
  private var lengths: [UInt32]

  private static var waitNanos: Int64 { 1_000_000_000 }

  /// Connects the socket to the endpoint; for multicast, out of the endpoint's interface.
  public init(
    _ endpoint: Endpoint, options: UDPSenderOptions = UDPSenderOptions()
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
    try checked(
      ml_set_send_buffer(socket.descriptor, Int32(clamping: options.socketBufferBytes)),
      "set buffer of", target)
    if address.isMulticast {
      try checked(
        ml_set_multicast_out(
          socket.descriptor, address.family, interface.index, interface.v4,
          options.multicastHops, options.multicastLoops), "set interface of", target)
      if address.family == 6 { address.scope = interface.index }
    }
    // Safety: the address is ours and is only read.
    try checked(unsafe ml_connect(socket.descriptor, &address), "connect", target)
    let local = try socket.localAddress(target)
    // Safety: the numbers were checked against the limits of the call.
    guard
      let batch = unsafe ml_udp_batch_create(
        UInt32(options.batchDatagrams), UInt32(options.datagramBytes))
    else { throw NetError("open", target, .invalid("no memory for the batch; make it smaller")) }
    self.endpoint = endpoint
    localAddress = local
    room = options.datagramBytes
    lengths = Array(repeating: 0, count: options.batchDatagrams)
    // Safety: only stores the pointer; deinit destroys the batch.
    unsafe self.batch = batch
    self.socket = socket
  }

  deinit {
    // Safety: made in init, and nobody else has the pointer.
    unsafe ml_udp_batch_destroy(batch)
  }

  /// Sends one datagram now; queued ones stay queued.
  public mutating func send(_ payload: RawSpan) throws(NetError) {
    while true {
      // Safety: the bytes are only read, during the call.
      let code = unsafe payload.withUnsafeBytes { bytes in
        unsafe ml_udp_send(socket.descriptor, bytes.baseAddress, UInt32(clamping: bytes.count), nil)
      }
      if code >= 0 {
        sent &+= 1
        return
      }
      try recover(from: -code)
    }
  }

  /// Queues a copy of one datagram; a full queue is sent first.
  public mutating func append(_ payload: RawSpan) throws(NetError) {
    let byteCount = payload.byteCount
    try append { room in
      guard byteCount <= room.byteCount else { return -1 }
      // Safety: the size was compared; source and target cannot overlap, the target is ours alone.
      unsafe room.withUnsafeMutableBytes { target in
        unsafe payload.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
      }
      return byteCount
    }
  }

  /// Queues a datagram that `fill` writes in place and answers the length of; a full queue is sent
  /// first. A length outside of the room throws and queues nothing.
  public mutating func append(_ fill: (inout MutableRawSpan) -> Int) throws(NetError) {
    if queued == lengths.count { try flush() }
    // Safety: slot `queued` is one of the batch's slots, each `room` bytes long, and only ours.
    var slot = unsafe MutableRawSpan(
      _unsafeStart: ml_udp_batch_bytes(batch) + queued * room, byteCount: room)
    let byteCount = fill(&slot)
    guard byteCount >= 0, byteCount <= room else {
      throw NetError(
        "send to", endpoint.description,
        .invalid("the datagram is larger than \(room) bytes; raise datagramBytes"))
    }
    lengths[queued] = UInt32(byteCount)
    queued += 1
  }

  /// Sends what is queued. After an error the queue is empty: `sent` tells how many went out.
  public mutating func flush() throws(NetError) {
    var first = 0
    defer { queued = 0 }
    while first < queued {
      // Safety: the lengths have as many elements as the batch has slots.
      let code = unsafe lengths.withUnsafeBufferPointer { lengths in
        unsafe ml_udp_send_batch(
          socket.descriptor, batch, lengths.baseAddress, UInt32(first), UInt32(queued - first))
      }
      if code >= 0 {
        first += Int(code)
        sent &+= UInt64(code)
      } else {
        try recover(from: -code)
      }
    }
  }

  /// Returns if the call may be made again; ECONNREFUSED is about an earlier datagram.
  private mutating func recover(from code: Int32) throws(NetError) {
    switch code {
    case NetErrno.refused:
      refused &+= 1
    case NetErrno.again, NetErrno.noBuffers:
      let ready = ml_wait(socket.descriptor, -1, -1, -1, true, Self.waitNanos)
      try checked(ready, "poll", endpoint.description)
      if ready == 0 { throw NetError("send to", endpoint.description, .timedOut) }
    default:
      throw NetError("send to", endpoint.description, .system(code))
    }
  }
}

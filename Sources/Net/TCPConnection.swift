import CLinux
public import Wire

/// What a `TCPConnection.receive` found.
public enum TCPReceive: Equatable, Sendable {
  /// So many bytes were added to `bytes`.
  case received(Int)
  /// Nothing came before the deadline, or a signal arrived.
  case nothing
  /// The peer has sent its last byte; `bytes` may still hold some.
  case ended
}

/// A TCP connection with one receive buffer, in which messages that arrive in pieces grow together.
///
/// The socket never blocks; the times given to the calls bound them. Nagle's delay is off. A peer
/// that is gone is an error, never a signal. Nothing is allocated per call. One thread.
@safe
public struct TCPConnection: ~Copyable {
  public let peer: SocketAddress
  public let localAddress: SocketAddress
  /// Bytes that the receive buffer holds; a message must fit.
  public let bufferBytes: Int

  private let socket: Socket
  private let buffer: UnsafeMutableRawPointer
  private var start = 0
  private var end = 0

  init(
    _ socket: consuming Socket, peer: SocketAddress, bufferBytes: Int
  ) throws(NetError) {
    guard bufferBytes > 0 else {
      throw NetError("open", peer.description, .invalid("the receive buffer has no bytes"))
    }
    let local = try socket.localAddress(peer.description)
    try checked(ml_set_nodelay(socket.descriptor), "set no delay of", peer.description)
    self.peer = peer
    localAddress = local
    self.bufferBytes = bufferBytes
    // Safety: the size is positive; deinit frees the memory.
    unsafe buffer = UnsafeMutableRawPointer.allocate(byteCount: bufferBytes, alignment: 64)
    self.socket = socket
  }

  deinit {
    // Safety: allocated in init, and spans of it cannot outlive the value.
    unsafe buffer.deallocate()
  }

  /// The descriptor, for `Readiness.wait` only.
  public var descriptor: Int32 { socket.descriptor }

  /// The bytes received and not consumed yet; valid until the next mutating call.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // Safety: start ... end lies in the buffer and was filled by the kernel.
      unsafe _overrideLifetime(
        RawSpan(_unsafeStart: buffer + start, byteCount: end - start), borrowing: self)
    }
  }

  /// Gives up the first `count` bytes of `bytes`.
  public mutating func consume(_ count: Int) {
    precondition(count >= 0 && count <= end - start, "consume: more than was received")
    start += count
    if start == end {
      start = 0
      end = 0
    }
  }

  /// Adds what has arrived to `bytes`, waiting up to `timeoutNanos` for it (0: not at all,
  /// negative: without end).
  ///
  /// Throws: a reset connection, and a buffer that is full of bytes that nobody consumed.
  public mutating func receive(timeoutNanos: Int64) throws(NetError) -> TCPReceive {
    makeRoom()
    guard end < bufferBytes else {
      throw NetError(
        "receive from", peer.description,
        .invalid("a message is larger than the receive buffer of \(bufferBytes) bytes"))
    }
    var count = receiveOnce()
    if count == -Int64(NetErrno.again), timeoutNanos != 0 {
      guard try Readiness.wait(socket.descriptor, timeoutNanos: timeoutNanos) != 0 else {
        return .nothing
      }
      count = receiveOnce()
    }
    if count == -Int64(NetErrno.again) { return .nothing }
    guard count >= 0 else {
      throw NetError("receive from", peer.description, .system(Int32(-count)))
    }
    guard count > 0 else { return .ended }
    end += Int(count)
    return .received(Int(count))
  }

  /// Sends all of `payload`, waiting for room where the peer is slow, up to `timeoutNanos`.
  ///
  /// Throws: `.timedOut` after a part may have been sent; the connection is of no use then.
  public mutating func send(_ payload: RawSpan, timeoutNanos: Int64) throws(NetError) {
    let deadline = Deadline(afterNanos: timeoutNanos)
    var sent = 0
    while sent < payload.byteCount {
      // Safety: the bytes are only read, during the call, and the rest is inside the span.
      let count = unsafe payload.withUnsafeBytes { bytes in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[sent...])
        return unsafe ml_send(socket.descriptor, rest.baseAddress, UInt64(rest.count))
      }
      if count >= 0 {
        sent += Int(count)
        continue
      }
      guard count == -Int64(NetErrno.again) else {
        throw NetError("send to", peer.description, .system(Int32(-count)))
      }
      let left = deadline.remainingNanos
      guard left != 0 else { throw NetError("send to", peer.description, .timedOut) }
      try checked(
        ml_wait(socket.descriptor, -1, -1, -1, true, left), "poll", peer.description)
    }
  }

  private func receiveOnce() -> Int64 {
    // Safety: the range from `end` on lies in the buffer.
    unsafe ml_receive(socket.descriptor, buffer + end, UInt64(bufferBytes - end))
  }

  /// Moves what is left to the front once less than half of the buffer is free behind it.
  private mutating func makeRoom() {
    guard start > 0, bufferBytes - end < bufferBytes / 2 else { return }
    // Safety: both ranges lie in the buffer; the copy allows overlap.
    unsafe buffer.copyMemory(from: buffer + start, byteCount: end - start)
    end -= start
    start = 0
  }
}

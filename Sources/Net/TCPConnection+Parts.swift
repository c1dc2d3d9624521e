import CLinux
import Wire

extension TCPConnection {
  /// Sends as much of `payload` as the kernel takes now; answers how many bytes, 0 for none.
  ///
  /// Throws: the connection is broken.
  public mutating func sendPart(_ payload: RawSpan) throws(NetError) -> Int {
    guard payload.byteCount > 0 else { return 0 }
    // Safety: the bytes are only read, and during the call.
    let count = unsafe payload.withUnsafeBytes { bytes in
      unsafe ml_send(descriptor, bytes.baseAddress, UInt64(bytes.count))
    }
    if count == -Int64(NetErrno.again) { return 0 }
    guard count >= 0 else {
      throw NetError("send to", peer.description, .system(Int32(-count)))
    }
    return Int(count)
  }

  /// Ends the connection with a reset (RST) instead of FIN when the value ends.
  public func resetsWhenClosed() throws(NetError) {
    try checked(ml_set_reset_on_close(descriptor), "set linger of", peer.description)
  }
}

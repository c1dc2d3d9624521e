internal import FeedKit
internal import Net
internal import Wire

/// The re-request server of a simulated exchange: MoldUDP64 request packets in, datagrams out.
final class SimulatorRequests {
  private var receiver: UDPReceiver
  private var answer: FixedTable<UInt8>
  private let datagramBytes: Int
  private(set) var answered: UInt64 = 0
  private(set) var ignored: UInt64 = 0

  init(_ endpoint: Endpoint, datagramBytes: Int) throws(NetError) {
    var options = UDPReceiverOptions()
    options.datagramBytes = 256
    receiver = try UDPReceiver(endpoint, options: options)
    answer = FixedTable(repeating: 0, count: MoldUDP64SenderLimits.datagramBytes)
    self.datagramBytes = datagramBytes
  }

  var address: SocketAddress { receiver.localAddress }
  var descriptor: Int32 { receiver.descriptor }

  /// Answers what has come, up to a batch; false where nothing has.
  ///
  /// An answer that cannot be sent is lost, as any datagram may be: the client asks again.
  func serve(_ store: borrowing RetransmissionStore) throws(NetError) -> Bool {
    let taken = try receiver.receive()
    for index in 0..<taken {
      let request = receiver[index]
      var out = answer.mutableBytes
      let size =
        request.isTruncated
        ? 0
        : store.answer(
          receiver.bytes.extracting(request.range), into: &out, maximumBytes: datagramBytes)
      guard size > 0 else {
        ignored += 1
        continue
      }
      do throws(NetError) {
        try receiver.send(answer.bytes(0..<size), to: request.source)
        answered += 1
      } catch {
        ignored += 1
      }
    }
    return taken > 0
  }
}

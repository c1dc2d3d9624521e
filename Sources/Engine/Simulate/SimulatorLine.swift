internal import ExchangeFeeds
internal import FeedKit
internal import Net
internal import Wire

/// One line of a simulated exchange: its faults, then its socket.
final class SimulatorLine {
  private var impairment: LineImpairment
  private var sender: UDPSender
  private let isClean: Bool
  private var passed: UInt64 = 0

  /// - Parameter line: 0 for A, 1 for B; an index of `options.lines`.
  init(_ options: ItchSimulatorServerOptions, _ line: Int) throws(NetError) {
    let faults =
      line < options.impairments.count ? options.impairments[line] : LineImpairmentOptions()
    var sockets = UDPSenderOptions()
    sockets.datagramBytes = max(options.datagramBytes, sockets.datagramBytes)
    sender = try UDPSender(options.lines[line], options: sockets)
    impairment = LineImpairment(
      faults, seed: options.market.seed, line: line, datagramBytes: options.datagramBytes)
    isClean = faults.loss == 0 && faults.duplication == 0 && faults.reordering == 0
  }

  /// Queues what comes out of the line for this datagram.
  func send(_ datagram: RawSpan) throws(NetError) {
    if isClean {
      passed += 1
      try sender.append(datagram)
      return
    }
    try impairment.send(datagram) { (out) throws(NetError) in try sender.append(out) }
  }

  /// Sends a heartbeat or an end of session at once, past the faults and behind what is queued.
  func control(_ datagram: RawSpan) throws(NetError) {
    try sender.append(datagram)
    try sender.flush()
  }

  /// Hands what is queued to the kernel.
  func flush() throws(NetError) { try sender.flush() }

  /// Lets go what the line still holds back, at the end of the session.
  func release() throws(NetError) {
    try impairment.flush { (out) throws(NetError) in try sender.append(out) }
    try sender.flush()
  }

  var sent: UInt64 { sender.sent }

  var counts: LineImpairmentCounts {
    guard isClean else { return impairment.counts }
    var counts = LineImpairmentCounts()
    counts.offered = passed
    counts.delivered = passed
    return counts
  }
}

public import ExchangeFeeds
internal import FeedKit
internal import Ledger
public import Net
internal import Synchronization
public import Wire

/// A simulated Nasdaq on the network: MoldUDP64 on lines A and B, a re-request server, SoupBinTCP.
///
/// Thin: the market, the packets, the lines' faults and the protocols are pure parts; this class
/// joins them to sockets and a monotonic clock. `run` blocks; one thread calls it, any thread may
/// call `stop` and read `messages`.
public final class ItchSimulatorServer: @unchecked Sendable {
  // Safety of `@unchecked Sendable`: `run` is entered once (`hasRun`), and all state but the two
  // atomics is touched by `init` and by the thread in `run` only; after `run` it is read only.
  public let options: ItchSimulatorServerOptions
  /// Where re-requests are taken; nil without that server.
  public let requestAddress: SocketAddress?
  /// Where SoupBinTCP listens; nil without that server.
  public let soupAddress: SocketAddress?

  private let stops = Atomic<Int>(0)
  private let hasRun = Atomic<Bool>(false)
  private let messageCount = Atomic<UInt64>(0)
  private var core: ItchSimulatorCore

  /// Opens all sockets, so that failures show before anything runs.
  public init(_ options: ItchSimulatorServerOptions) throws(ItchSimulatorServerError) {
    self.options = options
    core = try ItchSimulatorCore(options)
    requestAddress = core.requestAddress
    soupAddress = core.soupAddress
  }

  /// Messages produced so far.
  public var messages: UInt64 { messageCount.load(ordering: .relaxed) }

  /// Ends the day in good order: closing cross, end of messages, end of session; then `run`
  /// returns. A second call makes `run` return at once.
  public func stop() { stops.add(1, ordering: .relaxed) }

  /// Runs the day at the configured pace until its end or `stop`.
  ///
  /// - Parameter watch: called once a turn, every 100 µs or so, on the same thread, with the
  ///   monotonic time in ns; for progress displays and for who decides when to `stop`.
  public func run(watch: (UInt64) -> Void = { _ in }) throws(NetError) -> ItchSimulatorReport {
    precondition(
      !hasRun.exchange(true, ordering: .relaxed), "an ItchSimulatorServer runs one day, once")
    core.start(at: MonotonicClock.now().rawValue)
    while !core.isFinished {
      let stops = stops.load(ordering: .relaxed)
      if stops > 1 { break }
      if stops > 0 { core.endDay() }
      let now = MonotonicClock.now().rawValue
      try core.turn(now: now)
      messageCount.store(core.messages, ordering: .relaxed)
      watch(now)
    }
    return core.report
  }

  /// The market, for comparing books; call it only when `run` has returned.
  public func withMarket<Result>(_ body: (borrowing ItchMarket) -> Result) -> Result {
    body(core.market)
  }
}

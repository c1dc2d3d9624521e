public import ExchangeFeeds
public import FeedKit
public import Net
internal import Synchronization
internal import Wire

/// A simulated Nasdaq on the loopback interface, running beside a pipeline: lines A and B with
/// faults of their own, and a re-request server. One day, from `start` to `stop`.
public final class SimulatedExchange: @unchecked Sendable {
  // Safety of `@unchecked`: `thread` is used by the owner alone; the rest is locked or immutable.
  /// Where the lines send to: what a source has to listen on.
  public let lines: [Endpoint]
  /// The re-request server.
  public let reRequest: Endpoint
  private let server: ItchSimulatorServer
  private var thread: NativeThread?
  private let result = Mutex<ItchSimulatorReport?>(nil)
  private let failed = Mutex<NetError?>(nil)

  /// Takes two free ports for the lines and opens the server.
  public init(
    market: ItchMarketOptions, impairments: [LineImpairmentOptions]
  ) throws(EngineError) {
    do throws(NetError) {
      lines = [try Self.freePort(), try Self.freePort()]
    } catch {
      throw .net(error)
    }
    var options = ItchSimulatorServerOptions(market: market)
    options.lines = lines
    options.impairments = impairments
    options.requests = Endpoint(host: "127.0.0.1", port: 0)
    options.endOfSessionNanos = 300_000_000
    do throws(ItchSimulatorServerError) {
      server = try ItchSimulatorServer(options)
    } catch {
      switch error {
      case .net(let error): throw .net(error)
      case .options(let text): throw .unknownInput(path: "simulated exchange", detail: text)
      }
    }
    reRequest = Endpoint(host: "127.0.0.1", port: server.requestAddress?.port ?? 0)
  }

  /// A port of 127.0.0.1 that nobody uses now. The kernel gives out others before it comes back to
  /// this one, so that it is still free when the pipeline binds it.
  private static func freePort() throws(NetError) -> Endpoint {
    let receiver = try UDPReceiver(Endpoint(host: "127.0.0.1", port: 0))
    return Endpoint(host: "127.0.0.1", port: receiver.localAddress.port)
  }

  /// Begins the day. The pipeline listens already, so that its first message is not lost.
  public func start(cpu: Int? = nil) throws(EngineError) {
    thread = try NativeThread(name: "exchange", cpu: cpu) { [self] in
      do throws(NetError) {
        let report = try server.run()
        result.withLock { $0 = report }
      } catch {
        failed.withLock { $0 = error }
      }
    }
  }

  /// Messages produced so far.
  public var messages: UInt64 { server.messages }

  /// What made the exchange end, if anything did.
  public var failure: NetError? { failed.withLock { $0 } }

  /// Ends the day in good order (closing cross, end of session) and gives its report.
  public func stop() -> ItchSimulatorReport? {
    server.stop()
    thread?.join()
    thread = nil
    return result.withLock { $0 }
  }
}

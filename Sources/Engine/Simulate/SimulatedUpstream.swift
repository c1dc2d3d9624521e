internal import CLinux
public import FeedKit
public import Net
internal import Synchronization
public import Wire

/// Where a simulated upstream listens and how its time runs.
public struct SimulatedUpstreamOptions: Sendable {
  public var host = "127.0.0.1"
  /// Port numbers by the simulator's port names; 0 and missing ones are the kernel's choice.
  public var ports: [String: UInt16] = [:]
  /// Simulated seconds per second: over 1 for hours of faults within minutes.
  public var speed = 1.0
  /// Shortest time between two turns, ns: market events are sent in batches of it.
  public var turnNanos: UInt64 = 100_000
  /// CPU of the thread that `start` makes.
  public var cpu: Int?

  public init() {}
}

/// A simulated upstream on TCP ports: any client of the real one can connect.
///
/// Thin: protocol, market and faults are the pure `FaultyUpstream`; this class joins it to sockets
/// and to the clock. One thread runs it, of its own with `start` or the caller's with `run`; any
/// thread may call `stop` and read the counts.
public final class SimulatedUpstream: @unchecked Sendable {
  // Safety of `@unchecked`: `core` is touched by `init` and then only by the one thread in `run`
  // (`hasRun`); `thread` by the owner alone; the rest is atomic, locked or immutable.
  /// Where it listens, in the simulator's order.
  public let addresses: [(port: UpstreamPort, address: SocketAddress)]

  private let core: SimulatedUpstreamCore
  private var thread: NativeThread?
  private let mustStop = Atomic<Bool>(false)
  private let hasRun = Atomic<Bool>(false)
  private let messageCount = Atomic<UInt64>(0)
  private let connectionCount = Atomic<UInt64>(0)
  private let slowCount = Atomic<UInt64>(0)
  private let faultLog = Mutex<[FaultLogEntry]>([])
  private let failed = Mutex<NetError?>(nil)

  /// Opens all ports, so that failures show before anything runs.
  ///
  /// Throws: options that the simulator cannot work with, or a port that cannot be had.
  public init(
    _ type: any UpstreamSimulator.Type, _ simulator: SimulatorOptions,
    faults: FaultScript = FaultScript(), _ options: SimulatedUpstreamOptions = .init()
  ) throws(SimulatedUpstreamError) {
    core = try SimulatedUpstreamCore(type, simulator, faults, options)
    addresses = core.addresses
  }

  /// The port of this name, 0 where there is none.
  public func port(_ name: String) -> UInt16 {
    addresses.first { $0.port.name == name }?.address.port ?? 0
  }

  /// Messages sent so far.
  public var messages: UInt64 { messageCount.load(ordering: .relaxed) }
  /// Clients so far.
  public var connections: UInt64 { connectionCount.load(ordering: .relaxed) }
  /// Clients that were cut off because they did not read.
  public var slowClients: UInt64 { slowCount.load(ordering: .relaxed) }
  /// Faults injected so far.
  public var faults: [FaultLogEntry] { faultLog.withLock { $0 } }
  /// What ended it, if anything did.
  public var failure: NetError? { failed.withLock { $0 } }

  /// Runs on a thread of its own until `stop`.
  public func start(cpu: Int? = nil) throws(EngineError) {
    thread = try NativeThread(name: "simulator", cpu: cpu) { [self] in
      do throws(NetError) { try run() } catch { failed.withLock { $0 = error } }
    }
  }

  /// Has the simulator write down what it sends from now on. Before `run` or `start`.
  public func tellTruth() { core.upstream.simulator.isTelling = true }

  /// What the simulator wrote down since the last call; for who is called by `run` itself.
  public func takeTruth() -> [UInt8] { core.upstream.simulator.takeTruth() }

  /// Asks it to end; for who is called by `run` itself.
  public func endSoon() { mustStop.store(true, ordering: .relaxed) }

  /// Asks it to end, and waits for the thread that `start` made.
  public func stop() {
    endSoon()
    thread?.join()
    thread = nil
  }

  /// Runs on the calling thread until `stop`.
  ///
  /// - Parameter watch: called after each turn on this thread with the faults of the turn.
  public func run(watch: ([FaultLogEntry]) -> Void = { _ in }) throws(NetError) {
    precondition(
      !hasRun.exchange(true, ordering: .relaxed), "a SimulatedUpstream runs once")
    ml_thread_timer_slack(1)
    while !mustStop.load(ordering: .relaxed) {
      try core.turn()
      messageCount.store(core.upstream.messages, ordering: .relaxed)
      connectionCount.store(core.accepted, ordering: .relaxed)
      slowCount.store(core.upstream.slowClients, ordering: .relaxed)
      let entries = core.upstream.takeLog()
      if !entries.isEmpty { faultLog.withLock { $0 += entries } }
      watch(entries)
    }
    core.closeAll()
  }

  deinit { stop() }
}

/// Why a simulated upstream cannot start.
public enum SimulatedUpstreamError: Error, Sendable, CustomStringConvertible {
  case simulator(SimulatorError)
  case net(NetError)

  public var description: String {
    switch self {
    case .simulator(let error): error.description
    case .net(let error): error.description
    }
  }
}

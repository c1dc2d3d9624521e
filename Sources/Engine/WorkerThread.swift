internal import Lanes
internal import Synchronization

/// A worker's thread: steps while there is work, waits as its strategy says, ends when the readers
/// have ended and the lanes are empty.
final class WorkerThread: @unchecked Sendable {
  // Safety of `@unchecked`: `worker` is touched by the thread alone until it was joined.
  private var worker: ShardWorker
  private let doorbell: Doorbell
  private let strategy: WaitStrategy
  private let isDraining = Atomic(false)
  private var thread: NativeThread?
  /// What each source has written into its lane; set before draining begins.
  private var written: [UInt64] = []

  init(_ worker: consuming ShardWorker, doorbell: Doorbell, strategy: WaitStrategy) {
    self.worker = worker
    self.doorbell = doorbell
    self.strategy = strategy
  }

  func start(cpu: Int?) throws(EngineError) {
    thread = try NativeThread(name: "worker-\(worker.shard)", cpu: cpu) { [self] in run() }
  }

  /// No more records will come: the thread empties its lanes and ends.
  func drain(written: [UInt64]) {
    self.written = written
    isDraining.store(true, ordering: .releasing)
    doorbell.ring()
    thread?.join()
  }

  private func run() {
    worker.loop(doorbell: doorbell, strategy: strategy, isDraining: isDraining)
    worker.finish(written: written)
  }

  /// Open orders and bytes of the books. After the thread has ended.
  var memory: (openOrders: Int, bytes: Int) { worker.memory }

  /// Gives the stage histograms to `body`. After the thread has ended.
  func withStages(_ body: (borrowing ShardWorker) -> Void) { body(worker) }
}

extension ShardWorker {
  /// Steps until the readers have ended and the lanes are empty.
  mutating func loop(
    doorbell: Doorbell, strategy: WaitStrategy, isDraining: borrowing Atomic<Bool>
  ) {
    var idler = Idler(strategy)
    var looks: UInt32 = 0
    while true {
      if step() > 0 {
        idler.reset()
        continue
      }
      // Who never sleeps beats in between: 65,536 pauses of 40 ns are 3 ms.
      looks &+= 1
      if looks & 0xFFFF == 0 { beat() }
      // Pairs with the store in `drain`: the lanes are looked at once more after it was seen.
      if isDraining.load(ordering: .acquiring) {
        if !hasWork { return }
        continue
      }
      if idler.pause() {
        beat()
        // Readers of the ring see ten times a second that the writer lives.
        doorbell.sleep(timeoutNanos: 100_000_000) {
          hasWork || isDraining.load(ordering: .acquiring)
        }
      }
    }
  }
}

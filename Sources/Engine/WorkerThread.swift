internal import Lanes
internal import Synchronization

/// A worker and the thread that it has of its own: steps while there is work, waits as its strategy
/// says, ends when the readers have ended and the lanes are empty.
///
/// In the inline layout there is no thread: the reader's calls `empty`, `settle` and `beat`.
final class WorkerThread: @unchecked Sendable {
  // Safety of `@unchecked`: `worker` is touched by the thread alone until it was joined; without
  // one by the reader's until that was joined.
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

  /// No more records will come: the thread empties its lanes and ends. Without one, the caller's
  /// does that.
  func drain(written: [UInt64]) {
    self.written = written
    isDraining.store(true, ordering: .releasing)
    guard let thread else { return run() }
    doorbell.ring()
    thread.join()
  }

  private func run() {
    worker.loop(doorbell: doorbell, strategy: strategy, isDraining: isDraining)
    worker.finish(written: written)
  }

  /// Takes every record that is there, in the caller's thread.
  func empty() {
    while worker.step() > 0 {}
  }

  /// Publishes counters and hints of what `empty` has taken, in the caller's thread.
  func settle() { worker.settle() }

  /// Shows that the writer lives, and hands over what the journal has waited for long enough.
  func beat() { worker.beat() }

  /// Open orders and bytes of the books. After the thread has ended.
  var memory: (openOrders: Int, bytes: Int) { worker.memory }

  /// Gives the stage histograms to `body`. After the thread has ended.
  func withStages(_ body: (borrowing ShardWorker) -> Void) { body(worker) }
}

/// The workers of a pipeline whose reader steps them itself.
final class InlineWorkers: InlineConsumer {
  private let workers: [WorkerThread]

  init(_ workers: [WorkerThread]) { self.workers = workers }

  /// All shards, after a batch was handed over.
  func empty() { for worker in workers { worker.empty() } }

  /// One shard, whose lane is full in the middle of a batch.
  func empty(shard: Int) { workers[shard].empty() }

  /// With the reader's own account.
  func settle() {
    for worker in workers {
      worker.settle()
      worker.beat()
    }
  }
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
        looks = 0
        continue
      }
      looks &+= 1
      if looks == Self.settleLooks { settle() }
      // Who never sleeps beats in between: 65,536 pauses of 40 ns are 3 ms.
      if looks & 0xFFFF == 0 { beat() }
      // Pairs with the store in `drain`: the lanes are looked at once more after it was seen.
      if isDraining.load(ordering: .acquiring) {
        if !hasWork { return }
        continue
      }
      if let probe, strategy == .spin {
        spin(probe)
        continue
      }
      if idler.pause() {
        settle()
        beat()
        // Readers of the ring see ten times a second that the writer lives.
        doorbell.sleep(timeoutNanos: 100_000_000) {
          hasWork || isDraining.load(ordering: .acquiring)
        }
      }
    }
  }

  /// Waits for a record for `settleLooks` looks at most. Reading the clock is pause enough, and a
  /// gap between two readings is the machine's.
  private mutating func spin(_ probe: WorkerProbe) {
    for _ in 1..<Self.settleLooks {
      probe.look()
      if hasWork { return }
    }
    settle()
    probe.idle()
  }

  /// Looks without a record after which counters and hints are published, about 2 µs: fewer than a
  /// parking worker makes before it sleeps.
  private static var settleLooks: UInt32 { 64 }
}

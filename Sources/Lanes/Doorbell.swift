internal import CLinux
public import Synchronization

/// Wakes one sleeping thread. Any number of threads may ring, one sleeps.
///
/// The sleeper announces itself, looks once more for work, then sleeps; a ringer makes its work
/// visible, then looks for a sleeper. Both sides order their store before their load by a
/// sequentially consistent fence, so one of them always sees the other (Dekker's argument), and no
/// wake-up is lost.
public final class Doorbell: Sendable {
  private let sleeping = Atomic<UInt32>(0)

  public init() {}

  /// Wakes the sleeper, if there is one. Call it once per batch, after the batch was published.
  public func ring() {
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    // Pairs with the store in `sleep`.
    guard sleeping.load(ordering: .relaxed) != 0 else { return }
    if sleeping.exchange(0, ordering: .sequentiallyConsistent) != 0 {
      // Safety: an `Atomic<UInt32>` is four bytes of storage at a fixed address in this object,
      // which the kernel only compares and never keeps.
      unsafe ml_futex_wake(address)
    }
  }

  /// Sleeps until rung or until `timeoutNanos` have passed, unless `hasWork` finds some.
  public func sleep(timeoutNanos: Int64, unless hasWork: () -> Bool) {
    sleeping.store(1, ordering: .sequentiallyConsistent)
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if !hasWork() {
      // Safety: as in `ring`.
      unsafe ml_futex_wait(address, 1, timeoutNanos)
    }
    sleeping.store(0, ordering: .relaxed)
  }

  private var address: UnsafePointer<UInt32> {
    // Safety: `Atomic` stores its value in place; the object outlives the call that uses this.
    unsafe withUnsafePointer(to: sleeping) {
      unsafe UnsafeRawPointer($0).assumingMemoryBound(to: UInt32.self)
    }
  }
}

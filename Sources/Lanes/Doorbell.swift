internal import CLinux
internal import Synchronization

/// Wakes one sleeping thread. Any number of threads may ring, one sleeps.
///
/// The sleeper announces itself, looks once more for work, then sleeps; a ringer makes its work
/// visible, then looks for a sleeper. Both sides order their store before their load by a
/// sequentially consistent fence, so one of them always sees the other (Dekker's argument), and no
/// wake-up is lost.
@safe public final class Doorbell: Sendable {
  /// 1 while the sleeper sleeps or is about to. At a fixed address, which the kernel compares.
  private nonisolated(unsafe) let sleeping: UnsafeMutablePointer<Atomic<UInt32>>

  public init() {
    unsafe sleeping = UnsafeMutablePointer<Atomic<UInt32>>.allocate(capacity: 1)
    // Safety: fresh storage for exactly one value, which `deinit` takes back.
    unsafe sleeping.initialize(to: Atomic(0))
  }

  deinit {
    // Safety: made by `init`; whoever could ring or sleep held a reference, so nobody does.
    unsafe sleeping.deinitialize(count: 1)
    unsafe sleeping.deallocate()
  }

  /// Wakes the sleeper, if there is one. Call it once per batch, after the batch was published.
  public func ring() {
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    // Pairs with the store in `sleep`.
    // Safety: initialised storage that lives as long as this object.
    guard unsafe sleeping.pointee.load(ordering: .relaxed) != 0 else { return }
    if unsafe sleeping.pointee.exchange(0, ordering: .sequentiallyConsistent) != 0 {
      unsafe ml_futex_wake(UnsafeRawPointer(sleeping).assumingMemoryBound(to: UInt32.self))
    }
  }

  /// Sleeps until rung or until `timeoutNanos` have passed, unless `hasWork` finds some.
  public func sleep(timeoutNanos: Int64, unless hasWork: () -> Bool) {
    // Safety: as in `ring`; an `Atomic<UInt32>` is four bytes in place.
    unsafe sleeping.pointee.store(1, ordering: .sequentiallyConsistent)
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if !hasWork() {
      let word = unsafe UnsafeRawPointer(sleeping).assumingMemoryBound(to: UInt32.self)
      unsafe ml_futex_wait(word, 1, timeoutNanos)
    }
    unsafe sleeping.pointee.store(0, ordering: .relaxed)
  }
}

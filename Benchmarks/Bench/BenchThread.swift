import CLinux
import Glibc
import Synchronization

/// A second thread, bound to one CPU, that has begun before `init` returns.
@safe final class BenchThread {
  private var handle = pthread_t()

  private final class Start {
    let cpu: Int
    let hasBegun = Atomic(false)
    let body: () -> Void
    init(cpu: Int, body: @escaping () -> Void) {
      self.cpu = cpu
      self.body = body
    }
  }

  init(cpu: Int, _ body: @escaping () -> Void) throws(BenchError) {
    let start = Start(cpu: cpu, body: body)
    let context = unsafe Unmanaged.passRetained(start)
    let code = unsafe pthread_create(
      &handle, nil,
      { context in
        // Safety: `context` is the retained `Start` of this very thread, taken once.
        guard let context = unsafe context else { return nil }
        let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
        _ = ml_thread_pin(Int32(start.cpu))
        start.hasBegun.store(true, ordering: .releasing)
        start.body()
        return nil
      }, unsafe context.toOpaque())
    guard code == 0 else {
      unsafe context.release()
      throw .missing("a thread: error \(code)")
    }
    // Asleep, so that a real-time scheduler lets the new thread move to its own CPU.
    while !start.hasBegun.load(ordering: .acquiring) { ml_thread_nap(50_000) }
  }

  func join() { pthread_join(handle, nil) }
}

/// Hands a value that cannot be copied to a thread.
final class Handover<Value: ~Copyable> {
  private var value: Value?

  init(_ value: consuming Value) { self.value = consume value }

  func take() -> Value {
    var taken: Value? = nil
    swap(&taken, &value)
    guard let taken else { preconditionFailure("a value is handed over once") }
    return taken
  }
}

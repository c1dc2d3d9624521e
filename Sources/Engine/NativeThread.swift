internal import CLinux
internal import Glibc

/// A thread of the data plane: named, optionally bound to one CPU, joined exactly once.
///
/// Swift's own tasks share a pool of threads and may not block; readers and workers own theirs.
@safe public final class NativeThread {
  private var handle: pthread_t
  private var isJoined = false

  private final class Start {
    let name: String
    let cpu: Int?
    let body: () -> Void
    init(name: String, cpu: Int?, body: @escaping () -> Void) {
      self.name = name
      self.cpu = cpu
      self.body = body
    }
  }

  /// Starts the thread. `cpu` binds it; a CPU that does not exist leaves it free.
  public init(name: String, cpu: Int?, body: @escaping @Sendable () -> Void) throws(EngineError) {
    let start = unsafe Unmanaged.passRetained(Start(name: name, cpu: cpu, body: body))
    handle = pthread_t()
    let code = unsafe pthread_create(
      &handle, nil,
      { context in
        // Safety: `context` is the retained `Start` of this very thread, taken once.
        guard let context = unsafe context else { return nil }
        let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
        unsafe start.name.withCString { unsafe ml_thread_name($0) }
        if let cpu = start.cpu { _ = ml_thread_pin(Int32(cpu)) }
        start.body()
        return nil
      }, unsafe start.toOpaque())
    if code != 0 {
      unsafe start.release()
      throw EngineError.thread(name: name, code: code)
    }
  }

  /// Waits for its end.
  public func join() {
    guard !isJoined else { return }
    isJoined = true
    pthread_join(handle, nil)
  }
}

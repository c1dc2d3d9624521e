internal import Foundation

/// Waiting in tests for what other threads and processes do. The limit only ends a test that fails:
/// on a loaded machine everything takes its time.
public enum Patience {
  /// Waits until the condition holds, two minutes at most; whether it did.
  public static func wait(_ condition: () throws -> Bool) rethrows -> Bool {
    let limit = ContinuousClock.now + .seconds(120)
    while ContinuousClock.now < limit {
      if try condition() { return true }
      Thread.sleep(forTimeInterval: 0.005)
    }
    return try condition()
  }
}

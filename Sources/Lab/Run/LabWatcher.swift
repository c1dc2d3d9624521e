/// How whoever started a run follows it and ends it early. Called on the run's own thread.
public struct LabWatcher {
  /// Sleeps for so many nanoseconds; true where the run is to end.
  public var wait: (UInt64) -> Bool
  /// Told ten times a second.
  public var progress: (LabProgress) -> Void

  public init(wait: @escaping (UInt64) -> Bool, progress: @escaping (LabProgress) -> Void) {
    self.wait = wait
    self.progress = progress
  }
}

/// Where a run stands.
public struct LabProgress: Sendable {
  /// What is done at present: `making messages`, `1M/s`.
  public var phase: String
  /// Nanoseconds passed and in all; 0 where nobody knows.
  public var passed: UInt64 = 0
  public var nanos: UInt64 = 0
  /// Messages taken so far, and of those in the lane now.
  public var messages: UInt64 = 0
  public var waiting: UInt64 = 0

  public init(phase: String) { self.phase = phase }
}

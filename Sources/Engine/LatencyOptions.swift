/// What a pipeline measures of its own stages while it works (docs/metrics.md).
public struct LatencyOptions: Sendable, Equatable {
  /// Whether stages are measured at all.
  public var isOn = true
  /// How often each thread's percentiles of that time are put into the stream, ns; nil for never.
  /// Only pipelines with a live source do so: what a file gives depends on the file alone.
  public var recordNanos: UInt64? = 60_000_000_000

  public init() {}
}

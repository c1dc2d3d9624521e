internal import CLinux

/// How a writer stores a line (`clinux_line.h` draws it); all give the same bytes to readers.
public enum LineStore: Sendable {
  /// One aligned 64-byte store, where the processor makes it visible in one piece.
  case wide
  /// Invalidate, then four aligned 16-byte stores: x86-64 with AVX.
  case pairs
  /// Invalidate, payload, word: C11 atomics, on every machine and under the thread sanitizer.
  case seqlock

  /// The fastest one that is right on this machine.
  public static var best: LineStore { available.first ?? .seqlock }

  /// Those that are right on this machine, the fastest first; for tests and benchmarks.
  public static var available: [LineStore] {
    (ml_cpu_has_wide_store() ? [.wide] : []) + (ml_cpu_has_pair_store() ? [.pairs] : [])
      + [.seqlock]
  }

  /// Those whose instructions this machine has: enough while reader and writer share one thread.
  public static var runnable: [LineStore] {
    ml_cpu_has_vbmi() ? [.wide, .pairs, .seqlock] : available
  }
}

internal import Glibc
internal import Synchronization

/// The log of a process: events with stable names, one line each.
///
/// For control threads: it takes a lock and may wait for the disk, so a data thread never logs but
/// hands notes over. Values under keys that name secrets are not written (`Redaction`). More than a
/// few lines a second of one event are counted instead of written; `tick`, called about once a
/// second, tells the counts that no further line has told.
public final class Log: Sendable {
  private struct State {
    var file: LogFile
    var limiter: LogLimiter
    var written: UInt64 = 0
    var suppressed: UInt64 = 0
    var lost: UInt64 = 0
  }

  /// What the log has done so far.
  public struct Counts: Sendable, Equatable {
    /// Lines written, and held back by their rate.
    public var written: UInt64
    public var suppressed: UInt64
    /// Lines that the system did not take.
    public var lost: UInt64

    public init(written: UInt64 = 0, suppressed: UInt64 = 0, lost: UInt64 = 0) {
      self.written = written
      self.suppressed = suppressed
      self.lost = lost
    }
  }

  /// What matters less is not written.
  public var level: LogLevel { LogLevel(rawValue: levelValue.load(ordering: .relaxed)) }
  private let levelValue: Atomic<UInt8>
  public let format: LogFormat
  private let hasColor: Bool
  private let state: Mutex<State>

  /// A log to a descriptor that stays the caller's, 2 for standard error.
  ///
  /// - Parameters:
  ///   - level: less is not written.
  ///   - format: nil for logfmt on a terminal and JSON elsewhere.
  ///   - noColor: whether the variable NO_COLOR is set (no-color.org).
  public convenience init(
    descriptor: Int32 = 2, level: LogLevel = .info, format: LogFormat? = nil,
    noColor: Bool = Log.environmentForbidsColor
  ) {
    self.init(
      LogFile(descriptor: descriptor), level: level, format: format, noColor: noColor,
      limiter: LogLimiter())
  }

  /// A log to a file, which is appended to; `reopen` follows a rotation.
  public convenience init(
    path: String, level: LogLevel = .info, format: LogFormat = .json
  ) throws(LogError) {
    self.init(
      try LogFile(path: path), level: level, format: format, noColor: true, limiter: LogLimiter())
  }

  init(
    _ file: LogFile, level: LogLevel, format: LogFormat?, noColor: Bool, limiter: LogLimiter
  ) {
    levelValue = Atomic(level.rawValue)
    let isTerminal = file.isTerminal
    self.format = format ?? (isTerminal ? .logfmt : .json)
    hasColor = isTerminal && !noColor && self.format == .logfmt
    state = Mutex(State(file: file, limiter: limiter))
  }

  deinit { state.withLock { $0.file.close() } }

  /// Whether NO_COLOR is set and not empty.
  public static var environmentForbidsColor: Bool {
    // Safety: the variable's text is read before anything could change it.
    guard let value = unsafe getenv("NO_COLOR") else { return false }
    return unsafe value.pointee != 0
  }

  /// Writes an event, unless its level or its rate forbids.
  ///
  /// - Parameter time: when it happened, Unix ns; nil for now.
  public func write(_ event: LogEvent, time: UInt64? = nil) {
    guard event.level >= level else { return }
    let now = LogTime.monotonic()
    let time = time ?? LogTime.now()
    state.withLock { state in
      guard let before = state.limiter.admit(event.name, level: event.level, now: now) else {
        state.suppressed &+= 1
        return
      }
      put(event, time: time, suppressed: before, to: &state)
    }
  }

  public func debug(_ name: String, _ fields: [LogField] = []) {
    write(.init(.debug, name, fields))
  }
  public func info(_ name: String, _ fields: [LogField] = []) { write(.init(.info, name, fields)) }
  public func warning(_ name: String, _ fields: [LogField] = []) {
    write(.init(.warning, name, fields))
  }
  public func error(_ name: String, _ fields: [LogField] = []) {
    write(.init(.error, name, fields))
  }

  /// Changes what is written from now on.
  public func setLevel(_ level: LogLevel) {
    levelValue.store(level.rawValue, ordering: .relaxed)
  }

  /// Tells suppressed counts that have waited for a second; `all` tells every one, at the end.
  public func tick(all: Bool = false) {
    let now = LogTime.monotonic()
    let time = LogTime.now()
    state.withLock { state in
      for (name, level, count) in state.limiter.takeOverdue(now: now, all: all) {
        put(LogEvent(level, name), time: time, suppressed: count, to: &state)
      }
    }
  }

  /// Opens the file at its path anew (SIGHUP, after a rotation). Nothing for a descriptor.
  public func reopen() throws(LogError) {
    let failure: LogError? = state.withLock { state in
      do throws(LogError) {
        try state.file.reopen()
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  public var counts: Counts {
    state.withLock { Counts(written: $0.written, suppressed: $0.suppressed, lost: $0.lost) }
  }

  private func put(_ event: LogEvent, time: UInt64, suppressed: UInt64, to state: inout State) {
    let line = LogLine.bytes(
      event, time: time, suppressed: suppressed, format: format, hasColor: hasColor)
    if state.file.write(line) { state.written &+= 1 } else { state.lost &+= 1 }
  }
}

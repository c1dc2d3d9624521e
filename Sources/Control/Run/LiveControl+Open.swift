internal import Catalog
internal import Config
internal import Glibc
internal import Logging
internal import Sqlite

/// The files of a configured run.
extension LiveControl {
  /// Makes the folder of state and those above it, for this user alone.
  static func makeFolder(_ path: String) throws(ControlError) {
    var made = ""
    for part in path.split(separator: "/") {
      made += made.isEmpty && !path.hasPrefix("/") ? String(part) : "/\(part)"
      // Safety: the path is a NUL-terminated copy for the time of the call.
      guard unsafe mkdir(made, 0o700) == 0 || errno == EEXIST || errno == EROFS else {
        // Safety: a NUL-terminated string that stays until the thread's next call; copied at once.
        let text = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "errno \(errno)"
        throw ControlError(
          text, what: made, remedy: "make it writable for this user, or set state in the file")
      }
    }
  }

  static func openLog(_ configuration: Configuration) throws(ControlError) -> Log {
    let settings = configuration.log
    let level = LogLevel(name: settings.level) ?? .info
    let format: LogFormat? =
      settings.format == "json" ? .json : settings.format == "logfmt" ? .logfmt : nil
    guard let path = settings.file else { return Log(level: level, format: format) }
    do throws(LogError) {
      return try Log(path: path, level: level, format: format ?? .json)
    } catch {
      throw ControlError("\(error)", what: path, remedy: "name another file under log")
    }
  }

  static func openAudit(_ configuration: Configuration) throws(ControlError) -> AuditLog {
    do throws(LogError) {
      return try AuditLog(path: configuration.audit)
    } catch {
      throw ControlError("\(error)", what: configuration.audit, remedy: "name another file")
    }
  }

  static func openCatalog(
    _ state: String, now: UInt64
  ) throws(ControlError) -> (GapLedger, SymbolMaster) {
    do throws(SqliteError) {
      return (
        try GapLedger(path: "\(state)/gaps.sqlite", startingAt: now),
        try SymbolMaster(path: "\(state)/symbols.sqlite")
      )
    } catch {
      throw ControlError(
        "\(error)", what: state, remedy: "move the file away, or set state in the file")
    }
  }

  static func openQuarantine(_ state: String) throws(ControlError) -> QuarantineWriter {
    do throws(QuarantineError) {
      return try QuarantineWriter(folder: "\(state)/quarantine")
    } catch {
      throw ControlError("\(error)", what: state, remedy: "make the folder writable")
    }
  }
}

internal import Ledger
internal import Logging
internal import Sessions

/// The whole status as one JSON object: for programs, and for `millrace session`.
enum StatusPage {
  static func json(_ board: ControlBoard) -> String {
    let reasons = board.unreadiness()
    var json = JSONText()
    json.object { json in
      guard let snapshot = board.snapshot else {
        json.field("ready", false)
        json.strings("reasons", reasons)
        return
      }
      write(snapshot, reasons, to: &json)
      json.field("beat_age_ns", board.beatAge())
    }
    return json.text
  }

  private static func write(
    _ snapshot: ControlSnapshot, _ reasons: [String], to json: inout JSONText
  ) {
    if let header = snapshot.report?.snapshot.header {
      json.field("instance", header.identity.instance)
      json.field("version", header.identity.version)
      json.field("pid", header.pid)
      json.field("started_at", header.startedAt.rawValue)
    }
    json.field("taken_at", snapshot.takenAt)
    json.field("ready", reasons.isEmpty)
    json.strings("reasons", reasons)
    json.strings("warnings", snapshot.cautions)
    json.field("sessions") { json in
      json.array { json in
        for session in snapshot.sessions {
          let block = snapshot.report?.blocks(of: .session).first { $0.name == session.source }
          write(session, block, to: &json)
        }
      }
    }
    json.field("watches") { json in
      json.array { json in for watch in snapshot.watches { write(watch, to: &json) } }
    }
    json.field("process") { json in write(snapshot.process, to: &json) }
    json.field("log") { json in
      json.object {
        $0.field("written", snapshot.log.written)
        $0.field("suppressed", snapshot.log.suppressed)
        $0.field("lost", snapshot.log.lost)
      }
    }
    json.field("files") { json in
      json.object { json in for (name, path) in snapshot.files { json.field(name, path) } }
    }
    json.field("ledger") { json in
      if let report = snapshot.report { report.write(to: &json) } else { json.null() }
    }
  }

  private static func write(
    _ session: SessionView, _ block: BlockSnapshot?, to json: inout JSONText
  ) {
    json.object { json in
      json.field("source", session.source)
      json.field("state", session.state.name)
      json.field("since", session.since)
      json.field("epoch", session.epoch)
      json.field("cause", session.cause.name)
      json.field("text", session.text)
      json.field("circuit", session.circuit.name)
      json.field("health", session.health.name)
      json.field("evidence", session.evidence)
      if let block {
        let names: [(String, CounterID)] = [
          ("wanted", .wanted), ("confirmed", .confirmed), ("refused", .refused),
          ("unserved", .unserved), ("connects", .connects), ("requests", .requests),
          ("last_heard", .lastHeard),
        ]
        for (name, id) in names { json.field(name, block[id]) }
      }
      json.field("open_gap") { json in
        guard let gap = session.openGap else { return json.null() }
        json.object {
          $0.field("from", gap.from)
          $0.field("cause", gap.cause.name)
        }
      }
      json.field("gaps", session.gaps)
      json.field("gap_ns", session.gapNanos)
      json.field("missing", session.missing)
      json.field("backfilled", session.backfilledRecords)
      json.field("backfill_failures", session.backfillFailures)
      json.field("rejected", session.rejected)
      if let offset = session.clockOffset { json.field("clock_offset_ns", offset) }
      json.field("delayed_seconds", session.delayedSeconds)
      json.strings("broken_parts", session.brokenParts)
      writeNotice(session, to: &json)
      writeInstruments(session, to: &json)
    }
  }

  private static func writeNotice(_ session: SessionView, to json: inout JSONText) {
    guard let notice = session.notice else { return }
    json.field("notice") { json in
      json.object {
        $0.field("code", notice.code)
        $0.field("text", notice.text)
        $0.field("at", notice.time)
      }
    }
  }

  private static func writeInstruments(_ session: SessionView, to json: inout JSONText) {
    json.field("not_served") { json in
      json.array { json in
        for one in session.unserved {
          json.object {
            $0.field("instrument", one.instrument)
            $0.field("symbol", one.symbol)
            $0.field("code", one.code)
            $0.field("text", one.text)
            $0.field("since", one.since)
          }
        }
      }
    }
    json.field("not_listed", session.unlisted)
    json.field("unhealthy") { json in
      json.array { json in
        for one in session.ailing {
          json.object {
            $0.field("instrument", one.instrument)
            $0.field("health", one.health.name)
            $0.field("evidence", one.evidence)
            $0.field("since", one.since)
          }
        }
      }
    }
  }

  private static func write(_ watch: WatchStatus, to json: inout JSONText) {
    json.object {
      $0.field("name", watch.name)
      $0.field("level", watch.level.name)
      $0.field("text", watch.text)
      $0.field("since", watch.since)
    }
  }

  private static func write(_ process: ProcessSample, to json: inout JSONText) {
    json.object {
      $0.field("resident_bytes", process.residentBytes)
      $0.field("peak_resident_bytes", process.peakResidentBytes)
      $0.field("threads", process.threads)
      $0.field("user_ns", process.userNanos)
      $0.field("system_ns", process.systemNanos)
    }
  }
}

extension CircuitState {
  var name: String {
    switch self {
    case .closed: "closed"
    case .open: "open"
    case .halfOpen: "half_open"
    }
  }
}

internal import Ledger
internal import Logging
internal import Sessions

/// The metrics page: the counters file's, and what only the control plane knows.
enum ControlMetrics {
  static func page(_ board: ControlBoard, report: LedgerReport?) -> String {
    let instance = report?.snapshot.header.identity.instance
    var page = MetricsPage(common: instance.map { [(label: "pipeline", name: $0)] } ?? [])
    report?.write(to: &page)
    let reasons = board.unreadiness()
    page.single("millrace_ready", "gauge", "Whether /readyz says so.", reasons.isEmpty ? "1" : "0")
    page.single(
      "millrace_control_beat_age_seconds", "gauge",
      "Age of the control thread's last sign of life.",
      MetricsPage.seconds(board.beatAge()))
    guard let snapshot = board.snapshot else { return page.text }
    add(snapshot.process, to: &page)
    add(snapshot.watches, to: &page)
    add(snapshot.sessions, to: &page)
    page.single(
      "millrace_log_lines_total", "counter", "Lines of the log written.",
      "\(snapshot.log.written)")
    page.single(
      "millrace_log_suppressed_total", "counter", "Lines held back by their event's rate.",
      "\(snapshot.log.suppressed)")
    page.single(
      "millrace_log_lost_total", "counter", "Lines that the system did not take.",
      "\(snapshot.log.lost)")
    return page.text
  }

  private static func add(_ process: ProcessSample, to page: inout MetricsPage) {
    page.single(
      "millrace_process_resident_bytes", "gauge", "Memory of the process that is in RAM.",
      "\(process.residentBytes)")
    page.single(
      "millrace_process_resident_peak_bytes", "gauge", "The most that ever was.",
      "\(process.peakResidentBytes)")
    page.single("millrace_process_threads", "gauge", "Threads.", "\(process.threads)")
    let cpu = "millrace_process_cpu_seconds_total"
    page.begin(cpu, "counter", "Time on a CPU.")
    page.add(cpu, [(label: "mode", name: "user")], MetricsPage.seconds(process.userNanos))
    page.add(cpu, [(label: "mode", name: "system")], MetricsPage.seconds(process.systemNanos))
  }

  private static func add(_ watches: [WatchStatus], to page: inout MetricsPage) {
    guard !watches.isEmpty else { return }
    let level = "millrace_threshold_level"
    page.begin(level, "gauge", "Where a watched figure stands: 0 normal, 1 warning, 2 critical.")
    for watch in watches {
      page.add(level, [(label: "name", name: watch.name)], "\(watch.level.rawValue)")
    }
    let value = "millrace_threshold_value"
    page.begin(value, "gauge", "The watched figure: seconds, bytes, per second, or a share.")
    for watch in watches {
      page.add(value, [(label: "name", name: watch.name)], "\(watch.value)")
    }
  }

  private static func add(_ sessions: [SessionView], to page: inout MetricsPage) {
    guard !sessions.isEmpty else { return }
    let open = "millrace_session_gap_open"
    page.begin(open, "gauge", "Whether records are being missed now.")
    for session in sessions { page.add(open, labels(session), session.openGap == nil ? "0" : "1") }
    let gaps = "millrace_session_gaps_total"
    page.begin(gaps, "counter", "Holes that have ended.")
    for session in sessions { page.add(gaps, labels(session), "\(session.gaps)") }
    let time = "millrace_session_gap_seconds_total"
    page.begin(time, "counter", "How long those were, altogether.")
    for session in sessions {
      page.add(time, labels(session), MetricsPage.seconds(session.gapNanos))
    }
  }

  private static func labels(_ session: SessionView) -> [(label: String, name: String)] {
    [(label: "source", name: session.source)]
  }
}

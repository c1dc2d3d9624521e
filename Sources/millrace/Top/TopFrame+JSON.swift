internal import Ledger
internal import Sessions

extension TopFrame {
  /// One object on one line; rates and what belongs to the interval are null where there is none.
  var json: String {
    var json = JSONText()
    json.object { json in
      let header = snapshot.header
      json.field("instance", header.identity.instance)
      json.field("version", header.identity.version)
      json.field("verb", header.identity.verb)
      json.field("pid", header.pid)
      json.field("state", now.report.stateName)
      json.field("started_at", header.startedAt.rawValue)
      json.field("taken_at", snapshot.takenAt.rawValue)
      json.field("interval_ns", intervalNanos)
      json.field("restarted", hasRestarted)
      json.field("balanced", now.report.isBalanced)
      json.field("violations") { json in
        json.array { json in
          for violation in now.report.violations { json.value("\(violation)") }
        }
      }
      let instance = snapshot.block(.instance)
      json.field("alarms", instance?[.alarms] ?? 0)
      json.field("failing", instance?[.failing] ?? 0)
      json.field("sessions") { write(.session, to: &$0, writeSession) }
      json.field("sources") { write(.source, to: &$0, writeSource) }
      json.field("shards") { write(.shard, to: &$0, writeShard) }
      json.field("outlets") { write(.outlet, to: &$0, writeOutlet) }
      json.field("latencies") { json in
        json.array { json in for latency in latencies() { Self.write(latency, to: &json) } }
      }
    }
    return json.text
  }

  private func write(
    _ scope: CounterScope, to json: inout JSONText,
    _ body: (BlockSnapshot, inout JSONText) -> Void
  ) {
    json.array { json in
      for block in blocks(scope) {
        json.object { json in
          json.field("name", block.name)
          body(block, &json)
        }
      }
    }
  }

  /// A counter, and its growth per second.
  private func count(
    _ name: String, _ id: CounterID, _ block: BlockSnapshot, _ json: inout JSONText
  ) {
    json.field(name, block[id])
    json.key("\(name)_per_s")
    if let rate = rate(id, of: block) { json.value(rate, decimals: 1) } else { json.null() }
  }

  private func writeSession(_ session: BlockSnapshot, to json: inout JSONText) {
    let line = SessionLine(session, takenAt: snapshot.takenAt)
    json.field("state", line.state.name)
    json.field("health", line.health.name)
    let figures: [(String, CounterID)] = [
      ("since", .stateSince), ("last_heard", .lastHeard), ("epoch", .epoch), ("wanted", .wanted),
      ("confirmed", .confirmed), ("refused", .refused), ("unserved", .unserved),
      ("missing", .upstreamMissing), ("backfilled", .backfilled), ("quarantined", .quarantined),
      ("circuit_opens", .circuitOpens), ("broken_parts", .brokenParts),
    ]
    for (name, id) in figures { json.field(name, session[id]) }
    json.field("clock_offset_ns", Int64(bitPattern: session[.clockOffsetNanos]))
    json.field("disconnects") { json in
      json.object { json in
        for (cause, count) in session.elements(.disconnects) { json.field(cause, count) }
      }
    }
  }

  private func writeSource(_ source: BlockSnapshot, to json: inout JSONText) {
    count("messages", .messages, source, &json)
    count("records", .records, source, &json)
    count("bytes", .bytes, source, &json)
    count("packets", .packets, source, &json)
    json.field("rejected", source[.rejected])
    json.field("duplicates", source[.duplicates])
    json.field("gaps_detected", source[.gapsDetected])
    json.field("gap_messages_filled", source[.gapMessagesFilled])
    json.field("gap_messages_lost", source[.gapMessagesLost])
    json.field("kernel_drops", source[.kernelDrops])
    json.field("last_sequence", source[.lastSequence])
  }

  private func writeShard(_ shard: BlockSnapshot, to json: inout JSONText) {
    count("received", .received, shard, &json)
    count("delivered", .delivered, shard, &json)
    count("derived", .derived, shard, &json)
    json.field("dropped", shard[.dropped])
    json.field("open_orders", shard[.openOrders])
    json.field("instruments", shard[.instruments])
    let depth = depth(of: shard)
    json.field("lane_depth", depth.records)
    json.field("lane_capacity", depth.capacity)
    let ages = ages(of: shard.major)
    json.key("last_record_age_ns")
    if let age = ages.record { json.value(age) } else { json.null() }
    json.key("sign_of_life_age_ns")
    if let age = ages.life { json.value(age) } else { json.null() }
  }

  private func writeOutlet(_ outlet: BlockSnapshot, to json: inout JSONText) {
    json.field("shard", snapshot.block(.shard, outlet.major)?.name)
    count("written", .written, outlet, &json)
    count("bytes", .bytesWritten, outlet, &json)
    json.field("lost", outlet[.lost])
    let lag = lag(of: outlet)
    json.field("unwritten", lag.unwritten)
    json.key("unconfirmed")
    if let count = lag.unconfirmed { json.value(count) } else { json.null() }
    json.field("holds", outlet[.holds])
    json.field("failing", outlet[.failingSince] > 0)
  }

  private static func write(_ latency: TopLatency, to json: inout JSONText) {
    json.object { json in
      let all = latency.all
      json.field("thread", all.thread)
      json.field("stage", all.stage.name)
      json.field("samples", all.count)
      json.field("p50", all.p50)
      json.field("p90", all.p90)
      json.field("p99", all.p99)
      json.field("p99.9", all.p999)
      json.field("p99.99", all.p9999)
      json.field("max", all.max)
      json.key("recent")
      guard let recent = latency.recent else { return json.null() }
      json.object { json in
        json.field("samples", recent.count)
        json.field("p50", recent.p50)
        json.field("p99", recent.p99)
        json.field("p99.9", recent.p999)
      }
    }
  }
}

extension LedgerReport {
  /// The report as one JSON object on one line.
  public func json() -> String {
    var json = JSONText()
    write(to: &json)
    return json.text
  }

  /// Writes the report as one object: the instance, the verdict, then each scope's blocks
  /// under `counters`.
  public func write(to json: inout JSONText) {
    json.object { json in
      let identity = snapshot.header.identity
      json.field("instance", identity.instance)
      json.field("version", identity.version)
      json.field("verb", identity.verb)
      json.field("pid", snapshot.header.pid)
      json.field("state", stateName)
      json.field("started_at", snapshot.header.startedAt.rawValue)
      json.field("heartbeat_at", snapshot.heartbeat.rawValue)
      json.field("taken_at", snapshot.takenAt.rawValue)
      json.field("balanced", isBalanced)
      json.field("violations") { json in
        json.array { json in
          for violation in violations { Self.write(violation, to: &json) }
        }
      }
      json.field("counters") { json in
        json.object { json in
          for scope in scopes { write(scope, to: &json) }
        }
      }
    }
  }

  private func write(_ scope: CounterScope, to json: inout JSONText) {
    json.field(scope.name) { json in
      json.array { json in
        for block in blocks(of: scope) { write(block, to: &json) }
      }
    }
  }

  private static func write(_ violation: Ledger.Violation, to json: inout JSONText) {
    json.object {
      $0.field("equation", violation.equation)
      $0.field("scope", violation.scope.name)
      $0.field("name", violation.name)
      $0.field("left", violation.left)
      $0.field("right", violation.right)
      $0.field("message", violation.description)
    }
  }

  private func write(_ block: BlockSnapshot, to json: inout JSONText) {
    json.object { json in
      for (label, name) in labels(of: block) { json.field(label, name) }
      if !block.isConsistent { json.field("consistent", false) }
      if let state = JournalState(block, takenAt: snapshot.takenAt) {
        json.field("state", state.name)
        if let error = state.error { json.field("error", error) }
      }
      // The coarse buckets are for metrics and live views.
      for entry in entries(of: block.scope) where entry.id != .bucketCounts {
        json.field(entry.name) { json in
          guard entry.wordCount > 1 else { return json.value(block[entry.id]) }
          json.object {
            for (name, value) in block.elements(entry.id) { $0.field(name, value) }
          }
        }
      }
    }
  }
}

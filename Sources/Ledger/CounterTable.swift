/// One line of the counter table.
public struct CounterDefinition: Sendable, Equatable {
  /// Whether a value only grows.
  public struct Kind: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// Grows only, from the start of the process.
    public static var counter: Self { Self(rawValue: 0) }
    /// May fall again.
    public static var gauge: Self { Self(rawValue: 1) }
  }

  public let id: CounterID
  public let kind: Kind
  /// How many words the counter has: 1, or one for each element of an array.
  public let wordCount: Int
  /// `snake_case`, unique within the scope.
  public let name: String
  /// What is counted: "messages", "bytes", "ns".
  public let unit: String
  /// One sentence.
  public let help: String
  /// What the elements of an array are told apart by ("type"); empty for a single counter.
  public let label: String
  /// The equations in which the counter stands on the left.
  public let left: EquationSet
  /// The equations in which the counter stands on the right.
  public let right: EquationSet

  init(
    _ id: CounterID, _ name: String, _ unit: String, _ help: String, kind: Kind = .counter,
    wordCount: Int = 1, label: String = "", left: EquationSet = [], right: EquationSet = []
  ) {
    self.id = id
    self.kind = kind
    self.wordCount = wordCount
    self.name = name
    self.unit = unit
    self.help = help
    self.label = label
    self.left = left
    self.right = right
  }
}

/// The one table of counters: blocks, reports, metrics and the ledger's equations are read from it.
///
/// Within a scope the order is that of the fields of the scope's `CounterSet`.
public enum CounterTable {
  /// All counters, by scope.
  public static let all: [CounterDefinition] =
    instance + source + lane + shard + outlet + latency + session

  /// The counters of one scope, in the order of their words.
  public static func definitions(of scope: CounterScope) -> [CounterDefinition] {
    all.filter { $0.id.scope == scope }
  }

  private static let instance: [CounterDefinition] = [
    .init(.checks, "checks", "checks", "Times that the ledger was checked."),
    .init(.violations, "violations", "equations", "Equations that a check found violated."),
    .init(.alarms, "alarms", "alarms", "Times that an outlet began to fail."),
    .init(.failing, "failing", "outlets", "Outlets that fail now.", kind: .gauge),
  ]

  private static let source: [CounterDefinition] = [
    .init(.packets, "packets", "packets", "Datagrams, segments or file blocks read."),
    .init(.bytes, "bytes", "bytes", "Bytes read, headers of the transport included."),
    .init(
      .messages, "messages", "messages",
      "Messages given to the decoder after line arbitration; a frame rejected whole counts as one.",
      left: .messages),
    .init(
      .decoded, "decoded", "messages",
      "Messages that became records or changed the decoder's state.", right: .messages),
    .init(
      .records, "records", "records", "Records that the decoder made, each broadcast copy counted.",
      left: .records),
    .init(.duplicates, "duplicates", "messages", "Messages that another line had brought already."),
    .init(.gapsDetected, "gaps_detected", "gaps", "Gaps found in the upstream's sequence."),
    .init(
      .gapMessagesFilled, "gap_messages_filled", "messages", "Missing messages that came later."),
    .init(
      .gapMessagesLost, "gap_messages_lost", "messages", "Missing messages that were given up."),
    .init(.reRequests, "re_requests", "requests", "Requests for missing messages sent."),
    .init(.heartbeats, "heartbeats", "heartbeats", "Heartbeats received."),
    .init(.kernelDrops, "kernel_drops", "packets", "Packets that the kernel's socket queue lost."),
    .init(
      .lastSequence, "last_sequence", "sequence", "Sequence number of the last message taken.",
      kind: .gauge),
    .init(.sessionRestarts, "session_restarts", "restarts", "Restarts of the upstream's sequence."),
    .init(
      .ignored, "ignored", "messages", "Valid messages that have no place in the records, by type.",
      wordCount: 256, label: "type", right: .messages),
    .init(
      .rejected, "rejected", "messages", "Messages that could not be understood, by reason.",
      wordCount: 32, label: "reason", right: .messages),
  ]

  private static let lane: [CounterDefinition] = [
    .init(
      .enqueued, "enqueued", "records", "Records written to the lane.", left: .lanes,
      right: .records),
    .init(.fullWaits, "full_waits", "waits", "Times that the reader found the lane full."),
    .init(.waitNanos, "wait_nanos", "ns", "Time that the reader waited for room."),
  ]

  private static let shard: [CounterDefinition] = [
    .init(
      .received, "received", "records", "Records taken from the lanes.", left: .shard,
      right: .lanes),
    .init(
      .delivered, "delivered", "records", "Records received and given to the outlets.",
      left: .offers, right: .shard),
    .init(
      .duplicate, "duplicate", "records", "Records received that were known already.",
      right: .shard),
    .init(
      .filtered, "filtered", "records", "Records received that the configuration does not want.",
      right: .shard),
    .init(
      .derived, "derived", "records", "Records that the worker added: completions, quotes, bars.",
      left: .offers),
    .init(.unknownOrders, "unknown_orders", "records", "References to orders not in the book."),
    .init(.crossedBooks, "crossed_books", "events", "Books found crossed in continuous trading."),
    .init(.sequenceGaps, "sequence_gaps", "gaps", "Gaps seen in the records' sequence."),
    .init(.openOrders, "open_orders", "orders", "Orders in the books.", kind: .gauge),
    .init(.instruments, "instruments", "instruments", "Instruments known.", kind: .gauge),
    .init(.busyNanos, "busy_nanos", "ns", "Time spent on records."),
    .init(.idleNanos, "idle_nanos", "ns", "Time spent waiting for records."),
    .init(
      .dropped, "dropped", "records",
      "Records that gave way to newer ones in a lane (drop-oldest), exactly, by source.",
      wordCount: LedgerLimits.sources, label: "source", right: .lanes),
  ]

  private static let outlet: [CounterDefinition] = [
    .init(
      .offered, "offered", "records",
      "Records that the worker gave to the outlet; of a journal, those that its thread has taken.",
      left: .outlet, right: .offers),
    .init(.written, "written", "records", "Records written.", right: .outlet),
    .init(
      .lost, "lost", "records", "Records not written, by cause.", wordCount: LossCause.limit,
      label: "cause", right: .outlet),
    .init(
      .durable, "durable", "records", "Records that the disk has confirmed (fsync).", kind: .gauge),
    .init(.bytesWritten, "bytes", "bytes", "Bytes written to files."),
    .init(.blocks, "blocks", "blocks", "Blocks written."),
    .init(.segments, "segments", "segments", "Segments begun."),
    .init(.failures, "failures", "failures", "Times that writing failed."),
    .init(.holds, "holds", "waits", "Times that the worker waited for the journal."),
    .init(.heldNanos, "held_nanos", "ns", "Time that the worker waited for the journal."),
    .init(
      .failingSince, "failing_since", "unix_ns", "When writing began to fail; 0 while it does not.",
      kind: .gauge),
    .init(
      .lastError, "last_error", "errno", "Error number of the last failure, 0 for none.",
      kind: .gauge),
  ]

  private static let latency: [CounterDefinition] = [
    stage(.samples, "samples", "samples", "Latencies recorded.", kind: .counter),
    stage(.meanNanos, "mean_nanos", "ns", "Mean latency."),
    stage(.p50Nanos, "p50_nanos", "ns", "Median latency."),
    stage(.p90Nanos, "p90_nanos", "ns", "Latency that 90 % do not exceed."),
    stage(.p99Nanos, "p99_nanos", "ns", "Latency that 99 % do not exceed."),
    stage(.p999Nanos, "p999_nanos", "ns", "Latency that 99.9 % do not exceed."),
    stage(.p9999Nanos, "p9999_nanos", "ns", "Latency that 99.99 % do not exceed."),
    stage(.maxNanos, "max_nanos", "ns", "Greatest latency."),
    stage(.sumNanos, "sum_nanos", "ns", "Sum of all latencies.", kind: .counter),
    .init(
      .bucketCounts, "bucket_counts", "samples", "Latencies by stage and coarse bucket.",
      wordCount: Stage.limit * LatencyBuckets.count, label: "bucket"),
  ]

  private static let session: [CounterDefinition] = [
    .init(
      .sessionState, "state", "state",
      "0 idle, 1 connecting, 2 authenticating, 3 subscribing, 4 live, 5 degraded, 6 backoff, "
        + "7 open circuit, 8 stopped.", kind: .gauge),
    .init(.stateSince, "state_since", "unix_ns", "When the state began.", kind: .gauge),
    .init(.epoch, "epoch", "connections", "Number of the connection, from 1.", kind: .gauge),
    .init(.connects, "connects", "connections", "Connections that came to their handshake's end."),
    .init(.connectFailures, "connect_failures", "attempts", "Attempts that failed before that."),
    .init(
      .disconnects, "disconnects", "connections", "Connections lost, by cause.", wordCount: 16,
      label: "cause"),
    .init(.wanted, "wanted", "instruments", "Instruments asked for.", kind: .gauge),
    .init(
      .confirmed, "confirmed", "instruments", "Instruments that this connection has brought.",
      kind: .gauge),
    .init(.refused, "refused", "instruments", "Instruments that were refused.", kind: .gauge),
    .init(
      .unserved, "unserved", "instruments", "Instruments that did not come in time.",
      kind: .gauge),
    .init(.requests, "requests", "requests", "Requests sent to the upstream."),
    .init(.pacedNanos, "paced_nanos", "ns", "Time that requests waited for the upstream's limit."),
    .init(.keepAlives, "keep_alives", "requests", "Times that a sign of life was asked for."),
    .init(
      .health, "health", "health", "0 unknown, 1 healthy, 2 quiet, 3 suspicious, 4 dead.",
      kind: .gauge),
    .init(
      .instrumentHealth, "instrument_health", "instruments", "Instruments, by health.",
      kind: .gauge, wordCount: 8, label: "health"),
    .init(.lastHeard, "last_heard", "unix_ns", "When the last bytes came.", kind: .gauge),
    .init(
      .clockOffsetNanos, "clock_offset_nanos", "signed_ns",
      "The upstream's clock minus ours, as a two's complement.", kind: .gauge),
    .init(
      .upstreamMissing, "upstream_missing", "messages",
      "Messages that the upstream's own numbers show as missing."),
    .init(.backfilled, "backfilled", "records", "Records from the upstream's history."),
    .init(.backfillFailures, "backfill_failures", "requests", "Backfills that were cut short."),
    .init(.quarantined, "quarantined", "messages", "Rejected messages kept in quarantine."),
    .init(
      .reconnectAlarms, "reconnect_alarms", "alarms",
      "Times that an hour had more connections than allowed."),
    .init(.circuitOpens, "circuit_opens", "times", "Times that the circuit opened."),
    .init(
      .brokenParts, "broken_parts", "parts", "Parts of the upstream that are broken now.",
      kind: .gauge),
    .init(
      .delayedSeconds, "delayed_seconds", "s", "How late the upstream says its data is.",
      kind: .gauge),
    .init(.notesDropped, "notes_dropped", "notes", "Notes to the control thread without room."),
  ]

  private static func stage(
    _ id: CounterID, _ name: String, _ unit: String, _ help: String,
    kind: CounterDefinition.Kind = .gauge
  ) -> CounterDefinition {
    .init(id, name, unit, help, kind: kind, wordCount: Stage.limit, label: "stage")
  }
}

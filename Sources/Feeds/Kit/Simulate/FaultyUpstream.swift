internal import Wire

/// A simulator with a fault script in force: all of a simulated upstream but its sockets.
///
/// The owner tells it of connections and bytes, calls `turn` when `deadline` has come, and carries
/// out what it finds: `output`, `closing`, `isRefusing`. Pure: no socket, no clock. One thread.
public final class FaultyUpstream {
  public let simulator: any UpstreamSimulator
  public let ports: [UpstreamPort]
  /// Faults so far, until they are taken.
  public private(set) var log: [FaultLogEntry] = []
  /// Connections that were cut because they did not read.
  public private(set) var slowClients: UInt64 = 0
  /// Bytes that go out with one call while a `split` is in force; 0 for as many as there are.
  public private(set) var pieceBytes = 0

  private let wire: SimulatorWire
  private var schedule: FaultSchedule
  private let script: FaultScript
  private var firstConnection: UInt64?
  private var refusingUntil: UInt64 = 0
  /// What lasts for all, those to come too: port (nil: all), until when, and whether it is deaf.
  private var spells: [(port: Int?, until: UInt64, isDeaf: Bool)] = []
  /// Logins so far, by port and by the fault's place in the script.
  private var hits: [[Int]]
  private var random: SimulationRandom

  /// Bytes that wait for a client before it counts as too slow and is cut off.
  public static var queueBytes: Int { 32 << 20 }

  /// Makes the simulator. Throws: options that it cannot work with.
  public init(
    _ type: any UpstreamSimulator.Type, _ options: SimulatorOptions, faults: FaultScript,
    queueBytes: Int = FaultyUpstream.queueBytes
  ) throws(SimulatorError) {
    var options = options
    if let limit = faults.linesLimit { options.linesLimit = limit }
    simulator = try type.init(options)
    ports = type.ports
    script = faults
    schedule = FaultSchedule(faults)
    wire = SimulatorWire(queueLimit: queueBytes)
    hits = Array(
      repeating: Array(repeating: 0, count: type.ports.count), count: faults.faults.count)
    random = SimulationRandom(seed: options.seed ^ 0x6661_756C_7473)
    wire.spoil = { [unowned self] message, connection in spoil(&message, connection) }
  }

  /// Messages handed to connections so far.
  public var messages: UInt64 { wire.messages }

  /// Whether new connections are refused now: the listeners are closed.
  public func isRefusing(now: UInt64) -> Bool { now < refusingUntil }

  /// Takes the log.
  public func takeLog() -> [FaultLogEntry] {
    defer { log.removeAll() }
    return log
  }

  // MARK: Connections

  /// A client has connected at `port` (index); `id` is small and not in use.
  public func opened(id: Int, port: Int, now: UInt64) {
    if firstConnection == nil { firstConnection = now }
    while wire.lines.count <= id { wire.lines.append(nil) }
    var connection = SimulatorConnection(id: id, port: port)
    for (index, fault) in script.faults.enumerated()
    where fault.kind == .denyAuth || fault.kind == .wrongVersion {
      guard isHit(fault, index, port: port, now: now) else { continue }
      if fault.kind == .denyAuth { connection.deniesAuthentication = true }
      if fault.kind == .wrongVersion { connection.hasWrongVersion = true }
      note(fault.kind, now, now, [name(port, id)], "")
    }
    let line = SimulatorLine(connection)
    wire.lines[id] = line
    for spell in spells where spell.port == nil || spell.port == port {
      silence(line, until: spell.until, isDeaf: spell.isDeaf)
    }
    wire.now = now
    simulator.opened(connection, now: now, wire)
  }

  /// Bytes of a client; answers how many are consumed.
  public func received(_ bytes: RawSpan, on id: Int, now: UInt64) -> Int {
    guard let line = wire.line(id), line.closing == nil else { return bytes.byteCount }
    wire.now = now
    return simulator.received(bytes, on: id, now: now, wire)
  }

  /// The client has closed, or its socket has failed.
  public func closed(_ id: Int, now: UInt64) {
    guard wire.line(id) != nil else { return }
    simulator.closed(id, now: now)
    wire.lines[id] = nil
  }

  /// Whether the client's bytes are to be read at all now.
  public func isReading(_ id: Int, now: UInt64) -> Bool {
    guard let line = wire.line(id) else { return false }
    return line.deafUntil <= now
  }

  /// Bytes that may go out now.
  public func readyBytes(_ id: Int, now: UInt64) -> Int { wire.line(id)?.ready(now: now) ?? 0 }

  /// Gives the bytes that may go out now to `send`, which answers how many it could take.
  public func output<Failure: Error>(
    _ id: Int, now: UInt64, send: (RawSpan) throws(Failure) -> Int
  ) throws(Failure) {
    guard let line = wire.line(id) else { return }
    while true {
      let ready = line.ready(now: now)
      guard ready > 0 else { return }
      let size = pieceBytes > 0 ? min(pieceBytes, ready) : ready
      let taken = try Self.give(line.bytes, size, to: send)
      guard taken > 0 else { return }
      line.took(taken)
      if taken < size { return }
    }
  }

  private static func give<Failure: Error>(
    _ buffer: borrowing ByteBuffer, _ size: Int, to send: (RawSpan) throws(Failure) -> Int
  ) throws(Failure) -> Int {
    try send(buffer.bytes.extracting(0..<size))
  }

  /// How the connection is to be ended now, or nil.
  public func closing(_ id: Int, now: UInt64) -> SimulatorWire.Closing? {
    guard let line = wire.line(id), let closing = line.closing else { return nil }
    if closing == .afterSending, line.ready(now: now) > 0 { return nil }
    if line.isTooSlow {
      line.isTooSlow = false
      slowClients += 1
    }
    return closing
  }

  // MARK: Time

  /// Does what is due: faults, then the simulator.
  public func turn(now: UInt64) {
    wire.now = now
    if let first = firstConnection {
      while let step = schedule.due(now &- first) { carryOut(step, now: now) }
    }
    for case .some(let line) in wire.lines where line.isSilent && line.silentUntil <= now {
      line.isSilent = false
    }
    spells.removeAll { $0.until <= now }
    simulator.advance(now: now, wire)
  }

  /// When `turn` has something to do next; `UInt64.max` for never.
  public func deadline(after now: UInt64) -> UInt64 {
    var next = simulator.deadline(after: now)
    if let first = firstConnection, let step = schedule.next { next = min(next, first &+ step) }
    for case .some(let line) in wire.lines {
      if let due = line.due.first(where: { $0.at > now }) { next = min(next, due.at) }
      if line.deafUntil > now { next = min(next, line.deafUntil) }
    }
    if refusingUntil > now { next = min(next, refusingUntil) }
    return next
  }
}

// MARK: Faults

extension FaultyUpstream {
  private func isHit(_ fault: Fault, _ index: Int, port: Int, now: UInt64) -> Bool {
    if let name = fault.port, ports[port].name != name { return false }
    let elapsed = now &- (firstConnection ?? now)
    if let at = fault.at, elapsed < at { return false }
    if let duration = fault.duration, elapsed >= (fault.at ?? 0) &+ duration { return false }
    guard hits[index][port] < fault.count else { return false }
    hits[index][port] += 1
    return true
  }

  private func carryOut(_ step: FaultSchedule.Step, now: UInt64) {
    let fault = step.fault
    if step.isEnd { return end(fault, now: now) }
    let until = fault.duration.map { now &+ $0 } ?? .max
    switch fault.kind {
    case .drop: cut(fault, .now, now: now, until: now)
    case .reset: cut(fault, .reset, now: now, until: now)
    case .restart:
      let until = now &+ (fault.duration ?? 1_000_000_000)
      refusingUntil = until
      cut(fault, .now, now: now, until: until)
    case .mute, .halfOpen: fallSilent(fault, now: now, until: until)
    case .upstreamDown:
      note(.upstreamDown, now, until, [], "")
      simulator.upstreamLink(isUp: false, now: now, wire)
    default: begin(fault, now: now, until: until)
    }
  }

  private func begin(_ fault: Fault, now: UInt64, until: UInt64) {
    switch fault.kind {
    case .garbage: wire.garbageEvery = fault.count
    case .slow:
      wire.delay = fault.delay
      note(.slow, now, until, [], "\(fault.delay / 1_000_000) ms")
    case .split:
      pieceBytes = fault.count
      note(.split, now, until, [], "\(fault.count) bytes")
    case .burst:
      simulator.pace(factor: fault.factor, now: now)
      note(.burst, now, until, [], "factor \(fault.factor)")
    default: break
    }
  }

  private func end(_ fault: Fault, now: UInt64) {
    switch fault.kind {
    case .upstreamDown: simulator.upstreamLink(isUp: true, now: now, wire)
    case .garbage: wire.garbageEvery = 0
    case .slow: wire.delay = 0
    case .split: pieceBytes = 0
    case .burst: simulator.pace(factor: 1, now: now)
    default: break
    }
  }

  private func cut(
    _ fault: Fault, _ closing: SimulatorWire.Closing, now: UInt64, until: UInt64
  ) {
    let hit = hitLines(fault)
    for line in hit {
      // What was queued dies with the connection, as in a program that is killed.
      line.clear()
      line.closing = closing
    }
    note(fault.kind, now, until, hit.map(name), "")
  }

  private func fallSilent(_ fault: Fault, now: UInt64, until: UInt64) {
    let isDeaf = fault.kind == .halfOpen
    let hit = hitLines(fault)
    for line in hit { silence(line, until: until, isDeaf: isDeaf) }
    if fault.duration != nil {
      let port = ports.firstIndex { $0.name == fault.port }
      spells.append((port, until, isDeaf))
    }
    note(fault.kind, now, until, hit.map(name), "")
  }

  private func silence(_ line: SimulatorLine, until: UInt64, isDeaf: Bool) {
    line.isSilent = true
    line.silentUntil = max(line.silentUntil, until)
    if isDeaf { line.deafUntil = max(line.deafUntil, until) }
  }

  private func hitLines(_ fault: Fault) -> [SimulatorLine] {
    wire.lines.compactMap { $0 }.filter { line in
      line.closing == nil && (fault.port == nil || ports[line.connection.port].name == fault.port)
    }
  }

  private func spoil(_ message: inout [UInt8], _ connection: Int) {
    let before = String(decoding: message.prefix(120), as: UTF8.self)
    let how = simulator.spoil(&message, &random)
    let port = wire.line(connection)?.connection.port ?? 0
    note(.garbage, wire.now, wire.now, [name(port, connection)], "\(how): \(before)")
  }

  private func name(_ port: Int, _ id: Int) -> String { "\(ports[port].name)/\(id)" }
  private func name(_ line: SimulatorLine) -> String {
    name(line.connection.port, line.connection.id)
  }

  private func note(
    _ kind: FaultKind, _ time: UInt64, _ end: UInt64, _ connections: [String], _ detail: String
  ) {
    log.append(
      FaultLogEntry(kind: kind, time: time, end: end, connections: connections, detail: detail))
  }
}

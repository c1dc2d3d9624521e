internal import CLinux
internal import Net
internal import Timing

/// The other process of a run: the reader of the ring, the sender of the load, or both in one loop
/// where there are not enough CPUs for each.
///
///     open ports ─▶ ring is there ─▶ send the lead ─▶ the start ─▶ spin ─▶ stop ─▶ answer
public enum PeerProcess {
  /// Does what the plan in the file `path` says; gives what goes to standard output.
  public static func run(planPath path: String) -> [UInt8] {
    ml_process_end_with_parent()
    var result = PeerResult()
    do throws(LabFailure) {
      let plan = try PeerPlan(text: LabFiles.text(path) ?? "")
      if let cpu = plan.cpu { _ = ml_thread_pin(Int32(cpu)) }
      let code = plan.plan.isRealtime ? ml_thread_set_realtime(true) : 0
      guard code == 0 else {
        throw .system(call: "sched_setscheduler", path: "SCHED_FIFO", code: code)
      }
      do throws(NetError) {
        if plan.echoes {
          try BareRoundTrip.answer(plan)
        } else {
          try work(plan, &result)
        }
      } catch {
        result.failure = "\(error)"
      }
    } catch {
      result.failure = "\(error)"
    }
    return result.bytes()
  }

  private static func work(_ plan: PeerPlan, _ result: inout PeerResult) throws(NetError) {
    guard let seat = PeerSeat(plan, &result) else { return }
    guard plan.sends else { return try seat.sit(NoSender(), &result) }
    if plan.plan.input == "tcp" {
      let line = try SoupLine(now: seat.clock.now)
      seat.control.store(UInt64(line.port), in: .port)
      guard let sender = sender(plan, line, &result) else { return }
      try seat.sit(sender, &result)
    } else {
      let line = try DatagramLine(to: Endpoint(host: "127.0.0.1", port: plan.port))
      guard let sender = sender(plan, line, &result) else { return }
      try seat.sit(sender, &result)
    }
  }

  private static func sender<Line: LoadLine & ~Copyable>(
    _ plan: PeerPlan, _ line: consuming Line, _ result: inout PeerResult
  ) -> PeerSender<Line>? {
    guard let shape = plan.plan.profile.shape else {
      result.failure = "profile \(plan.plan.profile.kind)"
      return nil
    }
    guard let frames = frames(plan.plan, &result) else { return nil }
    return PeerSender(
      frames: frames, line: line, schedule: Schedule(shape), midnight: plan.midnight)
  }

  private static func frames(_ plan: LabPlan, _ result: inout PeerResult) -> LabFrames? {
    do throws(LabFailure) {
      return try LabFrames(plan.market, count: plan.madeMessages)
    } catch {
      result.failure = "\(error)"
      return nil
    }
  }
}

/// One process at the table: its clock, and what it shares with the others.
private struct PeerSeat {
  let plan: PeerPlan
  let clock: TickClock
  let control: LabControl
  let memory: MarkMemory

  /// Nil where the shared files cannot be had; the result says why.
  init?(_ plan: PeerPlan, _ result: inout PeerResult) {
    self.plan = plan
    clock = plan.tickClock
    do throws(LabFailure) {
      control = try LabControl(path: plan.controlPath, isNew: false)
    } catch {
      result.failure = "\(error)"
      return nil
    }
    do throws(MarkMemory.Failure) {
      memory = try MarkMemory(opening: plan.marksPath)
    } catch {
      result.failure = "\(error.call) \(error.path): \(LabFiles.message(ofCode: error.code))"
      return nil
    }
  }

  /// Sleeps; false once the run is to end.
  private func wait(_ nanos: UInt64) -> Bool {
    ml_thread_nap(Int64(nanos))
    return control.load(.stop) == 0
  }

  /// From the open port to the end. When the first message is due is known before the ring exists.
  func sit<Load: PeerLoad & ~Copyable>(
    _ load: consuming Load, _ result: inout PeerResult
  ) throws(NetError) {
    var load = load
    control.add(1, to: .opened)
    let opened = clock.now
    while control.load(.ringReady) == 0 {
      guard wait(100_000), clock.now &- opened < Self.patienceNanos else { return }
    }
    let start = control.load(.start)
    control.add(try load.sendLead(now: { clock.now }, wait: wait), to: .lead)
    control.add(1, to: .ready)
    // The ring is opened when the lead has passed: its large records could lap a reader.
    while clock.now &+ Self.openNanos < start {
      try load.serve(now: clock.now)
      guard wait(100_000) else { return }
    }
    load.begin(start: start)
    if plan.reads {
      guard let ring = ring(start, &result) else { return }
      try spin(load, ring, start, &result)
    } else {
      try spin(load, NoRing(), start, &result)
    }
  }

  /// A run that has not begun after two minutes was killed before it could end this process.
  private static var patienceNanos: UInt64 { 120_000_000_000 }
  /// From the opening of the ring to the first message: time to touch the recorders' memory.
  private static var openNanos: UInt64 { 100_000_000 }

  private func ring(_ start: UInt64, _ result: inout PeerResult) -> RingWatch? {
    do throws(LabFailure) {
      return try RingWatch(
        path: plan.ringPath, start: start, nanos: plan.plan.profile.nanos,
        slotNanos: plan.plan.slotNanos, usesEventTime: plan.plan.usesSockets,
        marks: memory.marks)
    } catch {
      result.failure = "\(error)"
      return nil
    }
  }

  /// What is due after this much more than the run's length stays unsent.
  private static var overtimeNanos: UInt64 { 1_000_000_000 }

  /// Sends when something is due, else looks for records, until the run ends.
  private func spin<Load: PeerLoad & ~Copyable, End: PeerEnd & ~Copyable>(
    _ load: consuming Load, _ end: consuming End, _ start: UInt64, _ result: inout PeerResult
  ) throws(NetError) {
    var load = load
    var end = end
    let begin = clock.now
    let deadline = start &+ plan.plan.profile.nanos &+ Self.overtimeNanos
    var watch = HiccupWatch(now: begin, marks: memory.marks)
    var looks: UInt64 = 0
    var isSending = !load.isDone
    while true {
      let now = clock.now
      watch.note(now)
      if isSending, try send(&load, now: now) {
        if load.isDone || now > deadline { isSending = note(load.sent) }
        // The call into the kernel is work of our own, not a pause of the machine.
        watch.skip(to: clock.now)
      }
      if end.poll(clock, &watch) > 0 { continue }
      looks &+= 1
      guard looks & 63 == 0 else { continue }
      if isSending { try load.serve(now: now) }
      end.settle(now: now)
      guard looks & 1_023 == 0 else { continue }
      control.store(end.received, in: .seen)
      control.store(load.sent, in: .sent)
      if control.load(.stop) != 0, end.poll(clock, &watch) == 0 { break }
    }
    result.hiccups = LabHiccups(
      thread: plan.reads ? (plan.sends ? "ring reader and sender" : "ring reader") : "sender",
      cpu: plan.cpu ?? -1, nanos: clock.now &- begin, watch)
    load.finish(into: &result)
    end.finish(into: &result)
  }

  /// Sends what is due; gives whether there was anything. A pipeline that has gone because the run
  /// is over takes nothing any more, which is no failure.
  private func send<Load: PeerLoad & ~Copyable>(
    _ load: inout Load, now: UInt64
  ) throws(NetError) -> Bool {
    do throws(NetError) {
      return try load.step(now: now)
    } catch {
      guard control.load(.stop) != 0 else { throw error }
      return false
    }
  }

  private func note(_ sent: UInt64) -> Bool {
    control.store(sent, in: .sent)
    control.store(1, in: .isSent)
    return false
  }
}

import FeedKit
import Records

/// Targets of one feed: its datagrams and, where it has them, its files. The wide and the scalar
/// path see the same bytes, and must agree in every record and counter.
enum FeedTargets {
  static func targets(of feed: any Feed.Type) -> [FuzzTarget] {
    let name = feed.description.name
    let datagrams = FuzzTarget(name) { runDatagrams(feed, $0) }
    guard feed.description.readsFiles else { return [datagrams] }
    return [datagrams, FuzzTarget("\(name)-file") { runFile(feed, $0) }]
  }

  /// Input: choices, then for each datagram its time step and length, and its bytes.
  private static func runDatagrams(_ feed: any Feed.Type, _ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let choices = input.byte()
    let gaps = GapPolicy(
      start: choices & 4 == 0 ? .firstSeen : .one, requestLimit: Int(choices >> 3 & 3),
      heldDatagrams: 4, heldBytes: 512)
    let runs = [false, true].map {
      DigestedRunner(feed, shards: 1 + Int(choices & 3), wide: $0, gaps: gaps)
    }
    var now: UInt64 = 1
    while !input.isEmpty {
      let step = input.byte()
      let datagram = input.take(Int(input.byte()) | Int(step & 6) << 7)
      now += UInt64(step >> 3) * 40_000_000
      _ = feed.protocolName(of: rawBytes(of: datagram))
      for run in runs {
        run.runner.receive(
          rawBytes(of: datagram), tsRecv: now, now: now, isAnswer: step & 1 == 1)
        var request: [UInt8] = []
        run.runner.advance(now: now, tsRecv: now, request: &request)
        demand(request.count < 64, "requests are small")
        run.drain()
      }
    }
    for run in runs { run.runner.finish(tsRecv: now) }
    demandAgreement(runs)
    demand(runs[0].runner.nextDeadline == nil, "nothing is waited for after the end")
  }

  /// Input: choices, a place to cut, and the file. The wide path gets it in two pieces.
  private static func runFile(_ feed: any Feed.Type, _ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let choices = input.byte()
    let cut = Int(input.byte())
    let file = input.rest
    let framing = FileFraming(rawValue: choices >> 2 & 3)
    let runs = [false, true].map {
      DigestedRunner(feed, shards: 1 + Int(choices & 3), wide: $0)
    }
    read(file, in: runs[0], framing: framing, cut: 0)
    read(file, in: runs[1], framing: framing, cut: file.count * cut / 256)
    demandAgreement(runs)
    for run in runs { demand(run.runner.report.bytes == UInt64(file.count), "all bytes are read") }
  }

  private static func read(
    _ file: [UInt8], in run: DigestedRunner, framing: FileFraming, cut: Int
  ) {
    var start = 0
    for end in [cut, file.count] {
      let piece = Array(file[start..<end])
      let consumed = run.runner.readFile(
        rawBytes(of: piece), framing: framing, tsRecv: 9, isLast: end == file.count)
      demand(consumed >= 0 && consumed <= piece.count, "consumed bytes were there")
      start += consumed
      run.drain()
      if end == file.count { break }
    }
    demand(start == file.count, "the last piece is consumed whole")
  }

  private static func demandAgreement(_ runs: [DigestedRunner]) {
    for run in runs { run.demandBalance() }
    demand(runs[0].digest == runs[1].digest, "both paths give the same records")
    demand(runs[0].counts == runs[1].counts, "both paths count the same")
  }
}

internal import FeedKit
internal import Timing

extension SourceThread {
  /// Takes messages from memory when they are due, until the profile ends.
  func readPaced(_ frames: PacedFrames) {
    var pace = PacedReader(
      frames, handsOver: mustHandOver, probe: probe?.reader, marks: probe?.marks)
    while !mustStop, !pace.isFinished {
      runner.readPaced(&pace)
      if pace.handsOver {
        handOver()
        pace.resume()
      }
      guard pace.wantsAccount else { continue }
      publish()
      pace.account()
    }
    probe?.readerWatch = pace.watch
  }
}

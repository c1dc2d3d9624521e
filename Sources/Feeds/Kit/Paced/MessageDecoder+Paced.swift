public import Lanes
public import Wire

/// The pacing loop: the same for every feed, but compiled into each one's own module, so that no
/// call on the way of a message is dynamic.
extension MessageDecoder where Self: ~Copyable {
  /// Decodes messages when they are due, spinning in between, until it is time to give control back
  /// (`PacedReader`). Gives the messages taken.
  ///
  /// Every message has its own due time as its receive time, also where several are due at one
  /// reading of the clock.
  @inlinable
  public mutating func decodePaced(
    _ pace: inout PacedReader, sequence: UInt64, into lanes: inout LaneWriter,
    counters: inout DecodeCounters
  ) -> Int {
    var messages = 0
    let isSingle = lanes.shards == 1
    while true {
      if pace.due > pace.now {
        if pace.isFinished || pace.wantsAccount { return messages }
        pace.look()
        continue
      }
      let taken = pace.now
      let oldest = pace.due
      var count = 0
      repeat {
        let offset = pace.offset
        let length = Int(pace.bytes.uncheckedBE(UInt16.self, at: offset))
        decodeMessage(
          pace.bytes, from: offset &+ 2, to: offset &+ 2 &+ length,
          context: MessageContext(
            sequence: sequence &+ UInt64(truncatingIfNeeded: messages &+ count),
            tsRecv: pace.due), into: &lanes, counters: &counters)
        pace.step(over: length)
        count &+= 1
      } while pace.due <= taken && count < PacedLimits.groupMessages
      pace.look()
      messages &+= count
      pace.unaccounted &+= count
      pace.probe?.record(
        due: oldest, taken: taken, done: pace.now, count: count,
        ordinal: isSingle ? lanes.recordCount(shard: 0) : 0)
      if pace.handsOver || pace.unaccounted >= PacedLimits.accountMessages { return messages }
    }
  }
}

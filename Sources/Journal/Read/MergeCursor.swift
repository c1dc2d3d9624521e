internal import Wire

/// A lane's place in a merge, as plain values: the loop over the records touches nothing else.
///
/// Safety: the pointers are into the lane's buffers, which stay while the merge runs over them.
@unsafe struct MergeCursor {
  let bytes: UnsafeRawPointer
  let times: UnsafePointer<UInt64>
  let ends: UnsafePointer<UInt32>
  let count: Int
  var next: Int
  var offset: Int
  /// Index of the lane.
  var lane = 0
}

/// What ended a merge's turn.
enum MergeEnd {
  /// Enough was put together.
  case full
  /// The cursor of that number has no record left.
  case dry(Int)
  /// The cursor of that number has a long run next, and nothing stands before it.
  case long(Int, RecordRun)
}

/// Merges cursors into `output` until one has no record left, enough was put together, or a run is
/// long enough to be given out in its place. Cursors are in the order that breaks ties.
///
/// Which lane is next is found by looking at all of them: a pipeline has few shards.
func merge(
  _ cursors: inout [MergeCursor], to output: inout ByteBuffer, records: inout Int, limit: Int,
  longRun: Int
) -> MergeEnd {
  output.reserve(limit + longRun + 1_024)
  // Safety: every cursor has a record left, and its lists go as far as its count; the output has
  // room for its limit and one run more, none of which is long.
  return unsafe cursors.withUnsafeMutableBufferPointer { cursors in
    var used = output.count
    var end = MergeEnd.full
    while used < limit {
      var (best, bestTime) = (0, unsafe cursors[0].times[cursors[0].next])
      var (second, secondTime) = (cursors.count, UInt64.max)
      for index in 1..<cursors.count {
        let time = unsafe cursors[index].times[cursors[index].next]
        if time < bestTime {
          (second, secondTime) = (best, bestTime)
          (best, bestTime) = (index, time)
        } else if time < secondTime || second == cursors.count {
          (second, secondTime) = (index, time)
        }
      }
      let run = unsafe run(of: cursors[best], below: secondTime, orEqual: best < second)
      if run.byteCount >= longRun {
        if used == 0 { end = .long(best, run) }
        break
      }
      unsafe (output.base + used).copyMemory(
        from: cursors[best].bytes + run.start, byteCount: run.byteCount)
      used &+= run.byteCount
      records &+= run.count
      unsafe cursors[best].next &+= run.count
      unsafe cursors[best].offset = run.end
      if unsafe cursors[best].next == cursors[best].count {
        end = .dry(best)
        break
      }
    }
    // Safety: `used` bytes were copied into room that was reserved.
    unsafe output.setCount(used)
    return end
  }
}

/// The records of a cursor, at least one, with times below `bound`, or up to it.
@inline(__always)
private func run(of cursor: MergeCursor, below bound: UInt64, orEqual: Bool) -> RecordRun {
  // The first one is the earliest of all, whatever the bound.
  var index = unsafe cursor.next &+ 1
  let last = orEqual ? bound : bound &- 1
  if orEqual || bound > 0 {
    // Safety: the lists go as far as the count.
    while unsafe index < cursor.count, unsafe cursor.times[index] <= last { index &+= 1 }
  }
  return unsafe RecordRun(
    count: index &- cursor.next, start: cursor.offset, end: Int(cursor.ends[index &- 1]))
}

import ExchangeFeeds
import FeedKit
import Journal
import Lanes
import Ledger
import Records
import Wire

/// The simulated day as DBN records in memory, with receive times of a likely shape: 13 µs behind
/// the event, and an exponential tail of 4 µs.
@safe struct BenchRecords: ~Copyable {
  private(set) var buffer = ByteBuffer()
  private(set) var count = 0
  /// Where each block of `blockRecords` records begins in `buffer`, and the end.
  private(set) var starts: [Int] = []
  let description: [(String, String)]

  static var blockRecords: Int { 16_384 }
  private static var sliceBytes: Int { 64 << 10 }

  init(messages: Int, options: BenchOptions) throws(BenchError) {
    let day = try BenchDay(messages: messages, options: options, inFile: false)
    description = day.description
    let grid = LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(capacityLines: 1 << 16, policy: .wait, strategy: .spin))
    let runner = DecodeBench.makeRunner(grid, isWide: false)
    var lane = grid.reader(0, shard: 0)
    var batch = RecordBatch()
    let bytes = day.bytes
    var offset = 0
    // As in `DecodeBench.digest`: a slice fits into the lane.
    while offset < bytes.byteCount {
      let end = min(offset + Self.sliceBytes, bytes.byteCount)
      let used = runner.readFile(
        bytes.extracting(offset..<end), framing: .lengthPrefixed, tsRecv: 1,
        isLast: end == bytes.byteCount)
      guard used > 0 else { break }
      offset += used
      while true {
        lane.take(into: &batch)
        if batch.isEmpty { break }
        add(batch)
        lane.release()
      }
    }
    starts.append(buffer.count)
    setReceiveTimes()
  }

  private mutating func add(_ batch: borrowing RecordBatch) {
    for index in 0..<batch.count {
      if count % Self.blockRecords == 0 { starts.append(buffer.count) }
      buffer.append(batch.bytes(index))
      count += 1
    }
  }

  /// Times as a receiver would have taken them, from a generator of fixed seed.
  private mutating func setReceiveTimes() {
    var state: UInt64 = 88_172_645_463_325_252
    var last: UInt64 = 0
    // Safety: `change` gives whole records, which are alone in their place.
    unsafe change { record, header, offset in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      // An exponential from the leading zeros and the bits behind them, without a logarithm.
      let zeros = UInt64(state.leadingZeroBitCount)
      let late = 13_000 + zeros * 2_772 + (state & 0xFFF) * 2_772 / 4_096
      last = max(last, header.tsEvent &+ late)
      guard offset > 0 else { return }
      // Safety: the record's layout has its receive time there.
      unsafe (record + offset).storeBytes(of: last, as: UInt64.self)
    }
  }

  /// Moves event and receive times by `nanos`.
  mutating func shift(by nanos: UInt64) {
    // Safety: `change` gives whole records, which are alone in their place.
    unsafe change { record, header, offset in
      // Safety: every record has an event time at 8, and its receive time at `offset`.
      unsafe (record + 8).storeBytes(of: header.tsEvent &+ nanos, as: UInt64.self)
      guard offset > 0 else { return }
      let time = unsafe (record + offset).loadUnaligned(as: UInt64.self)
      unsafe (record + offset).storeBytes(of: time &+ nanos, as: UInt64.self)
    }
  }

  private mutating func change(
    _ body: (UnsafeMutableRawPointer, RecordHeader, Int) -> Void
  ) {
    var at = 0
    while let header = RecordHeader(copying: buffer.bytes, at: at) {
      // Safety: a whole record lies at `at`, as the lane gave it.
      unsafe body(buffer.base + at, header, header.rtype.receiveTimeOffset ?? 0)
      at += header.byteCount
    }
  }

  var blocks: Int { starts.count - 1 }

  func records(of block: Int) -> Int {
    min(Self.blockRecords, count - block * Self.blockRecords)
  }

  @_lifetime(borrow self)
  func bytes(of block: Int) -> RawSpan {
    buffer.bytes.extracting(starts[block]..<starts[block + 1])
  }
}

/// What benches of the journal share.
enum BenchJournal {
  /// A segment writer, with errors as benches have them.
  static func writer(
    _ path: String, _ codec: JournalCodec, shard: Int = 0
  ) throws(BenchError) -> SegmentWriter {
    var header = SegmentHeader()
    (header.dataset, header.instance, header.codec) = ("XNAS.ITCH", "bench", codec)
    (header.shard, header.blockRecords) = (UInt32(shard), UInt32(BenchRecords.blockRecords))
    do {
      return try SegmentWriter(
        path: path, header: header, metadata: DBNMetadata(dataset: "XNAS.ITCH"))
    } catch {
      throw .missing("\(error)")
    }
  }

  /// Runs what may throw a journal's error.
  static func run<Value>(_ body: () throws(JournalError) -> Value) throws(BenchError) -> Value {
    do {
      return try body()
    } catch {
      throw .missing("\(error)")
    }
  }
}

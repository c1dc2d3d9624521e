internal import Lanes
internal import Synchronization

/// What a worker and a subscriber's thread share.
final class SubscriberLink: Sendable {
  let lane: BlockLane
  /// Records that found no room. The worker alone writes it.
  let lost = Atomic<UInt64>(0)

  init(_ subscriber: PipelineSubscriber) {
    lane = BlockLane(
      blockRecords: max(subscriber.blockRecords, 1), blockCount: max(subscriber.buffers, 2))
  }
}

/// The worker's end of the way to one subscriber. Never waits.
struct SubscriberTap: ~Copyable {
  private var writer: BlockLaneWriter
  private let link: SubscriberLink
  private var lost: UInt64 = 0

  init(_ link: SubscriberLink) {
    self.link = link
    writer = BlockLaneWriter(link.lane)
  }

  /// Copies a record into the present block, or counts it as lost where all blocks are with the
  /// subscriber.
  ///
  /// Safety: `byteCount` bytes of a record lie at `record`.
  @unsafe mutating func take(_ record: UnsafeRawPointer, byteCount: Int) {
    if unsafe writer.append(record, byteCount: byteCount) { return }
    writer.handOver()
    // Safety: as promised; an empty block has room for any record.
    if writer.takeBlock(), unsafe writer.append(record, byteCount: byteCount) { return }
    lost &+= 1
    // Pairs with the acquiring load in `SubscriberThread`.
    link.lost.store(lost, ordering: .releasing)
  }

  /// Hands over what has lain there since the last beat: under load blocks fill by themselves, and
  /// a worker without work beats twice before it sleeps.
  mutating func beat(_ now: UInt64) { writer.handOverIfOlder(than: 0, nowNanos: now) }

  /// No more records will come.
  mutating func finish() { writer.handOver() }
}

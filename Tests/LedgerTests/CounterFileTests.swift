import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Ledger

@Suite("Counters file")
struct CounterFileTests {
  private func check<Counters: CounterSet>(
    _ type: Counters.Type, _ fields: [(CounterID, PartialKeyPath<Counters>)]
  ) throws {
    let definitions = CounterTable.definitions(of: type.scope)
    #expect(definitions.map(\.id) == fields.map(\.0))
    var offset = 0
    for (definition, field) in zip(definitions, fields) {
      #expect(MemoryLayout<Counters>.offset(of: field.1) == offset, "\(definition.name)")
      offset += definition.wordCount * 8
    }
    #expect(MemoryLayout<Counters>.size == offset)
  }

  @Test("The table's words are the fields of the counter sets")
  func tableMatchesFields() throws {
    try check(
      InstanceCounters.self,
      [
        (.checks, \.checks), (.violations, \.violations), (.alarms, \.alarms),
        (.failing, \.failing),
      ])
    try check(
      SourceCounters.self,
      [
        (.packets, \.packets), (.bytes, \.bytes), (.messages, \.messages), (.decoded, \.decoded),
        (.records, \.records), (.duplicates, \.duplicates), (.gapsDetected, \.gapsDetected),
        (.gapMessagesFilled, \.gapMessagesFilled), (.gapMessagesLost, \.gapMessagesLost),
        (.reRequests, \.reRequests), (.heartbeats, \.heartbeats), (.kernelDrops, \.kernelDrops),
        (.lastSequence, \.lastSequence), (.sessionRestarts, \.sessionRestarts),
        (.ignored, \.ignored), (.rejected, \.rejected),
      ])
    try check(
      LaneCounters.self,
      [
        (.enqueued, \.enqueued), (.fullWaits, \.fullWaits), (.waitNanos, \.waitNanos),
      ])
    try check(
      ShardCounters.self,
      [
        (.received, \.received), (.delivered, \.delivered), (.duplicate, \.duplicate),
        (.filtered, \.filtered), (.derived, \.derived), (.unknownOrders, \.unknownOrders),
        (.crossedBooks, \.crossedBooks), (.sequenceGaps, \.sequenceGaps),
        (.openOrders, \.openOrders), (.instruments, \.instruments), (.busyNanos, \.busyNanos),
        (.idleNanos, \.idleNanos), (.dropped, \.dropped),
      ])
    try check(
      OutletCounters.self,
      [
        (.offered, \.offered), (.written, \.written), (.lost, \.lost), (.durable, \.durable),
        (.bytesWritten, \.bytesWritten), (.blocks, \.blocks), (.segments, \.segments),
        (.failures, \.failures), (.holds, \.holds), (.heldNanos, \.heldNanos),
        (.failingSince, \.failingSince), (.lastError, \.lastError),
      ])
    try check(
      LatencyCounters.self,
      [
        (.samples, \.samples), (.meanNanos, \.meanNanos), (.p50Nanos, \.p50Nanos),
        (.p90Nanos, \.p90Nanos), (.p99Nanos, \.p99Nanos), (.p999Nanos, \.p999Nanos),
        (.p9999Nanos, \.p9999Nanos), (.maxNanos, \.maxNanos), (.sumNanos, \.sumNanos),
        (.bucketCounts, \.bucketCounts),
      ])
    try check(
      SessionCounters.self,
      [
        (.sessionState, \.sessionState), (.stateSince, \.stateSince), (.epoch, \.epoch),
        (.connects, \.connects), (.connectFailures, \.connectFailures),
        (.disconnects, \.disconnects), (.wanted, \.wanted), (.confirmed, \.confirmed),
        (.refused, \.refused), (.unserved, \.unserved), (.requests, \.requests),
        (.pacedNanos, \.pacedNanos), (.keepAlives, \.keepAlives), (.health, \.health),
        (.instrumentHealth, \.instrumentHealth), (.lastHeard, \.lastHeard),
        (.clockOffsetNanos, \.clockOffsetNanos), (.upstreamMissing, \.upstreamMissing),
        (.backfilled, \.backfilled), (.backfillFailures, \.backfillFailures),
        (.quarantined, \.quarantined), (.reconnectAlarms, \.reconnectAlarms),
        (.circuitOpens, \.circuitOpens), (.brokenParts, \.brokenParts),
        (.delayedSeconds, \.delayedSeconds), (.notesDropped, \.notesDropped),
      ])
  }

  @Test("Numbers and names are unique, and texts fit their fields of the file")
  func tableIsSound() {
    #expect(Set(CounterTable.all.map(\.id)).count == CounterTable.all.count)
    for scope in CounterScope.all {
      let names = CounterTable.definitions(of: scope).map(\.name)
      #expect(Set(names).count == names.count)
    }
    for definition in CounterTable.all {
      #expect(definition.name.utf8.count <= 48 && definition.unit.utf8.count <= 24)
      #expect(definition.label.utf8.count <= 16 && definition.help.utf8.count <= 160)
      #expect(definition.label.isEmpty == (definition.wordCount == 1))
    }
  }

  @Test("A reader finds everything that the writer described and published")
  func roundTrip() throws {
    let file = TestFile()
    var writer = try file.writer()
    var blocks = Blocks(&writer)
    blocks.balance()
    let reader = try CounterFile.open(file.path)
    #expect(reader.snapshot().total(.messages) == 0)
    blocks.publish()
    writer.beat(at: RealtimeInstant(rawValue: 77))
    let snapshot = reader.snapshot()
    #expect(snapshot.header.identity == TestFile.identity)
    #expect(snapshot.header.pid == UInt64(getpid()))
    #expect(snapshot.writerIsAlive)
    #expect(snapshot.heartbeat == RealtimeInstant(rawValue: 77))
    #expect(snapshot.state == .running)
    let source = try #require(snapshot.block(.source, 0))
    #expect(source.name == "itch-a")
    #expect(source[.ignored] == 17)
    #expect(source.elements(.ignored).map(\.name) == ["0x07", "A"])
    #expect(source.elements(.rejected).map(\.name) == ["bad_length"])
    #expect(source[.received] == 0)
    let lane = try #require(snapshot.block(.lane, 0, 1))
    #expect(lane[.enqueued] == 30)
    let dropped = snapshot.block(.shard, 0)?.elements(.dropped)
    #expect(dropped?.map(\.name) == ["itch-a"] && dropped?.map(\.value) == [5])
    #expect(lane.capacityRecords == 100)
    #expect(lane.batchRecords == 10)
    #expect(snapshot.block(.outlet, 0, 0)?.elements(.lost).map(\.name) == ["oversized"])
    let catalog = reader.catalog
    for definition in CounterTable.all {
      let entry = try #require(catalog.entries[definition.id])
      #expect(entry.name == definition.name && entry.unit == definition.unit)
      #expect(entry.help == definition.help && entry.label == definition.label)
      #expect(entry.kind == definition.kind && entry.wordCount == definition.wordCount)
    }
    writer.markStopped()
    #expect(reader.snapshot().state == .stopped)
  }

  @Test("A new file replaces the old one, which its readers keep")
  func replace() throws {
    let file = TestFile()
    var first = try file.writer()
    var source = first.claimSource(0)
    source.counters.messages = 5
    source.publish()
    let oldReader = try CounterFile.open(file.path)
    let second = try file.writer()
    #expect(try CounterFile.open(file.path).snapshot().total(.messages) == 0)
    #expect(oldReader.snapshot().total(.messages) == 5)
    second.remove()
    #expect(throws: CounterFileError.self) { _ = try CounterFile.open(file.path).snapshot() }
  }

  @Test("A folder that cannot be made is a typed error that names it")
  func creationFails() throws {
    let file = TestFile()
    _ = try file.writer()
    let error = #expect(throws: CounterFileError.self) {
      _ = try CounterFileWriter(
        path: file.path + "/sub/counters", plan: TestFile.plan(), identity: TestFile.identity)
    }
    #expect(error?.description.contains(file.path) == true)
  }

  @Test("Stage latencies are summarised for other processes")
  func latencies() throws {
    let file = TestFile()
    var writer = try file.writer()
    var latency = writer.claimLatency(0)
    var histogram = Histogram()
    for value in 1...1_000 { histogram.record(UInt64(value)) }
    latency.counters.summarize(histogram, as: .worker)
    latency.publish()
    let block = try #require(try CounterFile.open(file.path).snapshot().block(.latency, 0))
    #expect(block.elements(.p999Nanos).map(\.value) == [999])
    #expect(block.elements(.maxNanos).map(\.name) == ["worker"])
    #expect(block[.samples] == 1_000)
  }
}

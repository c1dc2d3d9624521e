internal import Records
internal import Wire

extension JournalLane {
  /// How far receive times of a shard may fall: behind `to` and this, nothing wanted comes.
  private static var slackNanos: UInt64 { 60_000_000_000 }

  /// Reads the block that the reader stands at, if it may hold wanted records.
  func take(_ found: BlockHeader) -> Step {
    continuity.take(found)
    // A later segment repeats what was read in the first; it may still explain symbols.
    let isForSymbolsOnly = found.isRepeated && !isFirstSegment
    if isForSymbolsOnly {
      guard let selection, !selection.isResolved else { return .again }
    } else if !found.isRepeated {
      if isBehindAll(found) {
        nextFile = files.count
        close()
        return .ended
      }
      guard mayHoldWanted(found) else {
        records.pass(found)
        return .again
      }
    }
    if !found.isRepeated { isFirstSegment = false }
    return read(found, isForSymbolsOnly: isForSymbolsOnly)
  }

  private func read(_ found: BlockHeader, isForSymbolsOnly: Bool) -> Step {
    guard found.payload.hasRecords else {
      findings.append(
        JournalFinding(
          path: reader?.path ?? "", block: found.number,
          range: reader?.payloadRange(of: found) ?? 0..<0,
          text: JournalFinding.rawText))
      return .again
    }
    do throws(JournalError) {
      try reader?.appendRecords(to: &records.bytes)
    } catch {
      // The reader has noted it; the lane goes on behind the block.
      records.removeAll()
      return .again
    }
    if let tap = context.tap, !tap(reader?.path ?? "", found, records.bytes.bytes) {
      records.removeAll()
      return .again
    }
    guard context.listsRecords else {
      records.takeAll(Int(found.recordCount))
      return records.isEmpty ? .again : .ready
    }
    let time = records.lastTime
    list(found)
    if isForSymbolsOnly {
      records.removeAll()
      records.lastTime = time
    }
    return records.isEmpty ? .again : .ready
  }

  private func list(_ found: BlockHeader) {
    var filter = context.filter
    filter?.ignoresTimes = found.isRepeated
    reader?.list(&records, Int(found.recordCount), filter: filter, instruments: selection)
  }

  private func isBehindAll(_ found: BlockHeader) -> Bool {
    guard let to = context.query.to, found.hasReceiveTimes, !context.query.followsLive else {
      return false
    }
    return found.minTsRecv >= to &+ min(Self.slackNanos, .max - to)
  }

  private func mayHoldWanted(_ found: BlockHeader) -> Bool {
    // Before any time: a symbol may get another instrument in every block that may tell of one.
    if !found.hasNoSymbols, !context.query.symbols.isEmpty { return true }
    if found.hasReceiveTimes {
      if let from = context.query.from, found.maxTsRecv < from { return false }
      // Records without a time of their own may count with one before the block.
      if let to = context.query.to, found.minTsRecv >= to, records.lastTime >= to { return false }
    }
    // A symbol that is not resolved yet has no instruments; those that are may be all there is.
    guard let selection else { return true }
    for id in selection.current where reader?.mayHold(instrument: id) != false { return true }
    return false
  }

  /// At the end of the open segment's blocks: waits for more, or goes to the next segment.
  func endOfBlocks() throws(JournalError) -> Step {
    if context.query.followsLive, reader?.isSealed == false, reader?.isForeign == false {
      if try reader?.refresh() == true { return .again }
      // Whoever began a later segment has written all of this one before.
      if nextFile >= files.count { return .waiting }
    }
    close()
    return .again
  }

  /// Opens the next segment; false where it cannot be read, or not yet.
  func openNext() -> Bool {
    let file = files[nextFile]
    guard let opened = open(file.path) else { return false }
    // Metadata without our header yet: the segment's beginning is still being written.
    if opened.isForeign, file.name != nil, context.query.followsLive, nextFile == files.count - 1 {
      return false
    }
    nextFile += 1
    guard opened.header.codec.payload.hasRecords else {
      findings.append(
        JournalFinding(path: file.path, block: nil, range: 0..<0, text: JournalFinding.rawText))
      return false
    }
    if let missing = continuity.open(opened.header) {
      findings.append(.segmentGap(path: file.path, missing: missing))
    }
    selection = context.selection(dataset, date: file.name?.date)
    if let selection {
      selection.version = opened.header.dbnVersion
      if let metadata = opened.metadata { selection.take(metadata, date: file.name?.date) }
    }
    reader = consume opened
    isAtStart = true
    return true
  }

  private func open(_ path: String) -> SegmentReader? {
    do {
      return try SegmentReader(path: path)
    } catch {
      // A segment whose beginning is still being written is waited for.
      if case .notASegment = error, context.query.followsLive, nextFile == files.count - 1 {
        return nil
      }
      findings.append(
        JournalFinding(path: path, block: nil, range: 0..<0, text: "\(error)"))
      nextFile += 1
      return nil
    }
  }

  /// Closes the open segment and keeps what it found.
  func close() {
    guard let closing = reader.take() else { return }
    findings += closing.findings
    if let tail = closing.tail, !tail.isEmpty {
      findings.append(
        JournalFinding(
          path: closing.path, block: nil, range: tail,
          text: "\(tail.count) bytes behind the last whole block: it was torn, or is being written"
        ))
    }
    bytesDone += UInt64(closing.byteCount)
  }
}

extension SegmentReader {
  /// Lists a block's records with this segment's layouts.
  func list(
    _ records: inout BlockRecords, _ count: Int, filter: RecordFilter?,
    instruments: InstrumentSelection?
  ) {
    records.index(count, filter: filter, instruments: instruments, kinds: kinds)
  }
}

internal import Journal
internal import Records

/// The journal that a verb reads: its paths, what is there, and what is wanted of it.
struct JournalInput {
  let verb: String
  let paths: [String]
  let query: JournalQuery
  /// The schemas that are wanted; empty for all.
  let schemas: [Schema]
  /// The segments of the paths.
  let segments: [JournalCatalog.Segment]
  /// Keeps them from being pruned; nil where the journal may not be written to.
  private let claim: JournalClaim?

  /// From the operands and the options of `JournalQueryOptions`.
  ///
  /// With `takesAllSchemas` the stream has records of all schemas, to learn symbols from, and the
  /// caller chooses among them by `schemas`.
  init(
    _ context: CommandContext, verb: String, takesAllSchemas: Bool = false
  ) throws(CommandError) {
    let paths = context.arguments.operands
    claim = try? JournalClaim(name: verb, paths: paths)
    let segments = try Self.segments(paths, verb: verb)
    self.verb = verb
    self.paths = paths
    self.segments = segments
    let selection = try JournalQueryOptions.selection(context.arguments, verb: verb) {
      () throws(CommandError) in segments.compactMap(\.tsRecv?.lowerBound).min() ?? 0
    }
    schemas = selection.schemas
    var query = selection.query
    if takesAllSchemas { query.schemas = [] }
    self.query = query
  }

  private static func segments(
    _ paths: [String], verb: String
  ) throws(CommandError) -> [JournalCatalog.Segment] {
    do throws(JournalError) {
      return try JournalCatalog(paths: paths).segments
    } catch {
      throw CommandError(error, verb: verb)
    }
  }

  /// A stream over all of it, at its start.
  func stream() throws(CommandError) -> JournalStream {
    do throws(JournalError) {
      return try JournalStream(paths: paths, query: query)
    } catch {
      throw CommandError(error, verb: verb)
    }
  }

  /// Goes to the stream's next records; false at the end.
  func advance(_ stream: inout JournalStream) throws(CommandError) -> Bool {
    do throws(JournalError) {
      return try stream.next()
    } catch {
      throw CommandError(error, verb: verb)
    }
  }

  /// Calls `learn` with what stands before the time that is wanted, in the segments that hold it:
  /// mappings that were written there are not repeated behind it.
  func readBefore(_ learn: (RawSpan) -> Void) throws(CommandError) {
    guard let from = query.from else { return }
    let across = segments.filter { $0.tsRecv.map { $0.contains(from) } ?? false }
    guard !across.isEmpty else { return }
    var before = JournalQuery()
    before.to = from
    do throws(JournalError) {
      var stream = try JournalStream(paths: across.map(\.path), query: before)
      while try stream.next() { learn(stream.records) }
    } catch {
      throw CommandError(error, verb: verb)
    }
  }

  /// The metadata of a file with what the query leaves of the stream, whose metadata `merged` is.
  func metadata(_ merged: DBNMetadata) throws(CommandError) -> DBNMetadata {
    var metadata = merged
    try addSymbols(to: &metadata)
    if schemas.count == 1 { metadata.schema = schemas[0] }
    // A file that was asked for says what was asked; one that was recorded ends with its data.
    if merged.end == Undefined.timestamp {
      let last = segments.compactMap(\.tsRecv?.upperBound).max()
      metadata.end = last.map { $0 &+ 1 } ?? merged.end
    }
    metadata.start = max(merged.start, query.from ?? 0)
    metadata.end = min(metadata.end, query.to ?? .max)
    if !query.symbols.isEmpty {
      let wanted = Set(query.symbols)
      metadata.symbols.removeAll { !wanted.contains($0) }
      metadata.mappings.removeAll { !wanted.contains($0.rawSymbol) }
    }
    return metadata
  }
}

extension JournalSelection {
  /// The same for the journal's reader.
  var query: JournalQuery {
    var query = JournalQuery()
    query.from = from
    query.to = until
    query.symbols = symbols
    query.instruments = instruments
    query.schemas = schemas
    return query
  }
}

internal import Journal
internal import Records

/// The journal that a verb reads: its paths, what is there, and what is wanted of it.
struct JournalInput {
  let verb: String
  let paths: [String]
  let query: JournalQuery
  /// The segments of the paths.
  let segments: [JournalCatalog.Segment]

  /// From the operands and the options of `JournalQueryOptions`.
  init(_ context: CommandContext, verb: String) throws(CommandError) {
    let paths = context.arguments.operands
    let segments = try Self.segments(paths, verb: verb)
    self.verb = verb
    self.paths = paths
    self.segments = segments
    let selection = try JournalQueryOptions.selection(context.arguments, verb: verb) {
      () throws(CommandError) in segments.compactMap(\.tsRecv?.lowerBound).min() ?? 0
    }
    query = selection.query
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

  /// The metadata of a file with what the query leaves of the stream, whose metadata `merged` is.
  func metadata(_ merged: DBNMetadata) -> DBNMetadata {
    var metadata = merged
    if query.schemas.count == 1 { metadata.schema = query.schemas[0] }
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

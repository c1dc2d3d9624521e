internal import CYaml

/// One step of a document.
enum YamlEvent {
  case documentStart
  case documentEnd
  case scalar(String, isPlain: Bool, tag: String, hasAnchor: Bool)
  case sequenceStart(tag: String, hasAnchor: Bool)
  case sequenceEnd
  case mappingStart(tag: String, hasAnchor: Bool)
  case mappingEnd
  case alias
  /// The end of the stream; nothing comes behind it.
  case end
}

/// libyaml's event parser over bytes of its own. One thread.
@safe struct YamlEvents: ~Copyable {
  // Safety: both are made in `init`, never handed out, and freed in `deinit`; the parser keeps a
  // pointer into `bytes`, which neither moves nor goes before it.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private var isOver = false

  /// Throws: where there is no memory.
  init(_ document: [UInt8]) throws(YamlError) {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    // Safety: the parser has room of its own and is set up by the call, which takes it as it is.
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      unsafe parser.deallocate()
      throw YamlError("out of memory", YamlMark(line: 1, column: 1))
    }
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(document.count, 1))
    _ = unsafe bytes.initialize(from: document)
    unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, document.count)
    // Without this a UTF-16 mark at the front would choose another reading of the same bytes.
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe self.parser = parser
    unsafe self.bytes = bytes
  }

  deinit {
    // Safety: see the fields.
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe bytes.deallocate()
  }

  /// The next event and its place.
  mutating func next() throws(YamlError) -> (event: YamlEvent, mark: YamlMark) {
    while !isOver {
      // Safety: the call fills the event, which is freed when it has been copied.
      var raw = unsafe yaml_event_t()
      guard unsafe yaml_parser_parse(parser, &raw) == 1 else {
        isOver = true
        throw failure()
      }
      defer { unsafe yaml_event_delete(&raw) }
      let mark = unsafe Self.mark(raw.start_mark)
      if let event = unsafe Self.event(raw) {
        if case .end = event { isOver = true }
        return (event, mark)
      }
    }
    return (.end, YamlMark(line: 1, column: 1))
  }

  /// Nil for what says nothing (the start of the stream).
  private static func event(_ raw: yaml_event_t) -> YamlEvent? {
    // Safety: the union's member is the one that the type names; its texts are NUL-terminated or
    // have their length, and are copied before the event is freed.
    switch unsafe raw.type {
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_SCALAR_EVENT:
      let scalar = unsafe raw.data.scalar
      let value = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return unsafe .scalar(
        String(decoding: value, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
        tag: text(scalar.tag), hasAnchor: scalar.anchor != nil)
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe raw.data.sequence_start
      return unsafe .sequenceStart(tag: text(start.tag), hasAnchor: start.anchor != nil)
    case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      let start = unsafe raw.data.mapping_start
      return unsafe .mappingStart(tag: text(start.tag), hasAnchor: start.anchor != nil)
    case YAML_MAPPING_END_EVENT: return .mappingEnd
    case YAML_ALIAS_EVENT: return .alias
    case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return .end
    default: return nil
    }
  }

  // Safety: NUL-terminated texts of libyaml, copied at once.
  private static func text(_ raw: UnsafeMutablePointer<yaml_char_t>?) -> String {
    guard let raw = unsafe raw else { return "" }
    return unsafe String(cString: raw)
  }

  private static func mark(_ raw: yaml_mark_t) -> YamlMark {
    YamlMark(line: Int(clamping: raw.line) + 1, column: Int(clamping: raw.column) + 1)
  }

  /// What libyaml says about its last call.
  private func failure() -> YamlError {
    // Safety: the parser is whole; its texts are constant.
    let problem =
      unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "out of memory"
    if unsafe parser.pointee.error == YAML_READER_ERROR {
      return YamlError(problem, place(ofByte: unsafe Int(clamping: parser.pointee.problem_offset)))
    }
    let mark = unsafe Self.mark(parser.pointee.problem_mark)
    var reason = problem
    if let context = unsafe parser.pointee.context {
      let start = unsafe Self.mark(parser.pointee.context_mark)
      reason = unsafe "\(problem), \(String(cString: context))"
      if start.line != mark.line { reason += " that begins in line \(start.line)" }
    }
    if problem == "found character that cannot start any token" {
      reason = "this character cannot begin a value; put the value in quotes, and indent by blanks"
    }
    return YamlError(reason, mark)
  }

  /// The place of a byte that libyaml's reader refused; it gives an offset only.
  private func place(ofByte offset: Int) -> YamlMark {
    var mark = YamlMark(line: 1, column: 1)
    // Safety: the index stays below the count.
    for index in 0..<min(offset, unsafe bytes.count) {
      let byte = unsafe bytes[index]
      if byte == UInt8(ascii: "\n") {
        mark = YamlMark(line: mark.line + 1, column: 1)
      } else if byte & 0xC0 != 0x80 {
        mark.column += 1
      }
    }
    return mark
  }
}

extension YamlDocument {
  /// Reads one document of YAML 1.1, UTF-8.
  ///
  /// Anchors, aliases, and a second document are refused, and so are documents beyond
  /// `YamlLimits`: no input makes more nodes than it has bytes.
  /// Throws: `YamlError` where the bytes are no YAML, or at a limit.
  public init(_ bytes: [UInt8]) throws(YamlError) {
    guard bytes.count <= YamlLimits.documentBytes else {
      throw YamlError(
        "\(bytes.count) bytes; a file has at most \(YamlLimits.documentBytes)",
        YamlMark(line: 1, column: 1))
    }
    var builder = try YamlTreeBuilder(bytes)
    self.init(root: try builder.build(), findings: builder.takeFindings())
  }
}

/// Makes a tree of the events of one document.
struct YamlTreeBuilder: ~Copyable {
  private var events: YamlEvents
  private var findings: [YamlError] = []
  private var nodes = 0

  init(_ bytes: [UInt8]) throws(YamlError) { events = try YamlEvents(bytes) }

  func takeFindings() -> [YamlError] { findings }

  mutating func build() throws(YamlError) -> YamlNode? {
    var root: YamlNode?
    var documents = 0
    while true {
      let (event, mark) = try events.next()
      switch event {
      case .end: return root
      case .documentStart:
        documents += 1
        guard documents == 1 else {
          throw YamlError("a second document; one file is one document", mark)
        }
      case .documentEnd, .sequenceEnd, .mappingEnd: continue
      default:
        let node = try node(event, mark, depth: 1)
        // A document without content is one empty scalar.
        if case .scalar("", isPlain: true) = node.content, node.tag.isEmpty { continue }
        root = node
      }
    }
  }

  private mutating func find(_ reason: String, _ mark: YamlMark) throws(YamlError) {
    findings.append(YamlError(reason, mark))
    if findings.count >= YamlLimits.findings {
      throw YamlError("too many mistakes to go on; the one before is: \(reason)", mark)
    }
  }

  private mutating func node(
    _ event: YamlEvent, _ mark: YamlMark, depth: Int
  ) throws(YamlError) -> YamlNode {
    nodes += 1
    guard nodes <= YamlLimits.nodes else {
      throw YamlError("more than \(YamlLimits.nodes) values", mark)
    }
    guard depth <= YamlLimits.depth else {
      throw YamlError("more than \(YamlLimits.depth) lists and maps inside each other", mark)
    }
    switch event {
    case .scalar(let text, let isPlain, let tag, let hasAnchor):
      if hasAnchor { try refuseAnchor(mark) }
      guard text.utf8.count <= YamlLimits.scalarBytes else {
        throw YamlError("a text of more than \(YamlLimits.scalarBytes) bytes", mark)
      }
      return YamlNode(.scalar(text, isPlain: isPlain), tag: tag, mark: mark)
    case .sequenceStart(let tag, let hasAnchor):
      if hasAnchor { try refuseAnchor(mark) }
      return YamlNode(.sequence(try elements(depth)), tag: tag, mark: mark)
    case .mappingStart(let tag, let hasAnchor):
      if hasAnchor { try refuseAnchor(mark) }
      return YamlNode(.mapping(try entries(depth)), tag: tag, mark: mark)
    default:
      try find("aliases (*name) are not taken; write the value again", mark)
      return YamlNode(.refused, mark: mark)
    }
  }

  private mutating func refuseAnchor(_ mark: YamlMark) throws(YamlError) {
    try find("anchors (&name) are not taken; write the value where it is needed", mark)
  }

  private mutating func elements(_ depth: Int) throws(YamlError) -> [YamlNode] {
    var result: [YamlNode] = []
    while true {
      let (event, mark) = try events.next()
      switch event {
      case .sequenceEnd, .end: return result
      default: result.append(try node(event, mark, depth: depth + 1))
      }
    }
  }

  private mutating func entries(_ depth: Int) throws(YamlError) -> [YamlEntry] {
    var result: [YamlEntry] = []
    var lines: [String: Int] = [:]
    while true {
      let (event, mark) = try events.next()
      switch event {
      case .mappingEnd, .end: return result
      default: break
      }
      let key = try node(event, mark, depth: depth + 1)
      let (valueEvent, valueMark) = try events.next()
      let value = try node(valueEvent, valueMark, depth: depth + 1)
      guard case .scalar(let name, _) = key.content else {
        if key.content != .refused { try find("a key must be a text", mark) }
        continue
      }
      if !key.tag.isEmpty { try find("a key has no tag", mark) }
      if let line = lines[name] {
        try find("the key \"\(name)\" stands twice, first in line \(line)", mark)
        continue
      }
      lines[name] = mark.line
      result.append(YamlEntry(key: name, keyMark: mark, value: value))
    }
  }
}

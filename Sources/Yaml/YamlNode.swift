/// A place in a document, both numbers from 1. Columns count characters, as editors do.
public struct YamlMark: Sendable, Hashable {
  public var line: Int
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// A key and its value.
public struct YamlEntry: Sendable, Equatable {
  public var key: String
  public var keyMark: YamlMark
  public var value: YamlNode

  public init(key: String, keyMark: YamlMark, value: YamlNode) {
    self.key = key
    self.keyMark = keyMark
    self.value = value
  }
}

/// A value of a document with its place.
///
/// Scalars are texts: what type they have, a schema decides, not the look of them. So a symbol
/// `NO` stays one.
public struct YamlNode: Sendable, Equatable {
  public enum Content: Sendable, Equatable {
    /// `isPlain` says that it stood there without quotes.
    case scalar(String, isPlain: Bool)
    case sequence([YamlNode])
    /// In the order of the document; every key once.
    case mapping([YamlEntry])
    /// Something that is refused and has its finding already, such as an alias.
    case refused
  }

  public var content: Content
  /// As written (`!file`), or in full for YAML's own (`tag:yaml.org,2002:str`); empty for none.
  public var tag: String
  public var mark: YamlMark

  public init(_ content: Content, tag: String = "", mark: YamlMark) {
    self.content = content
    self.tag = tag
    self.mark = mark
  }

  /// The value under this key, or nil.
  public subscript(key: String) -> YamlNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }
}

/// What is wrong with a document, and where.
public struct YamlError: Error, Sendable, Equatable, CustomStringConvertible {
  public var reason: String
  public var mark: YamlMark

  public init(_ reason: String, _ mark: YamlMark) {
    self.reason = reason
    self.mark = mark
  }

  public var description: String { "\(mark.line):\(mark.column): \(reason)" }
}

/// A document as a tree. What could be passed over lies in `findings`: a key that stands twice, an
/// alias, a key that is no text.
public struct YamlDocument: Sendable, Equatable {
  /// Nil where there is nothing but comments.
  public var root: YamlNode?
  public var findings: [YamlError]
}

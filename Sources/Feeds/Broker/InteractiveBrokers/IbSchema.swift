internal import FeedKit
internal import Wire

/// The columns of a cold message, of both forms, from one line of text each: reference data,
/// account and order events. Never on the way of a tick.
///
/// Text form, columns in order behind the message's id:
///
///     version<131 reqId symbol issuerId>=176 sessions[ start end ]
///
/// `<` and `>=` say for which server versions a column is there; a list begins with its count.
/// `_` is a column that nothing is done with.
///
/// Protobuf form, fields by number and type (`i` integer, `s` text, `d` double, `b` boolean):
///
///     1i:reqId 2:{contract 1i:conId 2s:symbol } 5:[sessions 1s:start 2s:end ]
///
/// A message inside of it (`{`) gives its fields the name before theirs, unless that is `-`; a
/// repeated one (`[`) is a list of rows.
struct IbSchema: Sendable {
  /// Name of the callback that the official client makes of it.
  let name: String
  let text: [Column]
  let fields: [Field]

  struct Column: Sendable {
    var name: String
    var versions: ClosedRange<Int>
    /// Columns of a row, where it is a list.
    var row: [Column]?
  }

  struct Field: Sendable {
    var number: Int
    /// `i`, `s`, `d`, `b`, `{` a message, `[` a list of messages, `*` a list of texts.
    var kind: Character
    var name: String
    var inner: [Field] = []
  }

  init(_ name: String, _ text: String, _ fields: String = "") {
    self.name = name
    var words = text.split(whereSeparator: \.isWhitespace)[...]
    self.text = Self.columns(&words)
    var marks = fields.split(whereSeparator: \.isWhitespace)[...]
    self.fields = Self.fields(&marks)
  }

  private static func columns(_ words: inout ArraySlice<Substring>) -> [Column] {
    var result: [Column] = []
    while let word = words.popFirst(), word != "]" {
      var versions = 0...Int.max
      var name = word
      if let mark = word.firstIndex(of: ">") {
        versions = (Int(word[mark...].dropFirst(2)) ?? 0)...Int.max
        name = word[..<mark]
      } else if let mark = word.firstIndex(of: "<") {
        versions = 0...((Int(word[mark...].dropFirst()) ?? 1) - 1)
        name = word[..<mark]
      }
      var row: [Column]?
      if name.hasSuffix("[") {
        name = name.dropLast()
        row = columns(&words)
      }
      result.append(Column(name: String(name), versions: versions, row: row))
    }
    return result
  }

  private static func fields(_ words: inout ArraySlice<Substring>) -> [Field] {
    var result: [Field] = []
    while let word = words.popFirst(), word != "]", word != "}" {
      let digits = word.prefix { $0.isNumber }
      let rest = word.dropFirst(digits.count)
      let number = Int(digits) ?? 0
      if rest.hasPrefix(":{") || rest.hasPrefix(":[") {
        let kind: Character = rest.hasPrefix(":{") ? "{" : "["
        result.append(
          Field(
            number: number, kind: kind, name: String(rest.dropFirst(2)), inner: fields(&words)))
      } else {
        let parts = rest.split(separator: ":")
        guard parts.count == 2, let kind = parts[0].first else { continue }
        result.append(Field(number: number, kind: kind, name: String(parts[1])))
      }
    }
    return result
  }
}

/// A cold message as it was read: values by name, as text.
struct IbRow: Sendable, Equatable {
  var names: [String] = []
  var values: [String] = []
  var lists: [String: [IbRow]] = [:]

  subscript(name: String) -> String? {
    names.firstIndex(of: name).map { values[$0] }
  }

  func int(_ name: String) -> Int? { self[name].flatMap { Int($0) } }

  /// A decimal value; unset where it is none.
  func decimal(_ name: String) -> IbDecimal {
    guard let text = self[name], !text.isEmpty else { return .unset }
    let bytes = FixedTable(Array(text.utf8))
    return IbDecimal(bytes.bytes(0..<bytes.count), 0..<bytes.count) ?? .unset
  }

  mutating func set(_ name: String, _ value: String) {
    names.append(name)
    values.append(value)
  }

  /// `name=value` of all that is set, for a record of text.
  var text: String {
    var result = ""
    for (name, value) in zip(names, values) where !value.isEmpty && !IbText.isUnset(value) {
      result += " \(name.split(separator: ".").last ?? "")=\(value)"
    }
    return result
  }
}

extension IbSchema {
  /// Reads the columns of a version.
  func read(_ fields: inout IbFields, version: Int) -> IbRow {
    Self.read(text, &fields, version)
  }

  private static func read(_ columns: [Column], _ fields: inout IbFields, _ version: Int) -> IbRow {
    var row = IbRow()
    for column in columns where column.versions.contains(version) {
      guard fields.failure == nil else { break }
      guard let inner = column.row else {
        let value = fields.string()
        if column.name != "_" { row.set(column.name, value) }
        continue
      }
      let count = fields.int(unset: 0)
      // Each row has a byte at least: a count beyond that is a lie.
      guard count >= 0, count <= fields.end - fields.at else {
        fields.fail(.badField)
        break
      }
      var list: [IbRow] = []
      for _ in 0..<count where fields.failure == nil { list.append(read(inner, &fields, version)) }
      row.lists[column.name] = list
    }
    return row
  }

  func read(_ message: inout IbProtobuf) -> IbRow {
    var row = IbRow()
    Self.read(fields, &message, prefix: "", &row, depth: 0)
    return row
  }

  /// Nesting is as deep as the schema's, never as deep as the bytes say.
  private static func read(
    _ fields: [Field], _ message: inout IbProtobuf, prefix: String, _ row: inout IbRow, depth: Int
  ) {
    while message.next() {
      guard let field = fields.first(where: { $0.number == message.number }) else {
        message.skip()
        continue
      }
      let name = prefix + field.name
      switch field.kind {
      case "i": row.set(name, String(message.int()))
      case "b": row.set(name, message.bool() ? "1" : "0")
      case "s": row.set(name, message.string())
      case "d": row.set(name, IbText.text(message.double()))
      case "*":
        var inner = IbRow()
        inner.set(field.name, message.string())
        row.lists[name, default: []].append(inner)
      default:
        let range = message.range()
        var part = IbProtobuf(message.bytes, from: range.lowerBound, to: range.upperBound)
        if field.kind == "[" {
          var inner = IbRow()
          read(field.inner, &part, prefix: "", &inner, depth: depth + 1)
          row.lists[name, default: []].append(inner)
        } else {
          let inside = field.name == "-" ? prefix : name + "."
          read(field.inner, &part, prefix: inside, &row, depth: depth + 1)
        }
        if let failure = part.failure { message.fail(failure) }
      }
    }
  }
}

internal import Yaml

/// One entry of a list of symbols: from the list itself, or from a file that it names.
struct SymbolItem {
  enum Content {
    case text(String, SettingPlace)
    case map(YamlNode)
  }

  var content: Content
  var place: SettingPlace
  var path: String
}

extension SchemaChecker {
  /// The entries of a list in order, files among them read; nil after a finding.
  mutating func items(_ node: YamlNode, _ path: String) -> [SymbolItem]? {
    if node.tag == "!include" { return included(node, path) }
    guard let nodes = sequence(node, path) else { return nil }
    var items: [SymbolItem] = []
    for (index, element) in nodes.enumerated() {
      let elementPath = "\(path)[\(index)]"
      if element.tag == "!include" {
        items += included(element, elementPath) ?? []
      } else if case .mapping = element.content {
        items.append(
          SymbolItem(content: .map(element), place: place(element.mark), path: elementPath))
      } else if let text = scalar(element, .text, elementPath) {
        let place = place(element.mark)
        items.append(
          SymbolItem(content: .text(text, place), place: place, path: elementPath))
      }
      guard items.count <= ConfigLimits.instruments else {
        find("more than \(ConfigLimits.instruments) instruments", node.mark, path)
        return nil
      }
    }
    return items
  }

  private mutating func included(_ node: YamlNode, _ path: String) -> [SymbolItem]? {
    guard case .scalar(let text, let isPlain) = node.content else {
      find("expected the path of one file behind !include", node.mark, path)
      return nil
    }
    guard let name = substituted(text, isPlain, node.mark, path)?.text else { return nil }
    return symbolFile(name, node.mark, path)
  }

  /// The symbols of a file, one a line. A `#` at the beginning of a line or behind a blank begins a
  /// comment; elsewhere it belongs to the symbol.
  mutating func symbolFile(_ name: String, _ mark: YamlMark, _ path: String) -> [SymbolItem]? {
    let resolved = FileText.resolve(name, in: folder)
    let bytes: [UInt8]
    do throws(FileText.Failure) {
      bytes = try FileText.bytes(resolved, limit: ConfigLimits.listBytes)
    } catch {
      find(error.message, mark, path)
      return nil
    }
    var items: [SymbolItem] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      let (text, column) = Self.symbol(in: line)
      guard !text.isEmpty else { continue }
      let place = SettingPlace(file: resolved, line: number + 1, column: column)
      items.append(SymbolItem(content: .text(text, place), place: place, path: path))
      guard items.count <= ConfigLimits.instruments else {
        find("more than \(ConfigLimits.instruments) instruments", mark, path)
        return nil
      }
    }
    return items
  }

  private static func symbol(in line: ArraySlice<UInt8>) -> (text: String, column: Int) {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
    var end = line.startIndex
    while end < line.endIndex {
      let isFirst = end == line.startIndex || isBlank(line[end - 1])
      if line[end] == UInt8(ascii: "#"), isFirst { break }
      end += 1
    }
    let start = line[..<end].firstIndex { !isBlank($0) } ?? end
    while end > start, isBlank(line[end - 1]) { end -= 1 }
    let indent = line[line.startIndex..<start]
    return (
      String(decoding: line[start..<end], as: UTF8.self),
      String(decoding: indent, as: UTF8.self).count + 1
    )
  }

  /// Instruments of a source. What a symbol does not say, `symbol_defaults` says; this is filled in
  /// when the whole source has been read, as are the checks of the symbols themselves.
  mutating func symbols(
    _ node: YamlNode, _ schema: SettingSection, _ path: String
  ) -> SettingValue? {
    guard let items = items(node, path) else { return nil }
    return .list(symbols(items, schema))
  }

  mutating func symbols(_ items: [SymbolItem], _ schema: SettingSection) -> [CheckedValue] {
    // Required details may come from the defaults: their absence is found later.
    var lenient = schema
    for index in lenient.keys.indices where lenient.keys[index].name != "symbol" {
      lenient.keys[index].fallback = .nothing
    }
    return items.map { item in
      switch item.content {
      case .text(let text, let place):
        var section = CheckedSection(schema, at: place)
        section.values["symbol"] = CheckedValue(.text(text), at: place)
        return CheckedValue(.section(section), at: place)
      case .map(let node):
        let read = section(node, lenient, item.path)
        var section = CheckedSection(schema, at: item.place)
        section.values = read.values
        return CheckedValue(.section(section), at: item.place)
      }
    }
  }
}

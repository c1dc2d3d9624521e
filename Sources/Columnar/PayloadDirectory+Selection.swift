internal import CMillrace

extension PayloadDirectory {
  /// Selects the columns that the bytes `field` of a kind's records depend on, through all kinds;
  /// whether any of them needs a parent.
  mutating func select(_ field: Range<Int>, of kind: Int) -> Bool {
    var chosen = [Bool](repeating: false, count: columns.count)
    choose(field, of: kind, &chosen)
    var hasParent = false
    var current = kind
    while current >= 0 {
      // What a column is predicted from stands before it: from the last to the first, once.
      for number in columnRange(current).reversed() where chosen[number] {
        let column = columns[number]
        let source = column.source..<column.source + column.width
        switch column.entry.from {
        case From.field: choose(source, of: current, &chosen)
        case From.instrument:
          choose(
            Format.instrumentOffset..<Format.instrumentOffset + 4, of: current, &chosen)
        case From.latency:
          choose(column.source..<column.source + 8, of: current, &chosen)
          choose(
            Format.eventTimeOffset..<Format.eventTimeOffset + 8, of: current, &chosen)
        case From.parent:
          hasParent = true
          choose(source, of: Int(kinds[current].parent), &chosen)
        default: break
        }
      }
      current -= 1
    }
    setSelection(chosen)
    return hasParent
  }

  /// Marks the columns of a kind that have some of these bytes.
  private func choose(_ field: Range<Int>, of kind: Int, _ chosen: inout [Bool]) {
    for number in columnRange(kind) {
      let column = columns[number]
      if field.overlaps(column.offset..<column.offset + column.width) { chosen[number] = true }
    }
  }
}

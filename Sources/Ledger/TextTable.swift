/// Rows of text in columns: the first one flush left, all others flush right.
public struct TextTable: Sendable {
  private let rows: [[String]]

  /// A table of these rows; shorter rows end early.
  public init(rows: [[String]]) { self.rows = rows }

  /// Whether there is no row.
  public var isEmpty: Bool { rows.isEmpty }

  /// The lines, each indented by two spaces and ended by a line feed.
  public var text: String {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.count)
      }
    }
    var text = ""
    for row in rows {
      var line = "  "
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line += column == 0 ? cell + padding : "  " + padding + cell
      }
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    return text
  }
}

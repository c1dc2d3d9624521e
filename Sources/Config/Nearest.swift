/// Finds what somebody probably meant.
enum Nearest {
  /// The name with the fewest changed, missing, added or swapped letters, if those are few enough;
  /// letters that differ in case only count half.
  static func name(to word: String, among names: [String]) -> String? {
    let letters = Array(word.prefix(longest))
    let ranked = names.map { (name: $0, distance: distance(letters, Array($0.prefix(longest)))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    if best.distance <= 2 * max(2, letters.count / 3), best.distance < 2 * letters.count {
      return best.name
    }
    return letters.count < 3 ? nil : names.first { $0.hasPrefix(word) || $0.hasSuffix(word) }
  }

  /// Letters that are looked at: the work grows with their square.
  private static var longest: Int { 48 }

  /// Twice the optimal string alignment: Levenshtein's distance with swaps of neighbours.
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var rows = [(0...right.count).map { 2 * $0 }]
    for (index, letter) in left.enumerated() {
      var row = [2 * (index + 1)]
      for (column, other) in right.enumerated() {
        var best = min(rows[index][column + 1], row[column]) + 2
        best = min(best, rows[index][column] + cost(letter, other))
        if index > 0, column > 0, letter == right[column - 1], left[index - 1] == other {
          best = min(best, rows[index - 1][column - 1] + 2)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[left.count][right.count]
  }

  private static func cost(_ left: Character, _ right: Character) -> Int {
    left == right ? 0 : left.lowercased() == right.lowercased() ? 1 : 2
  }
}

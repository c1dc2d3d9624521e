/// Finds what somebody probably meant.
enum NearestName {
  /// The name with the fewest changed, missing, added or swapped letters, if that are few enough.
  static func of(_ word: String, among names: [String]) -> String? {
    let letters = Array(word)
    let ranked = names.map { (name: $0, distance: distance(letters, Array($0))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    if best.distance <= max(2, letters.count / 3) { return best.name }
    let bare = word.drop { $0 == "-" }
    return bare.count < 3 ? nil : names.first { $0.drop { $0 == "-" }.hasPrefix(bare) }
  }

  /// Optimal string alignment: Levenshtein's distance with swaps of neighbours.
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var rows = [Array(0...right.count)]
    for (index, letter) in left.enumerated() {
      var row = [index + 1]
      for (column, other) in right.enumerated() {
        var best = min(rows[index][column + 1], row[column]) + 1
        best = min(best, rows[index][column] + (letter == other ? 0 : 1))
        if index > 0, column > 0, letter == right[column - 1], left[index - 1] == other {
          best = min(best, rows[index - 1][column - 1] + 1)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[left.count][right.count]
  }
}

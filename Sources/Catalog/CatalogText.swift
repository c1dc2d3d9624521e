/// Texts from outside, made fit to be kept.
extension String {
  /// At most `limit` bytes, whole characters only, control characters as blanks.
  func bounded(to limit: Int = CatalogLimits.textBytes) -> String {
    var kept = ""
    var bytes = 0
    for scalar in unicodeScalars {
      let isControl = scalar.value < 0x20 || scalar.value == 0x7F
      bytes += isControl ? 1 : UTF8.width(scalar)
      guard bytes <= limit else { break }
      kept.unicodeScalars.append(isControl ? " " : scalar)
    }
    return kept
  }
}

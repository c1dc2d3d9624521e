internal import FeedKit

/// The ways in which a line of text goes wrong (sections 11 and 13), one after the other.
struct IqfeedSimulatorSpoiling {
  private var turn = 0

  /// Changes the line, its ending included; says how.
  mutating func spoil(_ line: inout [UInt8], _ random: inout SimulationRandom) -> String {
    turn += 1
    let commas = line.indices.filter { line[$0] == UInt8(ascii: ",") }
    let ending = line.suffix(while: { $0 == 0x0A || $0 == 0x0D })
    switch turn % 8 {
    case 0:
      line = Array("?,SPOILT,1".utf8) + ending
      return "unknown letter"
    case 1 where commas.count > 3:
      line = Array(line[..<commas[commas.count / 2]]) + ending
      return "cut line"
    case 2 where commas.count > 3:
      replaceField(&line, commas, "abc")
      return "word in a field"
    case 3:
      let tail = Array(repeating: UInt8(ascii: ","), count: 40) + ending
      line = Array(line.dropLast(ending.count)) + tail
      return "too many fields"
    case 4 where commas.count > 3:
      replaceField(&line, commas, "99999999999999999999999999")
      return "number beyond all bounds"
    case 5:
      for index in 0..<max(line.count - ending.count, 0) where index % 3 == 1 {
        line[index] = UInt8(0x80 | (random.next() & 0x7F))
      }
      return "bytes that are no text"
    case 6:
      line = Array(repeating: UInt8(ascii: "9"), count: 20_000) + ending
      return "line of 20,000 bytes"
    default:
      line = ending
      return "empty line"
    }
  }

  private func replaceField(_ line: inout [UInt8], _ commas: [Int], _ text: String) {
    line.replaceSubrange(commas[1] + 1..<commas[2], with: text.utf8)
  }
}

extension [UInt8] {
  /// The last elements for which the condition holds.
  fileprivate func suffix(while condition: (UInt8) -> Bool) -> [UInt8] {
    var start = count
    while start > 0, condition(self[start - 1]) { start -= 1 }
    return Array(self[start...])
  }
}

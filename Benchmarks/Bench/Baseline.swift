import CBenchHooks

/// One line of what a baseline has printed: a flat JSON object.
struct BaselineLine {
  private var fields: [String: String] = [:]

  /// Names and values of a flat object whose strings contain neither commas nor quotes.
  init(_ line: Substring) {
    for member in line.split(separator: ",") {
      let parts = member.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      fields[Self.bare(parts[0])] = Self.bare(parts[1])
    }
  }

  private static func bare(_ text: Substring) -> String {
    String(text.filter { !"{}\" ".contains($0) })
  }

  func text(_ key: String) -> String { fields[key] ?? "" }
  func number(_ key: String) -> Double { Double(text(key)) ?? .nan }
  func count(_ key: String) -> UInt64 { UInt64(text(key)) ?? .max }
}

/// Our C and C++ programs that the figures stand beside (`Benchmarks/Baselines`).
enum Baseline {
  private static var room: Int { 1 << 20 }

  /// Runs a program to its end and gives the lines that it has printed.
  static func run(_ words: [String]) throws(BenchError) -> [BaselineLine] {
    try text(words).split(separator: "\n").map { BaselineLine($0) }
  }

  /// Runs a program to its end and gives what it has printed.
  static func text(_ words: [String]) throws(BenchError) -> String {
    var status: Int32 = 0
    let command = words.joined(separator: "\n")
    let text = unsafe BenchFile.withText(room: room) {
      // Safety: the call fills at most `$1` bytes at `$0`, and the status.
      unsafe bench_capture(command, $0, $1, &status)
    }
    guard let text else { throw .missing("\(words[0]): cannot be run: see tools/bench") }
    guard status == 0 else { throw .wrong("\(words.joined(separator: " ")): exit \(status)") }
    return text
  }
}

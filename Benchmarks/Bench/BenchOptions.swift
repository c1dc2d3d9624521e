/// What the command line asks for.
struct BenchOptions {
  var isJSON = false
  /// Fewer rounds and messages: a look, not a measurement.
  var isQuick = false
  /// A missed bar is a failure too.
  var isStrict = false
  /// Folder of the compiled baselines.
  var baselines = ".build/baselines"
  /// Seed of the simulated day.
  var seed: UInt64 = 20_191_230
  var rounds: Int?

  func rounds(_ usual: Int) -> Int { rounds ?? (isQuick ? 3 : usual) }
}

/// Why a bench could not be run, or what its verification has found.
enum BenchError: Error, CustomStringConvertible {
  case usage(String)
  /// Something that the bench needs is not there.
  case missing(String)
  /// The result of what was timed is wrong.
  case wrong(String)

  var description: String {
    switch self {
    case .usage(let text), .missing(let text): text
    case .wrong(let text): "verification failed: \(text)"
    }
  }

  /// As the program's exit code (sysexits).
  var exitCode: Int32 {
    switch self {
    case .usage: 64
    case .missing: 69
    case .wrong: 1
    }
  }
}

/// One benchmark: a name, and what it does.
protocol Bench {
  static var name: String { get }
  /// One line for the list of benchmarks.
  static var summary: String { get }
  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport
}

/// Throws unless the two are equal.
func verify<Value: Equatable>(
  _ found: Value, _ wanted: Value, _ what: String
) throws(BenchError) {
  guard found == wanted else {
    throw .wrong("\(what): \(found), not \(wanted)")
  }
}

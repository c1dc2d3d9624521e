internal import Lab

/// Options that several verbs of the lab have.
enum BenchOptions {
  static let cpus = CommandOption.text(
    "cpus", "LIST", help: "CPUs to use, by commas; all that the process may run on if not given")

  /// The CPUs that are to be used: those given, else all. Throws for one that may not be used.
  static func cpus(_ arguments: CommandArguments, verb: String) throws(CommandError) -> [Int] {
    let allowed = LabCPUs.allowed
    guard let text = arguments[cpus] else { return allowed }
    var result: [Int] = []
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let cpu = Int(piece), cpu >= 0 else {
        throw CommandError(
          .usage, verb: verb, happened: "not a list of CPUs", what: "--cpus \(text)",
          remedy: "write it as 0,1")
      }
      guard allowed.contains(cpu) else {
        throw CommandError(
          .usage, verb: verb, happened: "this process may not run on CPU \(cpu)",
          what: "--cpus \(text)", remedy: "allowed are \(list(allowed))")
      }
      guard !result.contains(cpu) else {
        throw CommandError(
          .usage, verb: verb, happened: "a CPU is named twice", what: "--cpus \(text)",
          remedy: "name each one once")
      }
      result.append(cpu)
    }
    return result
  }

  static func list(_ cpus: [Int]) -> String { cpus.map(String.init).joined(separator: ",") }
}

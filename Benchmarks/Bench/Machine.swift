import CBenchHooks
import CLinux
import Ledger

/// The machine that the figures are of.
struct Machine {
  let cpu: String
  let family: Int
  let model: Int
  let cores: Int
  let kernel: String
  let compiler: String
  let cCompiler: String
  let hasPermutes: Bool
  let hasWideStore: Bool
  let load: String

  init(options: BenchOptions) {
    let cpuinfo = BenchFile.text("/proc/cpuinfo")
    cpu = Self.field("model name", of: cpuinfo)
    family = Int(Self.field("cpu family", of: cpuinfo)) ?? 0
    model = Int(Self.field("model", of: cpuinfo)) ?? 0
    cores = Int(ml_thread_cpu_count())
    kernel = BenchFile.kernel()
    compiler = Self.firstLine(BenchFile.text("\(options.baselines)/swift-version"))
    cCompiler = Self.firstLine(BenchFile.text("\(options.baselines)/gcc-version"))
    hasPermutes = ml_cpu_has_vbmi()
    hasWideStore = ml_cpu_has_wide_store()
    load = BenchFile.text("/proc/loadavg").split(separator: " ").prefix(3).joined(separator: " ")
  }

  private static func firstLine(_ text: String) -> String {
    String(text.split(separator: "\n").first ?? "unknown")
  }

  private static func field(_ name: String, of cpuinfo: String) -> String {
    for line in cpuinfo.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      if Self.trimmed(parts[0]) == name { return Self.trimmed(parts[1]) }
    }
    return "unknown"
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  func write(to json: inout JSONText) {
    json.object {
      $0.field("cpu", cpu)
      $0.field("family", family)
      $0.field("model", model)
      $0.field("cores", cores)
      $0.field("kernel", kernel)
      $0.field("compiler", compiler)
      $0.field("c_compiler", cCompiler)
      $0.field("avx512_vbmi", hasPermutes)
      $0.field("wide_store", hasWideStore)
      $0.field("load", load)
    }
  }

  var line: String {
    let wide = hasPermutes ? "AVX-512 VBMI" : "no AVX-512 VBMI"
    let store = hasWideStore ? "64-byte stores whole" : "64-byte stores in two"
    let kind = "\(cpu), family \(family) model \(model), \(cores) cores"
    return "\(kind), \(wide), \(store), load \(load)"
  }
}

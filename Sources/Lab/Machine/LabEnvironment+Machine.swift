internal import CLinux
internal import Timing

extension LabEnvironment {
  /// This machine and this program, as far as the system tells. What it does not tell is "unknown".
  public static func ofThisMachine(version: String) -> LabEnvironment {
    var environment = LabEnvironment()
    environment.version = version
    environment.commit = BuiltFrom.commit
    environment.swift = BuiltFrom.compiler
    environment.readProcessor()
    environment.readSystem()
    return environment
  }

  private static var unknown: String { "unknown" }

  private mutating func readProcessor() {
    let info = LabFiles.text("/proc/cpuinfo") ?? ""
    cpu = LabFiles.field("model name", of: info) ?? Self.unknown
    family = Int(LabFiles.field("cpu family", of: info) ?? "") ?? 0
    model = Int(LabFiles.field("model", of: info) ?? "") ?? 0
    cores = Int(ml_thread_cpu_count())
    if let siblings = Int(LabFiles.field("siblings", of: info) ?? ""),
      let cores = Int(LabFiles.field("cpu cores", of: info) ?? ""), cores > 0
    {
      threadsPerCore = siblings / cores
    }
    let flags = (LabFiles.field("flags", of: info) ?? "").split(separator: " ")
    hasConstantTicks = flags.contains("constant_tsc")
    ticksPerMicrosecond = 0
    var name = [CChar](repeating: 0, count: 13)
    // Safety: the call writes 13 bytes, which the array has.
    unsafe name.withUnsafeMutableBufferPointer { unsafe ml_cpu_hypervisor($0.baseAddress) }
    let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    hypervisor = bytes.isEmpty ? "none" : String(decoding: bytes, as: UTF8.self)
  }

  private mutating func readSystem() {
    kernel = LabFiles.line("/proc/sys/kernel/osrelease") ?? Self.unknown
    let release = LabFiles.text("/etc/os-release") ?? ""
    distribution = LabFiles.field("PRETTY_NAME", of: release, separator: "=") ?? Self.unknown
    let cpus = "/sys/devices/system/cpu"
    governor = LabFiles.line("\(cpus)/cpu0/cpufreq/scaling_governor") ?? Self.unknown
    clockSource =
      LabFiles.line("/sys/devices/system/clocksource/clocksource0/current_clocksource")
      ?? Self.unknown
    isolatedCPUs = LabFiles.text("\(cpus)/isolated").map { $0.isEmpty ? "none" : $0 } ?? "unknown"
    let pages = LabFiles.line("/sys/kernel/mm/transparent_hugepage/enabled") ?? ""
    // The chosen word stands in brackets: `always [madvise] never`.
    let chosen = pages.split(separator: "[").last?.split(separator: "]").first
    let reserved = LabFiles.line("/proc/sys/vm/nr_hugepages") ?? "0"
    hugePages = pages.contains("[") ? String(chosen ?? "") : Self.unknown
    if reserved != "0" { hugePages += ", \(reserved) reserved" }
    let load = (LabFiles.line("/proc/loadavg") ?? "").split(separator: " ").first
    loadAverage = load.flatMap { Double($0) } ?? 0
    let memory = LabFiles.field("MemTotal", of: LabFiles.text("/proc/meminfo") ?? "") ?? ""
    let kibibytes = memory.split(separator: " ").first.flatMap { UInt64($0) } ?? 0
    memoryBytes = kibibytes * 1024
  }
}

/// What this program was built of, as far as it can be found out.
enum BuiltFrom {
  /// The compiler's version.
  static var compiler: String {
    #if compiler(>=6.5)
      return "Swift 6.5 or later"
    #elseif compiler(>=6.4)
      return "Swift 6.4"
    #elseif compiler(>=6.3.1)
      return "Swift 6.3.1 or later"
    #elseif compiler(>=6.3)
      return "Swift 6.3"
    #else
      return "Swift 6.2"
    #endif
  }

  /// `debug` or `release`.
  static var configuration: String {
    #if DEBUG
      return "debug"
    #else
      return "release"
    #endif
  }

  /// The commit of the checkout that the program lies in, or "unknown".
  ///
  /// The program lies in `.build` below the checkout. It is older than the last change of HEAD
  /// where somebody committed and did not build again; then the text says "before".
  static var commit: String {
    guard let program = LabFiles.target(ofLink: "/proc/self/exe"),
      let end = program.range(of: "/.build")
    else { return "unknown" }
    let folder = "\(program[..<end])/.git"
    guard let head = LabFiles.line("\(folder)/HEAD") else { return "unknown" }
    guard let hash = hash(of: head, in: folder) else { return "unknown" }
    let short = String(hash.prefix(12))
    guard let built = LabFiles.changeTime(program),
      let changed = LabFiles.changeTime("\(folder)/logs/HEAD"), built < changed
    else { return short }
    return "before \(short)"
  }

  private static func hash(of head: String, in folder: String) -> String? {
    guard head.hasPrefix("ref: ") else { return head }
    let name = head.dropFirst(5)
    if let hash = LabFiles.line("\(folder)/\(name)") { return hash }
    let packed = LabFiles.text("\(folder)/packed-refs") ?? ""
    let line = packed.split(separator: "\n").first { $0.hasSuffix(" \(name)") }
    return line?.split(separator: " ").first.map(String.init)
  }
}

extension String {
  /// Where `text` stands last, as the position of its first character.
  fileprivate func range(of text: String) -> Index? {
    var found: Index?
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(text) { found = index }
      index = self.index(after: index)
    }
    return found
  }
}

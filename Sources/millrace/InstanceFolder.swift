internal import Glibc
internal import Ledger
internal import SharedMemory

/// Options of verbs that look at running pipelines.
enum InstanceOptions {
  static let instance = CommandOption.text(
    "instance", "NAME", help: "name of the pipeline; needed where several run")
  static let folder = CommandOption.text(
    "folder", "DIR", help: "where the instances' folders are",
    default: RingLocation.defaultFolder)
}

/// The folder of all instances, `/dev/shm/millrace` unless configured otherwise.
///
/// An instance is a folder in it with a counters file; it stays when its process has ended.
struct InstanceFolder {
  let path: String

  init(_ arguments: CommandArguments) {
    path = arguments.value(of: InstanceOptions.folder)
  }

  /// Names of the instances, sorted.
  var names: [String] {
    // Safety: the path is NUL-terminated for the call; the stream is closed below.
    guard let stream = unsafe opendir(path) else { return [] }
    defer { _ = unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      // Safety: the name is NUL-terminated and copied before the next call.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe String(cString: UnsafeRawPointer(field).assumingMemoryBound(to: CChar.self))
      }
      if let location = location(of: name), unsafe access(Self.counters(location), F_OK) == 0 {
        names.append(name)
      }
    }
    return names.sorted()
  }

  /// Path of an instance's counters file.
  static func counters(_ location: RingLocation) -> String {
    "\(location.instanceFolder)/counters"
  }

  /// The counters of an instance, checked; nil where it has none that can be read.
  func report(of name: String) -> LedgerReport? {
    guard let location = location(of: name),
      let file = try? CounterFile.open(Self.counters(location))
    else { return nil }
    let snapshot = file.snapshot()
    return LedgerReport(snapshot, quiesced: snapshot.isQuiesced)
  }

  /// The one instance that is meant: the named one, else the only one, else the only one that runs.
  ///
  /// Nil where several are possible. Throws `unavailable` where there is none.
  /// `operand` is a name that was given as such.
  func chosen(
    _ arguments: CommandArguments, named operand: String? = nil, verb: String
  ) throws(CommandError) -> RingLocation? {
    if let name = operand ?? arguments[InstanceOptions.instance] {
      guard let location = location(of: name) else {
        throw CommandError(
          .usage, verb: verb, happened: "an instance cannot have this name", what: name,
          remedy: "use letters, digits, '-', '_' and '.', not beginning with '.'")
      }
      guard names.contains(name) else { throw missing("\(path)/\(name)", name, verb) }
      return location
    }
    let names = names
    guard !names.isEmpty else { throw missing(path, nil, verb) }
    if names.count == 1 { return location(of: names[0]) }
    let running = names.filter { report(of: $0)?.stateName == InstanceState.running.name }
    return running.count == 1 ? location(of: running[0]) : nil
  }

  private func location(of name: String) -> RingLocation? {
    try? RingLocation(instance: name, folder: path)
  }

  private func missing(_ what: String, _ name: String?, _ verb: String) -> CommandError {
    let others = names
    let start = "start one with millrace run" + (name.map { " --instance \($0)" } ?? "")
    return CommandError(
      .unavailable, verb: verb, happened: "no such instance is running", what: what,
      remedy: others.isEmpty ? start : "\(start), or name one of \(others.joined(separator: ", "))")
  }
}

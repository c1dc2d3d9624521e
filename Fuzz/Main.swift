#if FUZZING
  import Foundation

  /// The fuzzer's entry; `MILLRACE_FUZZ_TARGET` names the target.
  @c(LLVMFuzzerTestOneInput)
  public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    // Safety: the fuzzer gives `count` readable bytes for the time of the call.
    let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    selected.run(input)
    return 0
  }

  private let selected: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["MILLRACE_FUZZ_TARGET"] ?? ""
    guard let target = FuzzTargets.named(name) else {
      fatalError("MILLRACE_FUZZ_TARGET: no target of the name '\(name)'")
    }
    return target
  }()
#else
  import Foundation

  /// Runs targets over kept inputs: what the fuzzer found must stay found.
  ///
  ///     millrace-fuzz --list
  ///     millrace-fuzz TARGET FILE|FOLDER ...
  @main
  struct Main {
    static func main() {
      let arguments = CommandLine.arguments.dropFirst()
      if arguments.first == "--list" {
        for target in FuzzTargets.all { print(target.name) }
        return
      }
      guard let name = arguments.first, let target = FuzzTargets.named(name) else {
        print("usage: millrace-fuzz --list | TARGET FILE|FOLDER ...")
        exit(64)
      }
      var count = 0
      for path in arguments.dropFirst().flatMap(files) {
        guard let data = FileManager.default.contents(atPath: path) else {
          print("cannot read \(path)")
          exit(66)
        }
        target.run([UInt8](data))
        count += 1
      }
      print("\(name): \(count) inputs")
    }

    private static func files(_ path: String) -> [String] {
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
        return [path]
      }
      return names.sorted().map { "\(path)/\($0)" }
    }
  }
#endif

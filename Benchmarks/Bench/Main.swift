import CBenchHooks
import Glibc

/// `millrace-bench NAME [--json] [--quick] [--strict]`: see `tools/bench`.
@main
enum Main {
  static var benches: [any Bench.Type] {
    [
      DecodeBench.self, LaneBench.self, BookBench.self, ShmBench.self, PipelineBench.self,
      PipelineJournalBench.self,
      UDPBench.self, AllocationBench.self, MemoryBench.self, ReplayBench.self,
      JournalWriteBench.self, JournalReadBench.self, ArchiveBench.self,
      ArchiveRunBench.self,
      SeekBench.self, JournalStreamBench.self, BinanceBench.self, DecodeTextBench.self,
      ScalingBench.self, LiveBench.self,
    ]
  }

  static func main() {
    var words = Array(CommandLine.arguments.dropFirst())
    do throws(BenchError) {
      if try ShmReader.run(words) { return }
      if try CountLoops.run(words) { return }
      let options = try parse(&words)
      guard let name = words.first, words.count == 1 else { throw .usage(usage) }
      guard let bench = benches.first(where: { $0.name == name }) else {
        throw .usage("there is no such benchmark: \(name)\n\(usage)")
      }
      let machine = Machine(options: options)
      let report = try bench.run(options)
      print(options.isJSON ? report.json(machine) : report.table(machine))
      if options.isStrict, !report.isMet { exit(1) }
    } catch {
      fail(error)
    }
  }

  private static func fail(_ error: BenchError) -> Never {
    var text = "millrace-bench: \(error)\n"
    text.withUTF8 { bytes in
      // Safety: the bytes live through the call.
      _ = unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count)
    }
    exit(error.exitCode)
  }

  private static var usage: String {
    var text = "usage: tools/bench NAME [--json] [--quick] [--strict] [--rounds N] [--seed N]\n"
    for bench in benches { text += "  \(bench.name): \(bench.summary)\n" }
    return text
  }

  /// Takes the options out of `words`.
  private static func parse(_ words: inout [String]) throws(BenchError) -> BenchOptions {
    var options = BenchOptions()
    var rest: [String] = []
    var index = 0
    func value() throws(BenchError) -> String {
      index += 1
      guard index < words.count else { throw .usage("\(words[index - 1]) wants a value") }
      return words[index]
    }
    while index < words.count {
      switch words[index] {
      case "--json": options.isJSON = true
      case "--quick": options.isQuick = true
      case "--strict": options.isStrict = true
      case "--baselines": options.baselines = try value()
      case "--rounds": options.rounds = Int(try value()).map { max(1, $0) }
      case "--seed": options.seed = UInt64(try value()) ?? options.seed
      case let word where word.hasPrefix("-"): throw .usage("no such option: \(word)\n\(usage)")
      case let word: rest.append(word)
      }
      index += 1
    }
    words = rest
    return options
  }
}

import Ledger

/// The machine code of the hot loops, searched for calls that cost what nobody sees in the source.
enum HotLoops {
  /// A function's place in the binary: all of the words stand in its (mangled) name.
  private struct Loop {
    let title: String
    let words: [String]
  }

  private static var loops: [Loop] {
    [
      Loop(title: "decoder's run", words: ["ItchDecoderV9decodeRun"]),
      Loop(title: "JSON decoder's lines", words: ["BinanceDecoderV11decodeLines"]),
      Loop(title: "JSON decoder's trades", words: ["BinanceDecoderV11decodeTrade"]),
      Loop(title: "JSON decoder's general path", words: ["BinanceDecoderV13decodeGeneral"]),
      Loop(title: "permutation kernel", words: ["ml_permute_frames"]),
      Loop(title: "lane's take", words: ["LaneReaderV", "takeInPlace"]),
      Loop(title: "worker's batch", words: ["ShardWorkerV7process"]),
      Loop(title: "worker's prefetch", words: ["ShardWorkerV8prefetch"]),
      Loop(title: "cancel in a book", words: ["OrderBooksV", "cancel"]),
      Loop(title: "add to a book", words: ["Books05OrderA0V3add"]),
    ]
  }

  private static var forbidden: [String] {
    [
      "swift_retain", "swift_release", "swift_allocObject", "swift_beginAccess",
      "swift_bridgeObjectRetain", "swift_bridgeObjectRelease", "swift_getGenericMetadata", "malloc",
    ]
  }

  static func check(_ report: inout BenchReport) throws(BenchError) {
    let text = try Disassembly.functions(of: BenchFile.program())
    var findings = 0
    for loop in loops {
      let matching = text.filter { function in loop.words.allSatisfy(function.name.contains) }
      for function in matching {
        let calls = function.calls.filter { call in forbidden.contains { call.contains($0) } }
        findings += calls.count
        report.verified.append(
          "\(loop.title): \(function.name.prefix(60))…: \(calls.isEmpty ? "none" : "\(calls)")")
      }
      if matching.isEmpty {
        report.verified.append("\(loop.title): inlined into its caller, or under another name")
      }
    }
    report.bar("runtime calls in the hot loops", Double(findings), atMost: 0)
  }
}

/// The functions of a binary and what they call, by `objdump`.
enum Disassembly {
  struct Function {
    let name: String
    var calls: Set<String> = []
  }

  /// The functions whose loops are hot; all others are passed over.
  static func functions(of path: String) throws(BenchError) -> [Function] {
    let script =
      "objdump -d --no-show-raw-insn '\(path)' | grep -E '^[0-9a-f]+ <|call|jmp .*@plt' | "
      + "awk '/^[0-9a-f]+ </{keep=/decodeRun|BinanceDecoder|ml_permute|takeInPlace|"
      + "ShardWorker|OrderA0V/; if(keep)print;next} keep' | sed 's/.*call *//; s/.*jmp *//'"
    let lines = try Baseline.text(["sh", "-c", script])
    var functions: [Function] = []
    for line in lines.split(separator: "\n") {
      if line.hasSuffix(">:") {
        functions.append(Function(name: String(line.drop { $0 != "<" }.dropFirst().dropLast(2))))
      } else if let target = line.split(separator: "<").last, !functions.isEmpty {
        functions[functions.count - 1].calls.insert(String(target.dropLast()))
      }
    }
    return functions
  }
}

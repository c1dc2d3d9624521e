import Config
import Foundation
import TestSupport
import Testing
import Yaml

/// Whatever the text is, it is read or refused with places; nothing ends the program.
@Suite("Random configurations")
struct RandomTests {
  static let words = [
    "instance", "state", "shards", "sources", "name", "feed", "made", "symbols", "AAPL", "1s",
    "health", "latency", "warning", "credentials", "password", "!env PASSWORD", "!file x",
    "!include y", "fallback", "instruments", "journal", "root", "${A}", "${", "5ms", "-1", "4GiB",
    "true", "~", "''", "\"x\"", "reconnect", "first", "hours", "UTC mon 01:00-02:00", "pacing",
    "50/s", "0.5%", "lists", "outputs", "books", "*a", "&a x", "symbol_defaults", "divergence",
    "lanes", "lines", "128", "99999999999999999999", "symbol", "canonical", "interests", "trades",
  ]

  /// A random tree as YAML in flow style.
  static func tree(_ random: inout SeededGenerator, depth: Int) -> String {
    let word = words[Int(random.next() % UInt64(words.count))]
    guard depth > 0 else { return word }
    switch random.next() % 4 {
    case 0:
      let parts = (0..<random.next() % 5).map { _ in tree(&random, depth: depth - 1) }
      return "[" + parts.joined(separator: ", ") + "]"
    case 1, 2:
      let parts = (0..<random.next() % 7).map { _ in
        words[Int(random.next() % UInt64(words.count))] + ": " + tree(&random, depth: depth - 1)
      }
      return "{" + parts.joined(separator: ", ") + "}"
    default: return word
    }
  }

  /// Reads a text; gives the number of findings, and checks that they say something.
  static func read(_ text: [UInt8], _ made: MadeConfig) throws -> Int {
    do {
      let read = try Configuration(
        text, path: made.folder.appending(path: "live.yaml").path,
        environment: MadeConfig.environment, feeds: [MadeFeed.self])
      let again = try Configuration(
        Array(read.effectiveYAML.utf8), path: read.path, environment: MadeConfig.environment,
        feeds: [MadeFeed.self])
      #expect(again.difference(from: read) == [])
      return 0
    } catch {
      #expect(!error.findings.isEmpty)
      #expect(error.findings.allSatisfy { !$0.message.isEmpty && !$0.message.contains("hunter2") })
      return error.findings.count
    }
  }

  @Test func trees() throws {
    let made = try MadeConfig()
    var random = SeededGenerator(seed: 20_261_121)
    for round in 0..<600 {
      let text = Self.tree(&random, depth: 5)
      _ = try Self.read(Array("sources: \(text)\nhealth: \(text)".utf8), made)
      #expect(try Self.read(Array(text.utf8), made) > 0, "seed \(random.seed), round \(round)")
    }
  }

  /// A valid text with bytes changed, removed, doubled and inserted.
  @Test func mutations() throws {
    let made = try MadeConfig()
    try made.file("token", "t\n")
    var random = SeededGenerator(seed: 77)
    let base = Array(DifferenceTests.base.utf8)
    var valid = 0
    for _ in 0..<800 {
      var bytes = base
      for _ in 0...random.next() % 3 {
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 4 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(UInt8(truncatingIfNeeded: random.next() % 128), at: place)
        default:
          let end = min(bytes.count, place + Int(random.next() % 40))
          bytes.insert(contentsOf: bytes[place..<end], at: place)
        }
      }
      if try Self.read(bytes, made) == 0 { valid += 1 }
    }
    // Some changes do no harm (in a symbol, in a number), most do.
    #expect(valid > 0 && valid < 800, "seed \(random.seed)")
  }

  @Test func noise() throws {
    let made = try MadeConfig()
    var random = SeededGenerator(seed: 5)
    for _ in 0..<500 {
      let bytes = (0..<random.next() % 200).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      #expect(try Self.read(bytes, made) > 0)
    }
  }
}

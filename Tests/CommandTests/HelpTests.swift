import Foundation
import Testing

/// What the program says about itself, and to those who mistype.
struct HelpTests {
  /// The verbs that the overview lists.
  static let verbs: [String] = {
    let text = (try? Program.run("--help"))?.output ?? ""
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    // A summary that is wrapped goes on under itself.
    return lines.drop { $0 != "verbs:" }.dropFirst().prefix { $0.hasPrefix("  ") }
      .filter { !$0.hasPrefix("   ") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
  }()

  @Test func overviewListsTheVerbs() throws {
    #expect(Self.verbs.contains("inspect"))
    let result = try Program.run("help")
    #expect(result.code == 0)
    #expect(result.output == (try Program.run("--help")).output)
    #expect(result.errors.isEmpty)
  }

  @Test(arguments: verbs)
  func everyVerbHasHelp(verb: String) throws {
    let result = try Program.run(verb, "--help")
    #expect(result.code == 0)
    #expect(result.errors.isEmpty)
    #expect(result.output.hasPrefix("millrace \(verb): "))
    #expect(result.output.contains("usage: millrace \(verb)"))
    for option in ["--json", "--quiet", "--verbose", "--no-color", "--help", "--version"] {
      #expect(result.output.contains(option))
    }
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 120 })
    #expect((try Program.run("help", verb)).output == result.output)
    #expect((try Program.run(verb, "-h")).output == result.output)
  }

  @Test(arguments: verbs)
  func unknownOptionsNameTheNearest(verb: String) throws {
    let result = try Program.run(verb, "--jsno")
    #expect(result.code == 64)
    #expect(result.output.isEmpty)
    #expect(
      result.errors
        == "millrace \(verb): there is no such option: --jsno: did you mean --json?\n")
  }

  @Test func withoutVerbTheOverviewGoesToStandardError() throws {
    let result = try Program.run()
    #expect(result.code == 64)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("verbs:"))
  }

  @Test(arguments: [
    (["insepct"], "did you mean inspect?"), (["help", "inspct"], "did you mean inspect?"),
    (["inspect", "--dat", "2023-08-22", "x"], "did you mean --date?"),
    (["inspect", "--messges", "x"], "did you mean --messages?"),
    (["inspect", "--wholly-different", "x"], "see millrace help inspect"),
    (["inspect"], "something is missing: FILE..."),
    (["inspect", "--date", "2023-02-30", "x"], "give a day such as"),
    (["inspect", "--date"], "the option needs a value"),
    (["inspect", "--feed", "itch49", "x"], "give one of itch50"),
    (["inspect", "--json=yes", "x"], "the option takes no value"),
    (["--json", "inspect"], "a verb must come first"),
  ])
  func mistakes(arguments: [String], hint: String) throws {
    let result = try Program.run(arguments)
    #expect(result.code == 64)
    #expect(result.output.isEmpty)
    #expect(result.errors.hasPrefix("millrace"))
    #expect(result.errors.contains(hint), "\(result.errors)")
  }

  @Test func version() throws {
    let result = try Program.run("--version")
    #expect(result.code == 0)
    #expect(result.output.wholeMatch(of: /millrace \d+\.\d+\.\d+\n/) != nil)
    #expect((try Program.run("inspect", "--version")).output == result.output)
  }
}

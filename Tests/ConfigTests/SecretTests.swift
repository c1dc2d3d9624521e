import Config
import Foundation
import Testing

/// Secrets come from outside and are never shown.
@Suite("Secrets of a configuration")
struct SecretTests {
  static let needle = "hunter2 secret"

  func text(_ password: String) -> String {
    MadeConfig.least.replacing("!env PASSWORD", with: password)
  }

  /// How a password may be written, and what is said where it may not; nothing of it in any case.
  @Test(arguments: [
    ("hunter2 secret", "a secret must not stand in the configuration; write !env NAME"),
    ("\"hunter2 secret\"", "a secret must not stand in the configuration"),
    ("\"hunter2 secret${PASSWORD}\"", "a secret must not stand in the configuration"),
    ("\"${NONE:-hunter2 secret}\"", "a secret must not stand in the configuration"),
    ("12345", "a secret must not stand in the configuration"),
    ("[hunter2 secret]", "expected one secret"),
    ("!env NONE", "the environment variable NONE is not set"),
    ("!env hunter2 secret", "expected the name of an environment variable"),
    ("!env EMPTY", "the environment variable EMPTY is not set"),
    ("\"${NONE}\"", "the environment variable NONE is not set"),
    ("!file none", "cannot read"),
    ("!file open", "can be read by everybody; make it private: chmod 600"),
    ("!file empty", "the first line of"),
    ("!file .", "not a regular file"),
    ("!file \"a\\nb\"", "without control characters"),
    ("!file large", "at most 16384 are taken"),
    ("!credential none", "cannot read"),
    ("!credential ../x", "expected the name of a systemd credential"),
    ("!include x", "!include is for lists of symbols"),
    ("!files x", "did you mean !file?"),
    ("~", "no value"),
  ])
  func refused(password: String, message: String) throws {
    let made = try MadeConfig()
    try made.file("open", "\(Self.needle)\n", mode: 0o644)
    try made.file("empty", "\n\(Self.needle)\n")
    try made.file("large", String(repeating: Self.needle, count: 2_000))
    let found = made.findings(
      text(password),
      [
        "PASSWORD": Self.needle, "EMPTY": "",
        "CREDENTIALS_DIRECTORY": made.folder.path,
      ])
    #expect(found.count == 1 && found[0].hasPrefix("5:29: "), "\(found)")
    #expect(found[0].contains(message), "\(found)")
    #expect(!found[0].contains("hunter2") && !found[0].contains("12345"), "\(found)")
  }

  @Test(arguments: [
    ("!env PASSWORD", "<secret from environment variable PASSWORD>"),
    ("\"${PASSWORD}\"", "<secret from environment variable PASSWORD>"),
    ("!file key", "<secret from file "),
    ("!file \"${NAME}\"", "<secret from file "),
    ("!credential key", "<secret from systemd credential key>"),
  ])
  func read(password: String, origin: String) throws {
    let made = try MadeConfig()
    try made.file("key", "\(Self.needle)\r\nmore\n", mode: 0o640)
    let environment = [
      "PASSWORD": Self.needle, "NAME": "key", "CREDENTIALS_DIRECTORY": made.folder.path,
    ]
    let read = try made.read(text(password), environment)
    let secret = try #require(read.sources[0].secrets["password"])
    #expect(secret.revealed() == Self.needle)
    #expect("\(secret)".hasPrefix(origin))
    var dumped = ""
    dump(secret, to: &dumped)
    dump(read, to: &dumped)
    let texts = [
      "\(secret)", "\(read)", "\(read.sources[0])", String(reflecting: secret),
      String(reflecting: read), dumped, read.effectiveYAML, read.effectiveJSON,
    ]
    for text in texts { #expect(!text.contains("hunter2")) }
    #expect(read.effectiveYAML.contains(origin) && read.effectiveJSON.contains(origin))
  }

  @Test func noCredentials() throws {
    let found = try MadeConfig().findings(text("!credential key"))
    #expect(found.count == 1 && found[0].contains("LoadCredential=key:PATH"), "\(found)")
  }
}

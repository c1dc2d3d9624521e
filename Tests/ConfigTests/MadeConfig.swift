import Config
import Foundation

/// Texts and files made for one test, and what they are read as.
final class MadeConfig {
  let folder: URL
  /// The least that is valid; `environment` has the password.
  static let least = """
    sources:
      - name: one
        feed: made
        product: P
        credentials: {password: !env PASSWORD}
        symbols: [AAPL, "@ESZ26"]
    """
  static let environment = ["PASSWORD": "hunter2 secret"]

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "millrace-config-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Writes a file; gives its path.
  @discardableResult
  func file(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
    let url = folder.appending(path: name)
    try Data(text.utf8).write(to: url)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
    return url.path
  }

  /// Reads a text as if it stood in `live.yaml` of the folder.
  func read(
    _ text: String, _ environment: [String: String] = MadeConfig.environment
  ) throws -> Configuration {
    try Configuration(
      Array(text.utf8), path: folder.appending(path: "live.yaml").path, environment: environment,
      feeds: [MadeFeed.self])
  }

  /// What is wrong with a text: `line:column: message`, with the file's name before it where it is
  /// another file.
  func findings(
    _ text: String, _ environment: [String: String] = MadeConfig.environment
  ) -> [String] {
    do {
      _ = try read(text, environment)
      return []
    } catch let error as ConfigError {
      return error.findings.map { finding in
        let name = URL(filePath: finding.file).lastPathComponent
        return (name == "live.yaml" ? "" : "\(name):")
          + "\(finding.line):\(finding.column): \(finding.message)"
      }
    } catch {
      return ["\(error)"]
    }
  }
}

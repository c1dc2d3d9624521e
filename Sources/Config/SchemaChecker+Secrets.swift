internal import Yaml

extension SchemaChecker {
  /// A secret from where secrets may come from; nil after a finding. What stands in the
  /// configuration itself never comes into a message: it might be the secret.
  mutating func secret(_ node: YamlNode, _ path: String) -> Secret? {
    guard case .scalar(let text, let isPlain) = node.content else {
      if node.content != .refused {
        find("expected one secret; \(Self.secretHelp)", node.mark, path)
      }
      return nil
    }
    switch node.tag {
    case "":
      let name = Substitution(text, environment: environment).whole
      guard let name else {
        find("a secret must not stand in the configuration; \(Self.secretHelp)", node.mark, path)
        return nil
      }
      return secret(ofVariable: name, node.mark, path)
    case "!env": return secret(ofVariable: text, node.mark, path)
    case "!file", "!credential":
      guard let argument = substituted(text, isPlain, node.mark, path)?.text else { return nil }
      guard !argument.isEmpty, !argument.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
        find("expected a name behind \(node.tag), without control characters", node.mark, path)
        return nil
      }
      return node.tag == "!file"
        ? secret(ofFile: FileText.resolve(argument, in: folder), node.mark, path)
        : secret(ofCredential: argument, node.mark, path)
    default:
      refuseTag(node, path)
      return nil
    }
  }

  private static let secretHelp =
    "write !env NAME, !file PATH or !credential NAME (systemd) instead"

  private mutating func secret(
    ofVariable name: String, _ mark: YamlMark, _ path: String
  ) -> Secret? {
    guard Substitution.isName(name) else {
      find("expected the name of an environment variable behind !env", mark, path)
      return nil
    }
    guard let value = environment[name], !value.isEmpty else {
      find("the environment variable \(name) is not set; the secret is read from it", mark, path)
      return nil
    }
    return Secret(value, from: .environment(name))
  }

  private mutating func secret(ofFile file: String, _ mark: YamlMark, _ path: String) -> Secret? {
    secret(in: file, from: .file(file), isPrivate: true, mark, path)
  }

  private mutating func secret(
    ofCredential name: String, _ mark: YamlMark, _ path: String
  ) -> Secret? {
    guard !name.isEmpty, !name.contains("/"), name != "..", name != "." else {
      find("expected the name of a systemd credential, without a folder", mark, path)
      return nil
    }
    guard let folder = environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty else {
      find(
        "there are no systemd credentials (CREDENTIALS_DIRECTORY is not set); they are there in a "
          + "unit with LoadCredential=\(name):PATH", mark, path)
      return nil
    }
    // The folder is systemd's, and only for the service's user.
    return secret(
      in: "\(folder)/\(name)", from: .credential(name), isPrivate: false, mark, path)
  }

  /// The first line of a file.
  private mutating func secret(
    in file: String, from origin: Secret.Origin, isPrivate: Bool, _ mark: YamlMark, _ path: String
  ) -> Secret? {
    do throws(FileText.Failure) {
      let bytes = try FileText.bytes(file, limit: ConfigLimits.secretBytes, isPrivate: isPrivate)
      let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
      guard !line.isEmpty else {
        find("the first line of \(file) is empty; the secret belongs there", mark, path)
        return nil
      }
      return Secret(String(decoding: line, as: UTF8.self), from: origin)
    } catch {
      find(error.message, mark, path)
      return nil
    }
  }
}

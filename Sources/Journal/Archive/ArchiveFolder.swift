/// The manifests of an archive: `<archive>/<dataset>/<day>.manifest.tsv`.
public struct ArchiveFolder {
  /// Absolute, without symbolic links where it exists.
  public let path: String
  /// Manifests that were understood, by dataset, day and part.
  public private(set) var manifests: [ArchiveManifest] = []
  /// Paths of manifests that were not, and why.
  public private(set) var unreadable: [(path: String, reason: String)] = []

  /// Manifests have a line for each file: thousands of instruments are a few MB.
  private static var maxManifestBytes: Int { 1 << 28 }

  /// Reads the manifests of all datasets, or of one; a folder that is not there has none.
  public init(path: String, dataset: String? = nil) {
    self.path = JournalPath.absolute(path) ?? path
    for name in FileTree.folders(in: self.path) where dataset == nil || dataset == name {
      let folder = "\(self.path)/\(name)"
      for file in FileTree.files(in: folder) where file.hasSuffix(ArchiveName.manifestEnding) {
        read("\(folder)/\(file)", dataset: name)
      }
    }
    manifests.sort { ($0.dataset, $0.day, $0.part) < ($1.dataset, $1.day, $1.part) }
  }

  private mutating func read(_ file: String, dataset: String) {
    let base = FileTree.name(of: String(file.dropLast(ArchiveName.manifestEnding.count)))
    do throws(JournalError) {
      guard let bytes = try FileTree.read(file, limit: Self.maxManifestBytes) else { return }
      guard let manifest = ArchiveManifest(lines: String(decoding: bytes, as: UTF8.self)) else {
        return unreadable.append((file, "the manifest is damaged, or of another version"))
      }
      guard manifest.dataset == dataset, manifest.baseName == base else {
        return unreadable.append((file, "the manifest is that of \(manifest.name)"))
      }
      manifests.append(manifest)
    } catch {
      unreadable.append((file, "\(error)"))
    }
  }

  /// The greatest parts of manifests that were not understood, by `<dataset>/<day>`.
  var unreadableParts: [String: Int] {
    var parts: [String: Int] = [:]
    for (file, _) in unreadable {
      let base = FileTree.name(of: String(file.dropLast(ArchiveName.manifestEnding.count)))
      guard let (day, part) = ArchiveName.parse(base: base),
        let dataset = FileTree.parent(of: file).map({ FileTree.name(of: $0) })
      else { continue }
      parts["\(dataset)/\(day)"] = max(parts["\(dataset)/\(day)"] ?? 0, part)
    }
    return parts
  }

  /// Why an archive cannot be relied on without reading it; nil where nothing speaks against it.
  public func doubt(_ manifest: ArchiveManifest) -> String? {
    if let finding = manifest.findings.first { return finding }
    for output in manifest.outputs {
      guard let entry = FileTree.entry("\(path)/\(output.path)"), entry.kind == .file else {
        return "\(output.path) is missing"
      }
      guard entry.bytes == output.bytes else {
        return "\(output.path) has \(entry.bytes) bytes, not \(output.bytes)"
      }
    }
    return nil
  }

  /// The archived segments with the doubts about their archives, for prune.
  public var archived: [UInt64: PrunePolicy.Archived] {
    var result: [UInt64: PrunePolicy.Archived] = [:]
    for manifest in manifests {
      let doubt = doubt(manifest)
      for source in manifest.sources {
        // Of two archives the one without doubts counts.
        if let known = result[source.segmentID], known.doubt == nil { continue }
        result[source.segmentID] = PrunePolicy.Archived(
          manifest: "\(manifest.name)\(ArchiveName.manifestEnding)", bytes: source.bytes,
          doubt: doubt)
      }
    }
    return result
  }
}

extension ArchiveManifest {
  /// Dataset and base name: the manifest's path in the archive without its ending.
  public var name: String { "\(dataset)/\(baseName)" }
}

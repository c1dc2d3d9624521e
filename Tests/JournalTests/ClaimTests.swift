import Foundation
import Testing

@testable import Journal

/// Readers' claims on segments.
struct ClaimTests {
  /// A journal's tree of empty segments, gone afterwards.
  final class MadeTree {
    let root: String

    init(_ paths: [String]) throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "millrace-\(UUID())")
      root = folder.resolvingSymlinksInPath().path
      for path in paths {
        let url = folder.appending(path: path)
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data().write(to: url)
      }
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }
  }

  private func tree() throws -> MadeTree {
    try MadeTree(["A/2024-01-02/00-0.dbn.zst", "A/2024-01-03/00-0.dbn.zst", "B/2024-01-02/x.mrc"])
  }

  @Test(arguments: [
    ("", "."), ("A", "A"), ("A/2024-01-02", "A/2024-01-02"),
    ("A/2024-01-02/00-0.dbn.zst", "A/2024-01-02/00-0.dbn.zst"),
  ])
  func aPathIsSplitAtItsRoot(path: String, rest: String) throws {
    let made = try tree()
    let split = try #require(JournalPath.split(made.root + (path.isEmpty ? "" : "/" + path)))
    #expect(split.root == made.root)
    #expect(split.rest == rest)
  }

  @Test func aForeignPathNeedsNoClaim() throws {
    let made = try MadeTree(["files/a.dbn.zst"])
    let claim = try JournalClaim(
      name: "replay", paths: [made.root, "\(made.root)/files/a.dbn.zst"])
    #expect(claim.claimPaths == [])
  }

  @Test func aClaimCountsWhileItsReaderLives() throws {
    let made = try tree()
    do {
      let claim = try JournalClaim(name: "replay x", paths: ["\(made.root)/A"], from: 500)
      let other = try JournalClaim(name: "replay x", paths: ["\(made.root)/B/2024-01-02"])
      #expect(claim.claimPaths.count == 1 && other.claimPaths.count == 1)
      #expect(claim.claimPaths != other.claimPaths)
      let found = ClaimFolder(root: made.root)
      #expect(found.stale == [])
      #expect(Set(found.claims.map(\.paths)) == [["A"], ["B/2024-01-02"]])
      let first = try #require(found.claims.first { $0.paths == ["A"] })
      #expect(first.cursor == 500)
      #expect(first.needs("A/2024-01-02/00-0.dbn.zst", lastTime: nil))
      #expect(first.needs("A/2024-01-02/00-0.dbn.zst", lastTime: 500))
      #expect(!first.needs("A/2024-01-02/00-0.dbn.zst", lastTime: 499))
      #expect(!first.needs("AB/2024-01-02/00-0.dbn.zst", lastTime: nil))
      claim.advance(to: .max)
      let moved = ClaimFolder(root: made.root).claims.first { $0.paths == ["A"] }
      #expect(moved?.cursor == .max)
      withExtendedLifetime((claim, other)) {}
    }
    let after = ClaimFolder(root: made.root)
    #expect(after.claims == [] && after.stale == [])
  }

  @Test func theClaimOfADeadReaderIsStale() throws {
    let made = try tree()
    let folder = "\(made.root)/.readers"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data("millrace-claim 1\ncursor 00000000000000000000\npath .\n".utf8)
      .write(to: URL(filePath: "\(folder)/1-replay"))
    let found = ClaimFolder(root: made.root)
    #expect(found.claims == [])
    #expect(found.stale == ["\(folder)/1-replay"])
  }

  @Test(arguments: ["", "millrace-claim 2\ncursor 0\n", "millrace-claim 1\ncursor x\n"])
  func anUnreadableClaimIsNone(text: String) {
    #expect(ClaimFolder.claim(text, owner: "1-x") == nil)
  }
}

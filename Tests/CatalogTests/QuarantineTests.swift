import Catalog
import Foundation
import Testing
import Wire

/// Entries in, entries out, whatever happens to the file.
@Suite struct QuarantineTests {
  static func entry(_ text: String, day: UInt64 = 20_777) -> QuarantineEntry {
    QuarantineEntry(
      time: day * 86_400_000_000_000 + 5, source: "iq", feed: "iqfeed", channel: "level1",
      epoch: 3, reason: .badField, context: "field 7\nof AAPL",
      prelude: Array("S,CURRENT UPDATE FIELDNAMES,Symbol\r\n".utf8), bytes: Array(text.utf8))
  }

  static func keep(_ entries: [QuarantineEntry], in folder: String) throws {
    var writer = try QuarantineWriter(folder: folder)
    for entry in entries {
      let isKept = try writer.add(entry)
      #expect(isKept)
    }
    writer.sync()
  }

  @Test func entriesComeBack() throws {
    let folder = try MadeFolder()
    let place = folder.path("q")
    let entries = [Self.entry("Q,one"), Self.entry("Q,two", day: 20_778), Self.entry("")]
    try Self.keep(entries, in: place)
    try Self.keep([Self.entry("later")], in: place)
    let files = try QuarantineReader.files(in: place)
    #expect(
      files.map { URL(filePath: $0).lastPathComponent } == [
        "iq-2026-11-20.quarantine", "iq-2026-11-21.quarantine",
      ])
    let first = try QuarantineReader.read(files[0])
    #expect(first.entries == [entries[0], entries[2], Self.entry("later")])
    #expect(first.skippedBytes == 0)
    #expect(try QuarantineReader.read(files[1]).entries == [entries[1]])
    for path in files {
      let modes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(modes[.posixPermissions] as? Int == 0o600)
    }
  }

  @Test func everyTornTailLeavesWhatWasWhole() throws {
    let folder = try MadeFolder()
    let place = folder.path("q")
    let entries = [Self.entry("first"), Self.entry("second MRQE MRQE")]
    try Self.keep(entries, in: place)
    let path = try #require(try QuarantineReader.files(in: place).first)
    let whole = try Data(contentsOf: URL(filePath: path))
    let ends = [16, 16 + (whole.count - 16 - ("second MRQE MRQE".count - "first".count)) / 2]
    for count in 0..<whole.count {
      try whole.prefix(count).write(to: URL(filePath: path))
      let content = try QuarantineReader.read(path)
      #expect(content.entries.count == (count >= ends[1] ? 1 : 0), "\(count)")
      let isWhole = count <= 16 || count == ends[1]
      #expect(content.hasTornTail == !isWhole, "\(count)")
      // A writer that goes on behind it loses nothing of its own.
      if count % 37 == 0 || count == whole.count - 1, count >= 16 {
        try Self.keep([Self.entry("behind")], in: place)
        let after = try QuarantineReader.read(path)
        #expect(after.entries.last == Self.entry("behind"))
        #expect(after.entries.starts(with: content.entries))
        // The bytes behind a torn entry may be those that it lacked: then it is whole again.
        #expect(after.entries.dropLast().allSatisfy { entries.contains($0) }, "\(count)")
      }
    }
  }

  @Test(arguments: [1, 2] as [UInt64]) func damageCostsOnlyWhatItHits(seed: UInt64) throws {
    let folder = try MadeFolder()
    let place = folder.path("q")
    let entries = (0..<8).map { Self.entry("message \($0)") }
    try Self.keep(entries, in: place)
    let path = try #require(try QuarantineReader.files(in: place).first)
    let whole = try Data(contentsOf: URL(filePath: path))
    var numbers = SeededNumbers(seed: seed)
    for _ in 0..<200 {
      var bytes = whole
      let at = Int.random(in: 16..<bytes.count, using: &numbers)
      bytes[at] ^= UInt8.random(in: 1...255, using: &numbers)
      try bytes.write(to: URL(filePath: path))
      let content = try QuarantineReader.read(path)
      #expect(content.entries.count == 7, "byte \(at), seed \(seed)")
      #expect(content.entries.allSatisfy { entries.contains($0) })
    }
  }

  @Test func lengthsAndSizesAreBounded() throws {
    let folder = try MadeFolder()
    let place = folder.path("q")
    var writer = try QuarantineWriter(folder: place, limitBytes: 4_096)
    var kept = 0
    for _ in 0..<100 where try writer.add(Self.entry(String(repeating: "x", count: 200))) {
      kept += 1
    }
    let (written, dropped, bytes) = (writer.written, writer.dropped, writer.bytes)
    #expect(written == UInt64(kept) && kept > 5)
    #expect(dropped == UInt64(100 - kept))
    #expect(bytes <= 4_096)
    let again = try QuarantineWriter(folder: place, limitBytes: 4_096)
    let counted = again.bytes
    #expect(counted == bytes)
    var large = Self.entry(String(repeating: "y", count: CatalogLimits.quarantineMessageBytes + 1))
    large.context = String(repeating: "c\n", count: 10_000)
    large.source = "../../etc/passwd"
    try Self.keep([large], in: folder.path("r"))
    let files = try QuarantineReader.files(in: folder.path("r"))
    #expect(files.count == 1)
    let back = try #require(try QuarantineReader.read(files[0]).entries.first)
    #expect(back.isCut)
    #expect(back.bytes.count == CatalogLimits.quarantineMessageBytes)
    #expect(back.context.utf8.count <= CatalogLimits.quarantineContextBytes)
  }

  @Test func foreignFilesAndFilesInUseAreLeftAlone() throws {
    let folder = try MadeFolder()
    let foreign = try folder.write("foreign", Array("hello, I am not one".utf8))
    let error = #expect(throws: QuarantineError.self) { try QuarantineReader.read(foreign) }
    #expect(error?.kind == .foreign)
    let missing = #expect(throws: QuarantineError.self) {
      try QuarantineReader.read(folder.path("missing"))
    }
    #expect(missing?.kind == .notFound)
    #expect(try QuarantineReader.files(in: folder.path("missing")).isEmpty)
    let place = folder.path("q")
    var writer = try QuarantineWriter(folder: place)
    try writer.add(Self.entry("one"))
    try writer.add(Self.entry("two"))
    let path = try #require(try QuarantineReader.files(in: place).first)
    let inUse = #expect(throws: QuarantineError.self) {
      try QuarantineReader.remove(from: path) { _ in true }
    }
    #expect(inUse?.kind == .inUse)
    writer = try QuarantineWriter(folder: folder.path("other"))
    try QuarantineReader.remove(from: path) { $0 == Self.entry("one") }
    #expect(try QuarantineReader.read(path).entries == [Self.entry("two")])
    try QuarantineReader.remove(from: path) { _ in true }
    #expect(try QuarantineReader.files(in: place).isEmpty)
    _ = consume writer
  }
}

import Foundation
import Records
import SharedMemory
import Testing

/// The symbols that a reader finds who came too late for the mappings.
@Suite struct SymbolFileTests {
  private let folder: TestFolder
  private let location: RingLocation

  init() throws {
    folder = try TestFolder()
    location = try RingLocation(instance: "symbols", folder: folder.path)
  }

  private static func mapping(_ instrument: UInt32, _ symbol: String) -> SymbolMappingMessage {
    var record = SymbolMappingMessage(publisherID: 2, instrumentID: instrument)
    record.stypeIn = .rawSymbol
    record.stypeInSymbol.setText(symbol)
    return record
  }

  private func entries() throws -> [SymbolFile.Entry] {
    guard let file = try SymbolFile(path: location.symbols(shard: 0)) else { return [] }
    return (0..<file.count).map { file[$0] }
  }

  private func entry(_ instrument: UInt32, _ symbol: String) -> SymbolFile.Entry {
    SymbolFile.Entry(publisherID: 2, instrumentID: instrument, symbol: symbol)
  }

  @Test func lateReadersFindEachAssignmentOnce() throws {
    #expect(try SymbolFile(path: location.symbols(shard: 0)) == nil)
    var writer = try SymbolWriter(location: location, shard: 0, epoch: 7)
    let long = String(repeating: "L", count: 70)
    for (instrument, symbol) in [(1, "ABC"), (2, long), (1, "ABC"), (1, "XYZ")] {
      writer.note(Self.mapping(UInt32(instrument), symbol))
    }
    #expect(try entries() == [entry(1, "ABC"), entry(2, long), entry(1, "XYZ")])
    writer.follow(epoch: 8)
    #expect(try SymbolFile(path: location.symbols(shard: 0))?.epoch == 8)
  }

  @Test func aNewWriterBeginsAnEmptyFileAndLeavesTheOldOne() throws {
    var first = try SymbolWriter(location: location, shard: 0, epoch: 1)
    first.note(Self.mapping(1, "OLD"))
    guard let opened = try SymbolFile(path: location.symbols(shard: 0)) else {
      Issue.record("the first file is not there")
      return
    }
    var second = try SymbolWriter(location: location, shard: 0, epoch: 2)
    second.note(Self.mapping(9, "NEW"))
    #expect(try entries() == [entry(9, "NEW")])
    #expect(opened.epoch == 1)
    #expect(opened.count == 1)
    #expect(opened[0] == entry(1, "OLD"))
  }

  @Test func aFullFileCountsWhatItRefuses() throws {
    var writer = try SymbolWriter(location: location, shard: 0, epoch: 1)
    for instrument in 0..<(SharedMemoryLimits.symbols + 3) {
      writer.note(Self.mapping(UInt32(instrument), "S\(instrument)"))
    }
    #expect(try entries().count == SharedMemoryLimits.symbols)
    #expect(try SymbolFile(path: location.symbols(shard: 0))?.refused == 3)
  }

  /// Bytes that the header must not have, and where.
  @Test(arguments: [(0, 0x58), (8, 2), (12, 79), (16, 1)] as [(Int, UInt8)])
  func otherFilesAreRefused(offset: Int, byte: UInt8) throws {
    _ = try SymbolWriter(location: location, shard: 0, epoch: 1)
    let path = location.symbols(shard: 0)
    let file = try FileHandle(forUpdating: URL(filePath: path))
    try file.seek(toOffset: UInt64(offset))
    try file.write(contentsOf: [byte])
    try file.close()
    #expect(throws: SharedMemoryError.notASymbolFile(path: path)) {
      _ = try SymbolFile(path: path)
    }
  }

  @Test func aDamagedCountStaysInsideTheFile() throws {
    _ = try SymbolWriter(location: location, shard: 0, epoch: 1)
    let file = try FileHandle(forUpdating: URL(filePath: location.symbols(shard: 0)))
    try file.seek(toOffset: 32)
    try file.write(contentsOf: [UInt8](repeating: 0xFF, count: 8))
    try file.close()
    #expect(try entries().count == SharedMemoryLimits.symbols)
  }
}

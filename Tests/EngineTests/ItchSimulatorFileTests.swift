import Engine
import ExchangeFeeds
import Foundation
import Testing

@Suite struct ItchSimulatorFileTests {
  @Test func fileIsTheDayAndItsEnd() throws {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "millrace-simulated-\(UUID().uuidString).itch").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var options = ItchMarketOptions()
    options.symbols = 50
    options.messages = 12_000
    var market = try ItchMarket(options)
    let count = try ItchSimulatorFile.write(&market, to: path)
    let bytes = try Data(contentsOf: URL(filePath: path))
    #expect(bytes.count == Int(count))
    var offset = 0
    var messages = 0
    var length = 1
    while offset + 2 <= bytes.count, length > 0 {
      length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
      offset += 2 + length
      if length > 0 { messages += 1 }
    }
    #expect(messages == 12_000)
    #expect(offset == bytes.count)
    #expect(length == 0)
    // Written again without the end, the file is two bytes shorter.
    var again = try ItchMarket(options)
    let shorter = try ItchSimulatorFile.write(&again, to: path, endsSession: false)
    #expect(shorter == count - 2)
    #expect(try Data(contentsOf: URL(filePath: path)) == bytes.dropLast(2))
  }

  @Test func liveMarketStopsWhenAsked() throws {
    var options = ItchMarketOptions()
    options.symbols = 50
    var market = try ItchMarket(options)
    var asked = 0
    _ = try ItchSimulatorFile.write(&market, to: "/dev/null") { _ in
      asked += 1
      return asked > 3
    }
    let summary = market.summary
    #expect(summary.messagesByType[UInt8(ascii: "S")] == 6)
  }

  @Test(arguments: [("/nowhere/file", ENOENT), ("/dev/full", ENOSPC)])
  func failuresNameThePath(path: String, code: Int32) throws {
    var options = ItchMarketOptions()
    options.symbols = 50
    options.messages = 12_000
    var market = try ItchMarket(options)
    #expect {
      _ = try ItchSimulatorFile.write(&market, to: path)
    } throws: { error in
      guard let error = error as? ItchSimulatorFileError else { return false }
      return error.code == code && error.description.contains(path)
    }
  }
}

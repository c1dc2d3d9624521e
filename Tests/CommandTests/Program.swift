import Foundation

/// The program under test, as people run it.
enum Program {
  /// What a run left behind.
  struct Result {
    var code: Int32
    var output: String
    var errors: String

    /// The lines of standard output as JSON objects.
    func objects() throws -> [[String: Any]] {
      try output.split(separator: "\n").map { line in
        let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
        guard let object = value as? [String: Any] else { throw CocoaError(.coderReadCorrupt) }
        return object
      }
    }
  }

  /// `millrace` lies beside the program that runs the tests.
  static let url = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "millrace")

  /// Runs the program to its end.
  static func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Result {
    try run(arguments, environment: environment)
  }

  static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // Standard error stays far below the room of a pipe, so one after the other cannot block.
    let outputData = output.fileHandleForReading.readDataToEndOfFile()
    let errorData = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Result(
      code: process.terminationStatus, output: String(decoding: outputData, as: UTF8.self),
      errors: String(decoding: errorData, as: UTF8.self))
  }
}

/// A folder of files made for one test, gone afterwards.
final class MadeFiles {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "millrace-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Writes a file; gives its path.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let url = folder.appending(path: name)
    try Data(bytes).write(to: url)
    return url.path
  }
}

/// Messages of ITCH 5.0, made for these tests.
enum MadeMessages {
  /// Big-endian bytes.
  static func big(_ value: some FixedWidthInteger) -> [UInt8] {
    stride(from: value.bitWidth - 8, through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: value >> $0)
    }
  }

  private static func head(_ type: String, locate: UInt16, time: UInt64) -> [UInt8] {
    Array(type.utf8) + big(locate) + big(UInt16(0)) + big(time).suffix(6)
  }

  static func systemEvent(_ code: String, time: UInt64) -> [UInt8] {
    head("S", locate: 0, time: time) + Array(code.utf8)
  }

  static func add(
    locate: UInt16, time: UInt64, reference: UInt64, shares: UInt32, price: UInt32
  ) -> [UInt8] {
    head("A", locate: locate, time: time) + big(reference) + Array("B".utf8) + big(shares)
      + Array("MILL    ".utf8) + big(price)
  }

  static func delete(locate: UInt16, time: UInt64, reference: UInt64) -> [UInt8] {
    head("D", locate: locate, time: time) + big(reference)
  }

  /// Length, then message.
  static func framed(_ messages: [[UInt8]]) -> [UInt8] {
    messages.flatMap { big(UInt16($0.count)) + $0 }
  }

  /// A MoldUDP64 datagram.
  static func datagram(_ messages: [[UInt8]], first: UInt64, session: String) -> [UInt8] {
    let name = Array(session.utf8) + Array(repeating: UInt8(ascii: " "), count: 10)
    return Array(name[..<10]) + big(first) + big(UInt16(messages.count)) + framed(messages)
  }

  /// `count` orders that come and go, in two instruments.
  static func orders(_ count: Int) -> [[UInt8]] {
    (0..<count).map { index in
      let locate = UInt16(1 + index % 2)
      let reference = UInt64(1 + index / 4)
      let time = 34_200_000_000_000 + UInt64(index)
      return index % 4 < 2
        ? add(
          locate: locate, time: time, reference: reference * 2 + UInt64(index % 2), shares: 100,
          price: 873_900)
        : delete(locate: locate, time: time, reference: reference * 2 + UInt64(index % 2))
    }
  }
}

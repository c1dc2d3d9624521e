import Foundation
import SharedMemory
import TestSupport
import Testing

/// Readers in other processes and other languages, against the Swift writer.
@Suite struct ForeignReaderTests {
  static let sizes = [56, 56, 48, 80, 56, 368, 520, 176, 320, 40, 112, 56]
  static let rtypes: [Int: UInt8] = [
    40: 0x12, 48: 0x00, 56: 0xA0, 80: 0x01, 112: 0x14, 176: 0x16, 320: 0x17, 368: 0x0A, 520: 0x13,
  ]
  static let hasCompiler = FileManager.default.isExecutableFile(atPath: "/usr/bin/cc")
  static let hasPython = run("/usr/bin/env", ["python3", "-c", "import numpy"]).status == 0
  static let scripts = SharedFolder.packageRoot.appending(path: "tools/python").path

  /// Runs a program to its end.
  static func run(_ program: String, _ arguments: [String]) -> (status: Int32, output: Data) {
    guard let child = try? Child(program, arguments) else { return (-1, Data()) }
    return child.wait()
  }

  static func record(_ ordinal: UInt64) -> [UInt8] {
    let size = sizes[Int(ordinal) % sizes.count]
    return testRecord(ordinal, byteCount: size, rtype: rtypes[size] ?? 0)
  }

  /// Publishes while a reader is running: so slowly that a reader that polls loses little, with
  /// bursts that may lap it.
  static func publish(_ count: UInt64, to writer: inout BroadcastWriter) {
    for _ in 0..<count {
      writer.publish(array: record(writer.nextOrdinal))
      if writer.nextOrdinal % 64 == 0 {
        writer.flush(tsEvent: 0, tsRecv: 0, nowNanos: 0)
        if writer.nextOrdinal % 1024 == 0 { usleep(500) }
      }
    }
    writer.flush(tsEvent: 0, tsRecv: 0, nowNanos: 0)
  }

  static func integer(_ json: [String: Any], _ key: String) -> UInt64 {
    (json[key] as? NSNumber)?.uint64Value ?? .max
  }

  static func object(_ data: Data) throws -> [String: Any] {
    let json = try JSONSerialization.jsonObject(with: data)
    return try #require(json as? [String: Any])
  }

  @Test(.enabled(if: hasCompiler, "no C compiler here"), arguments: [64, 4096, 131_072])
  func aReaderInCCountsEveryRecord(lines: Int) throws {
    let folder = try TestFolder()
    let program = folder.path + "/reader"
    let root = SharedFolder.packageRoot.path
    let built = Self.run(
      "/usr/bin/cc",
      [
        "-O2", "-Wall", "-Wextra", "-Werror", "-I", root + "/Sources/CMillrace/include",
        root + "/Benchmarks/Baselines/shm_reader.c", "-o", program,
      ])
    try #require(built.status == 0)
    var writer = try BroadcastWriter(
      path: folder.ring, options: .init(instance: "foreign", capacityLines: lines))
    let child = try Child(program, [folder.ring], waitForReady: true)
    Self.publish(20_000, to: &writer)
    writer.close()
    let (status, output) = child.wait()
    #expect(status == 0)
    let json = try Self.object(output)
    #expect(Self.integer(json, "received") + Self.integer(json, "lost") == 20_000)
    #expect(Self.integer(json, "corrupt") == 0)
    if lines == 131_072 {
      #expect(Self.integer(json, "lost") == 0)
      #expect(Self.integer(json, "sum") == 20_000 * 20_001 / 2)
      let bytes = (1...20_000 as ClosedRange<UInt64>).reduce(0) { $0 + Self.record($1).count }
      #expect(Self.integer(json, "bytes") == UInt64(bytes))
    }
  }

  @Test(.enabled(if: hasPython, "no python3 with numpy here"), arguments: [64, 4096, 131_072])
  func aReaderInPythonCountsEveryRecord(lines: Int) throws {
    let folder = try TestFolder()
    var writer = try BroadcastWriter(
      path: folder.ring, options: .init(instance: "foreign", capacityLines: lines))
    let child = try Child(
      "/usr/bin/env",
      [
        "PYTHONPATH=" + Self.scripts, "python3", "-B", "-m", "millrace.shm", "--file", folder.ring,
        "--count",
      ])
    Self.publish(20_000, to: &writer)
    writer.close()
    let (status, output) = child.wait()
    #expect(status == 0)
    let json = try Self.object(output)
    let last = Self.integer(json, "last_ordinal")
    #expect(last == 20_000)
    #expect(Self.integer(json, "corrupt") == 0)
    // It may have opened after the first records were gone: those before its start are not lost.
    #expect(Self.integer(json, "received") + Self.integer(json, "lost") <= 20_000)
    if lines == 131_072 {
      #expect(Self.integer(json, "received") == 20_000)
      #expect(Self.integer(json, "lost") == 0)
      let counts = try #require(json["records"] as? [String: Int])
      let names = [
        0x12: "status", 0x00: "trades", 0xA0: "mbo", 0x01: "mbp-1", 0x14: "imbalance",
        0x16: "symbol-mapping", 0x17: "system", 0x0A: "mbp-10", 0x13: "definition",
      ]
      var expected: [String: Int] = [:]
      for ordinal in 1...20_000 as ClosedRange<UInt64> {
        expected[names[Int(Self.record(ordinal)[1])] ?? "", default: 0] += 1
      }
      #expect(counts == expected)
    }
  }

  @Test(.enabled(if: hasPython, "no python3 with numpy here"))
  func pythonAgreesWithTheLayoutAndLosesExactly() throws {
    let folder = try TestFolder()
    var writer = try BroadcastWriter(
      path: folder.ring, options: .init(instance: "foreign", capacityLines: 64))
    // The script asks for a batch of records by a line on its standard output, and checks itself.
    let script = """
      import sys
      sys.path.insert(0, sys.argv[1])
      import millrace.shm as m
      h = m.HEADER
      print([[n, h.fields[n][1], h.fields[n][0].itemsize] for n in h.names], flush=True)
      r = m.Reader(sys.argv[2])
      first, total = r.next_ordinal, 0
      for line in sys.stdin:
          while True:
              batch = r.poll(int(line))
              for name, records in batch.items():
                  total += len(records)
                  assert (records["ts_event"] == r.ordinals[name]).all(), name
                  assert (records["length"] == records.dtype.itemsize // 4).all(), name
              if not batch and r.event not in ("lost", "new-epoch"):
                  break
          assert total == r.received
          assert r.epoch > 1 or r.received + r.lost == r.next_ordinal - first
          print(r.next_ordinal, r.event, r.epoch, flush=True)
      """
    let child = try Child(
      "/usr/bin/env",
      ["python3", "-B", "-c", script, Self.scripts, folder.ring])
    let layout = RingLayoutTests.fields.map { "['\($0.name)', \($0.offset), \($0.byteCount)]" }
    #expect(child.readLine() == "[" + layout.joined(separator: ", ") + "]")
    var random = SeededGenerator(seed: 7)
    for _ in 0..<300 {
      for _ in 0..<random.next() % 40 { writer.publish(array: Self.record(writer.nextOrdinal)) }
      if random.next() % 2 == 0 { writer.flush(tsEvent: 0, tsRecv: 0, nowNanos: 0) }
      child.write("\(1 + random.next() % 64)\n")
      try #require(child.readLine() == "\(writer.nextOrdinal) none 1")
    }
    writer.close()
    var second = try BroadcastWriter(
      path: folder.ring, options: .init(instance: "foreign", capacityLines: 64))
    second.publish(array: Self.record(1))
    second.close()
    child.write("10\n")
    #expect(child.readLine() == "2 closed 2")
    child.closeInput()
    #expect(child.wait().status == 0)
  }
}

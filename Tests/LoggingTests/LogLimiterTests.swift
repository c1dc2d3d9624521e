import Foundation
import Testing

@testable import Logging

@Suite("Rate of log lines")
struct LogLimiterTests {
  @Test("A burst, then so many a second, and each suppressed line is counted once")
  func rate() {
    var limiter = LogLimiter(linesPerSecond: 5, burst: 20)
    var written: UInt64 = 0
    var told: UInt64 = 0
    // 1,000 lines in 10 s.
    for index in 0..<1_000 {
      if let before = limiter.admit("a", level: .info, now: UInt64(index) * 10_000_000) {
        written += 1
        told += before
      }
    }
    #expect(written == 20 + 49)
    told += limiter.takeOverdue(now: 0, all: true).reduce(0) { $0 + $1.count }
    #expect(told + written == 1_000)
  }

  @Test("Events do not take each other's allowance")
  func apart() {
    var limiter = LogLimiter(linesPerSecond: 5, burst: 2)
    #expect(limiter.admit("a", level: .info, now: 0) == 0)
    #expect(limiter.admit("a", level: .info, now: 0) == 0)
    #expect(limiter.admit("a", level: .info, now: 0) == nil)
    #expect(limiter.admit("b", level: .info, now: 0) == 0)
    #expect(limiter.admit("a", level: .info, now: 200_000_000) == 1)
  }

  @Test("A count that no further line tells is told after a second, at its worst level")
  func overdue() {
    var limiter = LogLimiter(linesPerSecond: 5, burst: 1)
    _ = limiter.admit("a", level: .info, now: 0)
    _ = limiter.admit("a", level: .error, now: 1)
    _ = limiter.admit("a", level: .debug, now: 2)
    #expect(limiter.takeOverdue(now: 999_999_999).isEmpty)
    let overdue = limiter.takeOverdue(now: 1_000_000_001)
    #expect(overdue.map(\.name) == ["a"])
    #expect(overdue.map(\.count) == [2])
    #expect(overdue.map(\.level) == [.error])
    #expect(limiter.takeOverdue(now: 9_000_000_000).isEmpty)
  }

  @Test("Names without end share one allowance")
  func names() {
    var limiter = LogLimiter(linesPerSecond: 5, burst: 20)
    for index in 0..<(2 * LoggingLimits.eventNames) {
      _ = limiter.admit("event\(index)", level: .info, now: 0)
    }
    #expect(limiter.takeOverdue(now: 0, all: true).map(\.name) == ["other"])
  }
}

@Suite("Log")
struct LogTests {
  @Test("A file gets whole lines from many threads, below the level nothing")
  func threads() async throws {
    let folder = try TestFolder()
    let log = try Log(path: folder.path("log"), level: .info)
    await withTaskGroup(of: Void.self) { group in
      for thread in 0..<8 {
        group.addTask {
          for index in 0..<20 {
            log.info("thread.\(thread)", [.init("index", .number(index))])
            log.debug("thread.\(thread)", [.init("index", .number(index))])
          }
        }
      }
    }
    let lines = try folder.lines("log").dropLast()
    #expect(lines.count == 160)
    for line in lines {
      #expect((try? JSONSerialization.jsonObject(with: Data(line.utf8))) != nil, "\(line)")
    }
    #expect(log.counts == .init(written: 160, suppressed: 0, lost: 0))
  }

  @Test("A flood is cut, and the count is told at the end")
  func flood() throws {
    let folder = try TestFolder()
    let log = try Log(path: folder.path("log"))
    for index in 0..<500 { log.warning("feed.health", [.init("index", .number(index))]) }
    log.tick(all: true)
    let lines = try folder.lines("log").dropLast()
    let told = lines.compactMap { line -> Int? in
      let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return object?["suppressed"] as? Int
    }
    let written = lines.filter { $0.contains("\"index\"") }.count
    #expect(written >= 20 && written < 500)
    #expect(written + told.reduce(0, +) == 500)
  }

  @Test("After a rotation the new file is written")
  func rotation() throws {
    let folder = try TestFolder()
    let log = try Log(path: folder.path("log"))
    log.info("one")
    try FileManager.default.moveItem(atPath: folder.path("log"), toPath: folder.path("old"))
    log.info("two")
    try log.reopen()
    log.info("three")
    #expect(try folder.lines("old").dropLast().count == 2)
    #expect(try folder.lines("log").dropLast().count == 1)
  }

  @Test("A file that cannot be had is an error that names it")
  func missing() {
    #expect(throws: LogError.self) { try Log(path: "/nonexistent/log") }
    let error = #expect(throws: LogError.self) { try AuditLog(path: "/nonexistent/audit") }
    #expect(
      error?.description == "cannot open the audit log /nonexistent/audit: "
        + "No such file or directory")
  }
}

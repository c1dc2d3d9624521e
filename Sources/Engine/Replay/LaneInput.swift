internal import Foundation
internal import Journal
internal import Records
internal import Wire

public struct JournalFinding: Sendable { public var text = "" }

struct LaneInput: ~Copyable {
  var decoder = DBNDecoder()
  var buffer = ByteBuffer()
  var recordCount = 0
  var findings: [JournalFinding] = []
  var progress: (done: UInt64, total: UInt64) = (0, 0)
  var isFed = false
  let path: String
  init(paths: [String]) throws(JournalError) {
    path = paths[0]
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .system(call: "open", path: path, code: 2)
    }
    decoder.feed(data)
    progress.total = UInt64(data.count)
  }
  mutating func next() throws(JournalError) -> Bool {
    buffer.removeAll()
    recordCount = 0
    do throws(DBNError) {
      while recordCount < 10_000 {
        switch try decoder.next() {
        case .needMore: return recordCount > 0
        case .metadata: continue
        case .record, .unknown:
          buffer.append(decoder.record)
          recordCount += 1
        }
      }
    } catch { throw .damaged(path: path, block: nil, detail: "\(error)") }
    return true
  }
  var records: RawSpan { @_lifetime(borrow self) get { buffer.bytes } }
}

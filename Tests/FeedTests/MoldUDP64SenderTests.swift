import FeedKit
import Foundation
import TestSupport
import Testing
import Wire

@Suite struct MoldUDP64SenderTests {
  /// Datagrams of the published layout that a sender must reproduce byte for byte.
  @Test(.enabled(if: SharedFolder.isPresent)) func vectorsArePackedByteForByte() throws {
    let vectors = try MoldVector.load()
    #expect(vectors.count >= 7)
    for vector in vectors {
      let session = try #require(MoldUDP64SessionName(vector.session))
      var sender = MoldUDP64Sender(
        session: session, firstSequence: vector.sequence, maximumBytes: 1_472)
      var out = [UInt8](repeating: 0xEE, count: 1_500)
      let size = withRaw(writing: &out) { datagram -> Int in
        switch vector.kind {
        case "heartbeat": return sender.heartbeat(into: &datagram)
        case "end_of_session": return sender.endOfSession(into: &datagram)
        default:
          return withRaw(vector.frames) {
            sender.pack($0, from: 0, into: &datagram)?.byteCount ?? -1
          }
        }
      }
      #expect(Array(out.prefix(max(size, 0))) == vector.datagram, "\(vector.name)")
      #expect(sender.nextSequence == vector.nextSequence, "\(vector.name)")
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func nothingIsLostOrMovedByPacking(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let frames = randomFrames(&random, count: 400)
    let maximum = 64 + Int(random.next() % 1_400)
    let session = try #require(MoldUDP64SessionName("PACK"))
    var sender = MoldUDP64Sender(session: session, firstSequence: 7, maximumBytes: maximum)
    var blocks: [UInt8] = []
    var offset = 0
    var sequence: UInt64 = 7
    var out = [UInt8](repeating: 0, count: 70_000)
    while let packed = withRaw(
      writing: &out,
      { datagram in withRaw(frames) { sender.pack($0, from: offset, into: &datagram) } })
    {
      #expect(packed.firstSequence == sequence)
      #expect(packed.byteCount <= maximum || packed.messages == 1, "seed \(seed)")
      #expect(Array(out[0..<10]) == Array("PACK      ".utf8))
      #expect(out[18..<20].reduce(0) { $0 << 8 | Int($1) } == packed.messages)
      blocks += out[20..<packed.byteCount]
      sequence += UInt64(packed.messages)
      offset = packed.nextOffset
    }
    #expect(blocks == frames)
    #expect(sequence == 407)
  }

  @Test func frameThatIsCutIsNotSent() throws {
    let session = try #require(MoldUDP64SessionName("CUT"))
    var sender = MoldUDP64Sender(session: session)
    var out = [UInt8](repeating: 0, count: 1_500)
    for frames in [[], [0], [0, 3, 1, 2], [0xFF, 0xFF]] as [[UInt8]] {
      let packed = withRaw(writing: &out) { datagram in
        withRaw(frames) { sender.pack($0, from: 0, into: &datagram) }
      }
      #expect(packed == nil)
    }
    let packed = withRaw(writing: &out) { datagram in
      withRaw([0, 1, 65, 0, 9, 66]) { sender.pack($0, from: 0, into: &datagram) }
    }
    #expect(packed?.messages == 1)
    #expect(sender.nextSequence == 2)
  }

  @Test(arguments: ["", "12345678901", "tab\t", "é"])
  func sessionNamesThatDoNotFitAreRefused(text: String) {
    #expect(MoldUDP64SessionName(text) == nil)
  }
}

/// A vector of origin `made` that shows one datagram.
struct MoldVector {
  let name: String
  let kind: String
  let datagram: [UInt8]
  let session: String
  let sequence: UInt64
  let nextSequence: UInt64
  let frames: [UInt8]

  static func load() throws -> [MoldVector] {
    let root = try JSONSerialization.jsonObject(
      with: SharedFolder.data("vectors/moldudp64.json"))
    let list = (root as? [String: Any])?["vectors"] as? [[String: Any]] ?? []
    return list.compactMap { MoldVector($0) }
  }

  private init?(_ row: [String: Any]) {
    guard let name = row["name"] as? String, let expected = row["expected"] as? [String: Any],
      let kind = expected["kind"] as? String, let hex = row["hex"] as? String,
      let datagram = bytes(hex: hex), let session = expected["session"] as? String,
      let sequence = expected["sequence"] as? NSNumber,
      let next = expected["next_sequence"] as? NSNumber,
      let messages = expected["messages_hex"] as? [String]
    else { return nil }
    self.name = name
    self.kind = kind
    self.datagram = datagram
    self.session = session
    self.sequence = sequence.uint64Value
    nextSequence = next.uint64Value
    frames = messages.flatMap { text in
      let message = bytes(hex: text) ?? []
      return [UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message
    }
  }
}

/// Frames of random content; lengths are mostly small, sometimes 0 or over a kilobyte.
func randomFrames(_ random: inout SeededGenerator, count: Int) -> [UInt8] {
  var frames: [UInt8] = []
  for _ in 0..<count {
    let length: Int =
      switch random.next() % 20 {
      case 0: 0
      case 1: Int(random.next() % 1_600)
      default: Int(random.next() % 52)
      }
    frames += [UInt8(length >> 8), UInt8(length & 0xFF)]
    for _ in 0..<length { frames.append(UInt8(truncatingIfNeeded: random.next())) }
  }
  return frames
}

import Gzip
import TestSupport
import Testing

@Suite struct GzipInflaterTests {
  /// Inflates with pieces of the given sizes; what came out, and the error at its end.
  static func inflate(
    _ input: [UInt8], inputBytes: Int, outputBytes: Int
  ) throws -> (bytes: [UInt8], error: GzipError?) {
    var inflater = try GzipInflater()
    var result: [UInt8] = []
    var output = [UInt8](repeating: 0, count: outputBytes)
    var position = 0
    do throws(GzipError) {
      while true {
        let end = min(input.count, position + inputBytes)
        let piece = Array(input[position..<end])
        var room = output.mutableSpan
        // Safety: bytes have no invalid bit patterns.
        var raw = unsafe room.mutableBytes
        let step = try inflater.inflate(piece.rawSpan, into: &raw)
        position += step.consumed
        result += output[..<step.produced]
        if step.produced == 0, position == input.count { break }
      }
      try inflater.finish()
      return (result, nil)
    } catch {
      return (result, error)
    }
  }

  static let plain = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7) }
  static let members =
    gzipMember(Array(plain[..<100])) + gzipMember([])
    + gzipMember(Array(plain[100...]), blockBytes: 64)

  @Test(arguments: [1, 2, 7, 1_000], [1, 3, 64, 1_000])
  func membersJoinWhateverThePieces(_ inputBytes: Int, _ outputBytes: Int) throws {
    let found = try Self.inflate(
      Self.members, inputBytes: inputBytes, outputBytes: outputBytes)
    #expect(found.bytes == Self.plain)
    #expect(found.error == nil)
  }

  @Test func zeroPaddingBehindTheLastMemberIsSkipped() throws {
    let found = try Self.inflate(
      Self.members + Array(repeating: 0, count: 512), inputBytes: 100, outputBytes: 64)
    #expect(found.bytes == Self.plain)
    #expect(found.error == nil)
  }

  @Test func otherBytesBehindTheLastMemberAreAnError() throws {
    let found = try Self.inflate(Self.members + [9, 9], inputBytes: 1_000, outputBytes: 1_000)
    #expect(found.bytes == Self.plain)
    #expect(found.error == .trailingBytes(offset: Self.members.count))
  }

  @Test func everyCutIsNoticedAndGivesAPrefix() throws {
    let boundaries = [
      gzipMember(Array(Self.plain[..<100])).count,
      gzipMember(Array(Self.plain[..<100])).count + gzipMember([]).count,
    ]
    for count in 1..<Self.members.count where !boundaries.contains(count) {
      let found = try Self.inflate(
        Array(Self.members.prefix(count)), inputBytes: 1_000, outputBytes: 1_000)
      #expect(Self.plain.starts(with: found.bytes))
      guard case .truncated(_, let offset) = found.error else {
        Issue.record("\(count) bytes: \(String(describing: found.error))")
        continue
      }
      #expect(offset == count)
    }
  }

  /// A changed byte is noticed by the header, the block lengths, the checksum or the size. Only
  /// flags, time, and system of the header may change unnoticed.
  @Test func changedBytesAreNoticed() throws {
    let member = gzipMember(Self.plain)
    for index in member.indices where !(3...9).contains(index) {
      var changed = member
      changed[index] ^= 0x04
      let found = try Self.inflate(changed, inputBytes: 1_000, outputBytes: 1_000)
      #expect(found.error != nil, "byte \(index)")
    }
  }

  @Test func magicDecides() {
    let heads: [[UInt8]] = [
      [0x1F, 0x8B, 8, 0], [0x1F, 0x8B, 7], [0x1F, 0x8B], [], [0xD4, 0xC3, 0xB2],
    ]
    let found = heads.map { head in GzipInflater.isGzip(head.rawSpan) }
    #expect(found == [true, false, false, false, false])
  }
}

internal import Wire

/// Looks at a part of a stream and says which way of compressing it is worth its time.
@safe struct StreamProbe: ~Copyable {
  /// What a stream is like.
  enum Finding {
    /// Noise: neither repetitions nor preferred bytes.
    case noise
    /// Some bytes are more frequent than others, and little repeats.
    case skewed
    /// Sequences repeat.
    case repetitive
  }

  /// Streams shorter than this are not worth a look.
  static var leastBytes: Int { 4096 }

  private var counts = ByteBuffer(capacity: 256 * 4)
  private var places = ByteBuffer(capacity: 2 * 1024)

  init() {}

  /// For a coder with matches and with entropy coding: what it would gain from matches beyond what
  /// entropy coding alone gains.
  mutating func look(_ stream: RawSpan) -> Finding {
    let sample = Self.sample(of: stream)
    let bits = entropy(sample)
    let length = Double(sample.byteCount)
    // Huffman codes have at least one bit.
    let coded = max(bits, length)
    // A match costs about 20 bits; it has to save a tenth of the whole to be worth the search.
    let matched = matches(sample, least: 6)
    let gain = Double(matched.bytes) * coded / length - Double(matched.count) * 20
    if gain > coded / 10 { return .repetitive }
    return bits > length * 7.8 ? .noise : .skewed
  }

  /// For LZ4, which knows nothing but matches: whether they save a twelfth.
  mutating func hasMatches(_ stream: RawSpan) -> Bool {
    let sample = Self.sample(of: stream)
    let matched = matches(sample, least: 4)
    return (matched.bytes - matched.count * 3) * 12 > sample.byteCount
  }

  /// The middle of a stream.
  @_lifetime(copy stream)
  private static func sample(of stream: RawSpan) -> RawSpan {
    let wanted = min(stream.byteCount, stream.byteCount >= 1 << 16 ? 4096 : 1024)
    let start = (stream.byteCount - wanted) / 2
    return stream.extracting(start..<start + wanted)
  }

  /// Bits of the sample were each byte coded by its frequency, corrected for the sample's size.
  private mutating func entropy(_ sample: RawSpan) -> Double {
    counts.removeAll()
    counts.append(repeating: 0, count: 256 * 4)
    // Safety: 256 counters; a byte is an index below that.
    let table = unsafe counts.base.assumingMemoryBound(to: UInt32.self)
    for index in 0..<sample.byteCount {
      unsafe table[Int(sample.uncheckedByte(at: index))] &+= 1
    }
    var bits = Double(sample.byteCount) * Self.log2(UInt32(sample.byteCount))
    var distinct = 0
    for byte in 0..<256 {
      let count = unsafe table[byte]
      guard count > 0 else { continue }
      bits -= Double(count) * Self.log2(count)
      distinct += 1
    }
    // Miller and Madow: (symbols - 1) / (2 ln 2) bits are missing in a finite sample.
    return bits + Double(distinct - 1) * 0.72
  }

  /// The logarithm, too small by 0.09 at most: linear between powers of two.
  @inline(__always)
  private static func log2(_ value: UInt32) -> Double {
    let whole = 31 - value.leadingZeroBitCount
    return Double(whole) + Double(value) / Double(UInt32(1) << UInt32(whole)) - 1
  }

  /// Bytes in sequences of at least `least` bytes (at most 8) that came before, and their number.
  private mutating func matches(_ sample: RawSpan, least: Int) -> (bytes: Int, count: Int) {
    places.removeAll()
    places.append(repeating: 0, count: 2 * 1024)
    // Safety: 1024 places; a hash has ten bits.
    let table = unsafe places.base.assumingMemoryBound(to: UInt16.self)
    let mask = UInt64.max >> UInt64(64 - least * 8)
    let end = sample.byteCount - 8
    var bytes = 0
    var count = 0
    var index = 0
    while index < end {
      let word = sample.uncheckedLE(UInt64.self, at: index)
      let hash = Int(((word & mask) &* 0x9E37_79B9_7F4A_7C15) &>> 54)
      let before = unsafe Int(table[hash])
      unsafe table[hash] = UInt16(truncatingIfNeeded: index + 1)
      guard before > 0, (sample.uncheckedLE(UInt64.self, at: before - 1) ^ word) & mask == 0 else {
        index += 1
        continue
      }
      var length = least
      while index + length < sample.byteCount,
        sample.uncheckedByte(at: before - 1 + length) == sample.uncheckedByte(at: index + length)
      {
        length += 1
      }
      bytes += length
      count += 1
      index += length
    }
    return (bytes, count)
  }
}

/// One gzip member of stored blocks (RFC 1951, 3.2.4), for tests that need no real compression.
func gzipMember(_ plain: [UInt8], blockBytes: Int = 60_000) -> [UInt8] {
  var output: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
  var start = 0
  repeat {
    let count = min(blockBytes, plain.count - start)
    output.append(start + count == plain.count ? 1 : 0)
    for value in [UInt16(count), ~UInt16(count)] {
      output += [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)]
    }
    output += plain[start..<(start + count)]
    start += count
  } while start < plain.count
  for value in [crc32(plain), UInt32(truncatingIfNeeded: plain.count)] {
    for shift in stride(from: 0, to: 32, by: 8) { output.append(UInt8(value >> shift & 255)) }
  }
  return output
}

/// CRC-32 as RFC 1952, section 8, has it.
private func crc32(_ bytes: [UInt8]) -> UInt32 {
  let table = (0..<256 as Range<UInt32>).map { index in
    (0..<8).reduce(index) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
  var sum: UInt32 = .max
  for byte in bytes { sum = sum >> 8 ^ table[Int(sum & 255 ^ UInt32(byte))] }
  return ~sum
}

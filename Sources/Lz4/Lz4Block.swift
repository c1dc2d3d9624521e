internal import CLZ4
public import Wire

/// Bare LZ4 blocks: no frame, no size, no check; whoever stores them keeps the two sizes.
public enum Lz4Block {
  /// Most bytes that LZ4 takes at once.
  public static var largestInput: Int { 0x7E00_0000 }

  /// Appends `input` compressed and gives the bytes added; a higher `acceleration` is faster and
  /// larger. At most `largestInput` bytes.
  public static func append(
    _ input: RawSpan, acceleration: Int = 1, to output: inout ByteBuffer
  ) -> Int {
    precondition(input.byteCount <= largestInput, "one LZ4 block")
    let bound = Int(LZ4_compressBound(Int32(input.byteCount)))
    output.reserve(output.count + bound)
    // Safety: the target has the bound's bytes behind `count`; the library reads `input` only.
    let written = unsafe input.withUnsafeBytes { source in
      unsafe LZ4_compress_fast(
        source.baseAddress?.assumingMemoryBound(to: CChar.self),
        (output.base + output.count).assumingMemoryBound(to: CChar.self), Int32(source.count),
        Int32(bound), Int32(clamping: acceleration))
    }
    unsafe output.setCount(output.count + Int(written))
    return Int(written)
  }

  /// Appends what the block `input` holds: exactly `rawBytes` bytes, or it throws and appends
  /// nothing.
  public static func appendContent(
    of input: RawSpan, rawBytes: Int, to output: inout ByteBuffer
  ) throws(Lz4Error) {
    guard rawBytes <= largestInput, input.byteCount <= Int(Int32.max) else {
      throw .refused("a block of \(rawBytes) bytes is too large")
    }
    output.reserve(output.count + rawBytes)
    // Safety: the library writes at most `rawBytes` bytes into room for as many, and checks every
    // length that it reads from `input`.
    let made = unsafe input.withUnsafeBytes { source in
      unsafe LZ4_decompress_safe(
        source.baseAddress?.assumingMemoryBound(to: CChar.self),
        (output.base + output.count).assumingMemoryBound(to: CChar.self), Int32(source.count),
        Int32(rawBytes))
    }
    guard Int(made) == rawBytes else {
      throw .refused("the block does not hold \(rawBytes) bytes")
    }
    unsafe output.setCount(output.count + rawBytes)
  }
}

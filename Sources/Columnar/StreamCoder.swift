internal import CMillrace
internal import Lz4
internal import Wire
internal import Zstd

/// Compresses streams one by one. One thread at a time.
struct StreamCompressor: ~Copyable {
  let coder: ColumnarCoder
  /// The block's streams so far.
  private(set) var entries: [StreamEntry] = []
  private var zstd: ZstdCompressor?
  /// For short streams: one context for all would give its memory back and take it again.
  private var shortZstd: ZstdCompressor?
  private var entropy: ZstdCompressor?
  private var probe = StreamProbe()

  init(_ coder: ColumnarCoder) throws(ColumnarError) {
    self.coder = coder
    entries.reserveCapacity(1024)
    if case .zstd(let level) = coder {
      zstd = try Self.makeZstd(level)
      shortZstd = try Self.makeZstd(level)
      entropy = try Self.makeEntropy()
    } else {
      zstd = nil
      shortZstd = nil
      entropy = nil
    }
  }

  private static func makeZstd(_ level: Int) throws(ColumnarError) -> ZstdCompressor {
    do throws(ZstdError) {
      return try ZstdCompressor(level: level, checksum: false)
    } catch {
      throw ColumnarError(error)
    }
  }

  private static func makeEntropy() throws(ColumnarError) -> ZstdCompressor {
    do throws(ZstdError) {
      return try ZstdCompressor.ofLiterals()
    } catch {
      throw ColumnarError(error)
    }
  }

  /// Forgets the streams of the block before.
  mutating func begin() { entries.removeAll(keepingCapacity: true) }

  /// Appends a stream as stored, and its entry to the block's.
  mutating func add(_ stream: RawSpan, to output: inout ByteBuffer) throws(ColumnarError) {
    entries.append(try append(stream, to: &output))
  }

  /// The same for bytes that were written into a buffer.
  mutating func add(
    _ buffer: borrowing ByteBuffer, _ range: Range<Int>, to output: inout ByteBuffer
  ) throws(ColumnarError) {
    entries.append(try append(buffer.written(range), to: &output))
  }

  /// Appends a stream as stored and says how; one whose bytes are all the same takes no room.
  private mutating func append(
    _ stream: RawSpan, to output: inout ByteBuffer
  ) throws(ColumnarError) -> StreamEntry {
    if let value = stream.constantByte {
      return StreamEntry(coder: StreamForm.constant, value: value, reserved: 0, stored_bytes: 0)
    }
    let start = output.count
    let form = try compress(stream, to: &output)
    var stored = output.count - start
    if form == StreamForm.raw || stored >= stream.byteCount {
      // Safety: back to where the buffer stood.
      unsafe output.setCount(start)
      output.append(stream)
      stored = stream.byteCount
      return StreamEntry(
        coder: StreamForm.raw, value: 0, reserved: 0, stored_bytes: UInt32(stored))
    }
    return StreamEntry(coder: form, value: 0, reserved: 0, stored_bytes: UInt32(stored))
  }

  /// Appends the stream compressed, or nothing; the form it then has.
  private mutating func compress(
    _ stream: RawSpan, to output: inout ByteBuffer
  ) throws(ColumnarError) -> UInt8 {
    let isProbed = stream.byteCount >= StreamProbe.leastBytes
    switch coder {
    case .none: return StreamForm.raw
    case .lz4(let acceleration):
      if isProbed, !probe.hasMatches(stream) { return StreamForm.raw }
      _ = Lz4Block.append(stream, acceleration: acceleration, to: &output)
      return StreamForm.lz4
    case .zstd:
      let finding = isProbed ? probe.look(stream) : .repetitive
      if finding == .noise { return StreamForm.raw }
      do throws(ZstdError) {
        if finding == .skewed {
          try entropy?.appendFrame(stream, to: &output)
        } else if !isProbed {
          try shortZstd?.appendFrame(stream, to: &output)
        } else {
          try zstd?.appendFrame(stream, to: &output)
        }
      } catch {
        throw ColumnarError(error)
      }
      return StreamForm.zstd
    }
  }
}

/// Reads streams one by one. One thread at a time.
struct StreamDecompressor: ~Copyable {
  private var zstd: ZstdFrameDecompressor

  init() throws(ColumnarError) { zstd = try Self.makeZstd() }

  private static func makeZstd() throws(ColumnarError) -> ZstdFrameDecompressor {
    do throws(ZstdError) {
      return try ZstdFrameDecompressor(checksChecksum: false)
    } catch {
      throw ColumnarError(error)
    }
  }

  /// Appends the `rawBytes` bytes of a stream, or throws and appends nothing.
  mutating func append(
    _ entry: StreamEntry, stored: RawSpan, rawBytes: Int, to output: inout ByteBuffer
  ) throws(ColumnarError) {
    switch entry.coder {
    case StreamForm.raw:
      guard stored.byteCount == rawBytes else { throw .damaged("a stream's size") }
      output.append(stored)
    case StreamForm.lz4:
      do throws(Lz4Error) {
        try Lz4Block.appendContent(of: stored, rawBytes: rawBytes, to: &output)
      } catch {
        throw ColumnarError(error)
      }
    case StreamForm.zstd:
      do throws(ZstdError) {
        try zstd.appendContent(of: stored, rawBytes: rawBytes, to: &output)
      } catch {
        throw ColumnarError(error)
      }
    case StreamForm.constant:
      guard stored.byteCount == 0 else { throw .damaged("a constant stream's size") }
      output.append(repeating: entry.value, count: rawBytes)
    default: throw .damaged("no such form of a stream: \(entry.coder)")
    }
  }
}

internal import CLinux

/// Length-framed messages to lane lines by one byte permutation a message (AVX-512 VBMI).
///
/// A feed describes its frequent message types as `Template`s; the permuter turns runs of them into
/// records of one line in the lanes and stops at whatever it has no template for, which the feed's
/// scalar decoder then takes. Owned by one reader thread.
@safe public struct FramePermuter: ~Copyable {
  /// Where each byte of a record comes from. Offsets count from the message's first byte.
  public struct Template: Sendable {
    /// Length of the message in bytes, at most 60; another length is left to the scalar decoder.
    public var messageBytes: Int
    var pick: [Source] = Array(repeating: .constant(0), count: LineWord.payloadBytes)
    /// Whether the side letter decides byte 39 and must be 'B' or 'S'.
    public var isSided = false
    /// Whether bytes 24..<28 hold a price, to be multiplied into bytes 24..<32.
    public var isPriced = false
    /// Whether the message names two ids that must agree in their upper 32 bits.
    public var isReplace = false

    enum Source: Sendable {
      case message(Int)
      case constant(UInt8)
    }

    public init(messageBytes: Int) { self.messageBytes = messageBytes }

    /// A big-endian field of the message as a little-endian field of the record.
    public mutating func field(at record: Int, from message: Int, count: Int) {
      for index in 0..<count { pick[record + index] = .message(message + count - 1 - index) }
    }

    /// Fixed bytes of the record.
    public mutating func bytes(at record: Int, _ values: [UInt8]) {
      for (index, value) in values.enumerated() { pick[record + index] = .constant(value) }
    }
  }

  /// What the permuter must know of the protocol beside the templates. Offsets in the message.
  public struct Shape: Sendable {
    public var sideAt: Int
    public var olderIDAt: Int
    public var newerIDAt: Int
    /// Factor of the prices.
    public var priceFactor: UInt32

    public init(sideAt: Int, olderIDAt: Int, newerIDAt: Int, priceFactor: UInt32) {
      self.sideAt = sideAt
      self.olderIDAt = olderIDAt
      self.newerIDAt = newerIDAt
      self.priceFactor = priceFactor
    }
  }

  private let rows: UnsafeMutablePointer<ml_permute_row>
  private let run: UnsafeMutablePointer<ml_permute_run>
  private let shardOf: UnsafeMutablePointer<UInt8>
  private let shards: Int

  /// Bytes of a frame's length field, which the kernel counts from.
  private static var prefixBytes: Int { 2 }
  private static var rowCount: Int { 1024 }
  private static var sideByte: Int { 39 }

  /// Whether this machine has the instructions.
  public static var isAvailable: Bool { ml_cpu_has_vbmi() }

  /// `templates` by message type. Nil where the machine lacks the instructions, or the templates
  /// need more than 64 different constant bytes.
  public init?(templates: [UInt8: Template], shape: Shape, shards: Int) {
    guard Self.isAvailable else { return nil }
    var constants: [UInt8] = []
    func index(of value: UInt8) -> UInt8 {
      if let known = constants.firstIndex(of: value) { return UInt8(64 + known) }
      constants.append(value)
      return UInt8(truncatingIfNeeded: 63 + constants.count)
    }
    var filled: [ml_permute_row] = Array(repeating: ml_permute_row(), count: Self.rowCount)
    for row in 0..<Self.rowCount { filled[row].length = UInt64.max }
    for (type, template) in templates {
      for side in 0..<3 {
        var row = ml_permute_row()
        row.length = template.isSided && side == 2 ? UInt64.max : UInt64(template.messageBytes)
        row.multiply = template.isPriced ? 1 << 3 : 0
        row.pair = template.isReplace ? UInt64.max : 0
        // Safety: `pick` is 64 bytes; the template fills 56 and the word's 8 come from `common`.
        unsafe withUnsafeMutableBytes(of: &row.pick) { pick in
          for byte in 0..<LineWord.lineBytes {
            guard byte < LineWord.payloadBytes else {
              unsafe pick[byte] = index(of: 0)
              continue
            }
            switch template.pick[byte] {
            case .message(let offset): unsafe pick[byte] = UInt8(offset + Self.prefixBytes)
            case .constant(let value): unsafe pick[byte] = index(of: value)
            }
          }
          if template.isSided {
            unsafe pick[Self.sideByte] = index(of: UInt8(ascii: side == 0 ? "B" : "A"))
          }
        }
        filled[4 * Int(type) + side] = row
      }
    }
    guard constants.count <= 64 else { return nil }
    self.shards = shards
    // Safety: three allocations, each initialised over its whole length here.
    unsafe rows = UnsafeMutableRawPointer.allocate(
      byteCount: Self.rowCount * MemoryLayout<ml_permute_row>.stride, alignment: 64
    ).bindMemory(to: ml_permute_row.self, capacity: Self.rowCount)
    unsafe rows.initialize(from: filled, count: Self.rowCount)
    unsafe run = UnsafeMutableRawPointer.allocate(
      byteCount: MemoryLayout<ml_permute_run>.stride, alignment: 64
    ).bindMemory(to: ml_permute_run.self, capacity: 1)
    unsafe run.initialize(to: ml_permute_run())
    unsafe shardOf = .allocate(capacity: 65_536)
    for instrument in 0..<65_536 {
      let shard = ShardMap.shard(instrument: UInt32(instrument), shards: shards)
      unsafe shardOf.advanced(by: instrument).initialize(to: UInt8(shard))
    }
    fillRun(constants: constants, shape: shape)
  }

  private func fillRun(constants: [UInt8], shape: Shape) {
    unsafe run.pointee.multiplier = shape.priceFactor
    unsafe run.pointee.side_at = UInt16(shape.sideAt + Self.prefixBytes)
    unsafe run.pointee.older_at = UInt16(shape.olderIDAt + Self.prefixBytes)
    unsafe run.pointee.newer_at = UInt16(shape.newerIDAt + Self.prefixBytes)
    // Safety: the C arrays have 64, 256 and 8 entries.
    unsafe withUnsafeMutableBytes(of: &run.pointee.constants) {
      unsafe $0.copyBytes(from: constants)
    }
    unsafe withUnsafeMutableBytes(of: &run.pointee.side_class) { classes in
      for index in 0..<256 { unsafe classes[index] = 2 }
      unsafe classes[Int(UInt8(ascii: "B"))] = 0
      unsafe classes[Int(UInt8(ascii: "S"))] = 1
    }
    // The sequence is the upper half of word 6 (MBO, bytes 52..<56) and counts messages.
    unsafe run.pointee.step.6 = 1 << 32
  }

  deinit {
    unsafe rows.deallocate()
    unsafe run.deallocate()
    unsafe shardOf.deallocate()
  }

  /// What one call has done.
  public struct Progress {
    /// Offset of the first frame that was not decoded.
    public var offset: Int
    /// Messages decoded, each to one record.
    public var messages: Int
  }

  /// Decodes the frames of `bytes[start ..< end]` into `lanes` until one must be left to the
  /// caller, a lane is full, `limit` is reached, or fewer than 64 bytes are left.
  ///
  /// - Parameters:
  ///   - sequence: of the first message; consecutive from there.
  ///   - eventBase: added to the 48-bit event times, ns.
  ///   - tsRecv: of all these records, ns since the Unix epoch.
  @inline(__always)
  public mutating func decode(
    _ bytes: RawSpan, from start: Int, to end: Int, limit: Int, sequence: UInt32,
    eventBase: UInt64, tsRecv: UInt64, into lanes: inout LaneWriter
  ) -> Progress {
    assert(lanes.shards == shards && start <= end && end <= bytes.byteCount)
    unsafe run.pointee.common = (0, eventBase, 0, 0, 0, tsRecv, UInt64(sequence) << 32, 0)
    unsafe run.pointee.at = start
    unsafe run.pointee.end = end
    unsafe run.pointee.limit = UInt64(limit)
    unsafe run.pointee.frames = 0
    unsafe run.pointee.one_store = lanes.wide ? 1 : 0
    // Safety: the kernel reads inside `bytes[start ..< end]` and writes lines that the cursors
    // allow.
    unsafe bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      unsafe ml_permute_frames(
        base.assumingMemoryBound(to: UInt8.self), run, rows, lanes.cursors,
        shards == 1 ? nil : shardOf)
    }
    return unsafe Progress(offset: run.pointee.at, messages: Int(run.pointee.frames))
  }
}

import Wire

/// What a capture says about one interface: how its packets begin and how its clock counts.
@usableFromInline
internal struct CaptureInterface: Equatable, Sendable {
  @usableFromInline let link: LinkType
  /// Longest captured length; 0 means no limit.
  @usableFromInline let snapshotLength: UInt32
  @usableFromInline let clock: CaptureClock

  @inlinable
  init(link: LinkType, snapshotLength: UInt32, clock: CaptureClock) {
    self.link = link
    self.snapshotLength = snapshotLength
    self.clock = clock
  }
}

/// Turns a capture's clock units into nanoseconds: units / divisor * multiplier >> shift + offset.
///
/// pcapng `if_tsresol` (draft-ietf-opsawg-pcapng, section 4.2) is 10^-n or, with the top bit set,
/// 2^-n seconds, n = 0 ... 127. Times that do not fit are held at the nearest value that does.
@usableFromInline
internal struct CaptureClock: Equatable, Sendable {
  @usableFromInline let multiplier: UInt64
  @usableFromInline let divisor: UInt64
  @usableFromInline let shift: UInt8
  @usableFromInline let offsetNanos: Int128

  /// - Parameters:
  ///   - resolution: the byte of `if_tsresol`; 6 (microseconds) where it is absent.
  ///   - offsetSeconds: `if_tsoffset`, to be added to every time.
  init(resolution: UInt8, offsetSeconds: Int64) {
    let exponent = resolution & 0x7F
    var multiplier: UInt64 = 1_000_000_000
    var divisor: UInt64 = 1
    var shift: UInt8 = 0
    if resolution & 0x80 != 0 {
      shift = exponent
    } else {
      for _ in 0..<min(exponent, 9) { multiplier /= 10 }
      // 10^19 is the largest power in 64 bits; finer clocks wrap within two seconds and mean
      // nothing.
      for _ in 9..<min(max(exponent, 9), 28) { divisor *= 10 }
    }
    self.multiplier = multiplier
    self.divisor = divisor
    self.shift = shift
    offsetNanos = Int128(offsetSeconds) * 1_000_000_000
  }

  @usableFromInline static var micros: Self { Self(resolution: 6, offsetSeconds: 0) }

  @inlinable @inline(__always)
  func nanos(_ units: UInt64) -> UInt64 {
    if divisor == 1, shift == 0, offsetNanos == 0 {
      let (product, overflow) = units.multipliedReportingOverflow(by: multiplier)
      return overflow ? .max : product
    }
    return slowNanos(units)
  }

  @usableFromInline
  func slowNanos(_ units: UInt64) -> UInt64 {
    let product = Int128(units / divisor) * Int128(multiplier)
    return UInt64(clamping: (product >> Int128(shift)) + offsetNanos)
  }
}

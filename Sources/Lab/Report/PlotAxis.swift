internal import Glibc

/// A mark on an axis.
struct PlotTick: Equatable {
  let value: Double
  /// What stands beside it; empty for a line without a number.
  let label: String
}

/// Where values lie along one side of a plot, in units of the drawing. Every position is a number
/// inside the plot: what lies outside is held at the edge.
struct PlotAxis {
  let isLogarithmic: Bool
  let low: Double
  let high: Double
  let start: Double
  let end: Double
  let ticks: [PlotTick]

  func position(_ value: Double) -> Double {
    let share: Double
    if isLogarithmic {
      share = (log10(max(value, low)) - log10(low)) / (log10(high) - log10(low))
    } else {
      share = (value - low) / (high - low)
    }
    guard share.isFinite else { return value == .infinity ? end : start }
    return start + min(max(share, 0), 1) * (end - start)
  }

  /// A logarithmic axis over the positive ones of the values, between steps of 1, 2 or 5.
  ///
  /// - Parameter spacing: the least distance of two labels, in units of the drawing.
  static func logarithmic(
    _ values: [Double], from start: Double, to end: Double, spacing: Double,
    label: (Double) -> String
  ) -> PlotAxis {
    let positive = values.filter { $0.isFinite && $0 > 0 }
    let least = max(positive.min() ?? 1, 1)
    let most = max(positive.max() ?? 1_000, least)
    let low = stepBelow(least)
    var high = stepAbove(most)
    if high < low * 10 { high = stepAbove(low * 9.99) }
    let room = max(2, Int(abs(end - start) / spacing))
    return PlotAxis(
      isLogarithmic: true, low: low, high: high, start: start, end: end,
      ticks: logarithmicTicks(low, high, room: room, label: label))
  }

  private static func logarithmicTicks(
    _ low: Double, _ high: Double, room: Int, label: (Double) -> String
  ) -> [PlotTick] {
    let first = Int(floor(log10(low) + 1e-9))
    let last = Int(ceil(log10(high) - 1e-9))
    let decades = max(1, last - first)
    let hasSteps = decades * 3 <= room
    let stride = max(1, (decades + room - 1) / room)
    var ticks: [PlotTick] = []
    for exponent in first...last {
      for step in [1.0, 2, 5] {
        let value = step * pow(10, Double(exponent))
        guard value >= low * 0.999, value <= high * 1.001 else { continue }
        let isLabelled = hasSteps || (step == 1 && (exponent - first) % stride == 0)
        guard isLabelled || decades <= 6 else { continue }
        ticks.append(PlotTick(value: value, label: isLabelled ? label(value) : ""))
      }
    }
    return ticks
  }

  /// A linear axis from zero to a round number above `most`.
  static func linear(
    upTo most: Double, from start: Double, to end: Double, spacing: Double,
    isExact: Bool = false, label: (Double) -> String
  ) -> PlotAxis {
    let most = most.isFinite && most > 0 ? most : 1
    let room = max(2, abs(end - start) / spacing)
    let step = stepAbove(most / room)
    let high = isExact ? most : ceil(most / step - 1e-9) * step
    var ticks: [PlotTick] = []
    var index = 0.0
    while index * step <= high * 1.000_001, ticks.count < 100 {
      ticks.append(PlotTick(value: index * step, label: label(index * step)))
      index += 1
    }
    return PlotAxis(
      isLogarithmic: false, low: 0, high: high, start: start, end: end, ticks: ticks)
  }

  /// The next of 1, 2, 5, 10, … that is not below the value.
  static func stepAbove(_ value: Double) -> Double {
    let decade = pow(10, floor(log10(value)))
    for step in [1.0, 2, 5] where step * decade >= value * 0.999_999 { return step * decade }
    return 10 * decade
  }

  /// The next of 1, 2, 5, 10, … that is not above the value.
  static func stepBelow(_ value: Double) -> Double {
    let decade = pow(10, floor(log10(value)))
    for step in [5.0, 2] where step * decade <= value * 1.000_001 { return step * decade }
    return decade
  }
}

/// The axis of percentiles as HDR plots have it: every further nine takes as much room.
enum PercentileScale {
  /// Nines of a percentile: 0 → 0, 90 → 1, 99 → 2. The hundredth lies at the end, `most`.
  static func nines(_ percentile: Double, most: Double) -> Double {
    guard percentile.isFinite, percentile > 0 else { return 0 }
    guard percentile < 100 else { return most }
    return min(-log10((100 - percentile) / 100), most)
  }

  /// - Parameter nines: where the axis ends, which is where the hundredth percentile lies.
  static func axis(nines: Double, from start: Double, to end: Double) -> PlotAxis {
    var marks = [(0.0, ""), (-log10(0.5), "50"), (1, "90"), (2, "99")]
    for nine in 3...12 {
      marks.append((Double(nine), "99." + String(repeating: "9", count: nine - 2)))
    }
    var ticks: [PlotTick] = [PlotTick(value: nines, label: "max")]
    var taken = -Double.infinity
    for (nine, text) in marks where nine <= nines + 1e-9 {
      let place = start + nine / nines * (end - start)
      let half = Double(text.utf8.count) * 3.9 + 3
      let isFree = place - half > taken && place + half < end - 16
      ticks.append(PlotTick(value: nine, label: isFree ? text : ""))
      if isFree { taken = place + half }
    }
    return PlotAxis(
      isLogarithmic: false, low: 0, high: nines, start: start, end: end, ticks: ticks)
  }
}

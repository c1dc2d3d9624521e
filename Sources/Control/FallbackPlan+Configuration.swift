public import Config
public import Engine
internal import Sessions

extension FallbackPlan {
  /// The rules of a configuration; nil where it has none.
  ///
  /// An instrument that stands under `fallback` and under `divergence` gets one rule, whose sources
  /// are those of `fallback`; one that stands under `divergence` alone is compared only.
  ///
  /// - Parameters:
  ///   - instrumentID: the id of a canonical symbol; nil leaves its rules out.
  ///   - tickSize: the smallest price step of a canonical symbol, in units of 1e-9.
  public init?(
    _ configuration: Configuration, instrumentID: (String) -> UInt32?,
    tickSize: (String) -> Int64
  ) {
    var rules: [Rule] = []
    var places: [UInt32: Int] = [:]
    for settings in configuration.fallbacks {
      var policy = FallbackPolicy()
      policy.takeOverNanos = settings.takeOverNanos
      policy.returnNanos = settings.returnNanos
      for symbol in settings.instruments {
        guard let id = instrumentID(symbol), places[id] == nil else { continue }
        places[id] = rules.count
        rules.append(Rule(instrument: id, sources: settings.sources, policy: policy))
      }
    }
    for settings in configuration.divergences {
      for symbol in settings.instruments {
        guard let id = instrumentID(symbol) else { continue }
        let divergence = DivergencePolicy(
          tickSize: tickSize(symbol), ticks: Int64(settings.ticks),
          holdNanos: UInt64(max(settings.seconds, 0)) * 1_000_000_000)
        if let place = places[id] {
          rules[place].divergence = divergence
        } else {
          var rule = Rule(instrument: id, sources: settings.sources, divergence: divergence)
          rule.isComparedOnly = true
          places[id] = rules.count
          rules.append(rule)
        }
      }
    }
    if rules.isEmpty { return nil }
    self.init(rules: rules)
  }
}

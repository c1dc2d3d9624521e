/// Record layouts that only DBN version 1 has; all others are those of version 3.
public enum V1 {}

/// Record layouts that only DBN version 2 has; its gateway records are those of version 3.
public enum V2 {
  /// One statistic: version 2 kept the layout of version 1.
  public typealias StatisticsMessage = V1.StatisticsMessage
}

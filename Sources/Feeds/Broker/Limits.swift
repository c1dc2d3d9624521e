/// Limits of the brokers' feeds, by name.
enum BrokerLimits {}

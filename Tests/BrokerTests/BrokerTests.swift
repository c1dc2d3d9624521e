import Testing

@Suite("Broker")
struct BrokerTests {}

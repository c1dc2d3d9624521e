import Testing

@Suite("Config")
struct ConfigTests {}

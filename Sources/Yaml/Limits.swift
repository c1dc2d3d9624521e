/// Limits of this module, by name.
enum YamlLimits {}

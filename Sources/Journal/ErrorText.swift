internal import Glibc

/// The text of an `errno` value.
func errorText(_ code: Int32) -> String {
  // Safety: strerror answers a NUL-terminated text that is copied at once.
  unsafe String(cString: strerror(code))
}

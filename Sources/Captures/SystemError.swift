import Glibc

/// The system's text for an errno.
func errorText(_ code: Int32) -> String {
  // Safety: the pointer is a NUL-terminated string that stays until the thread's next call; it is
  // copied at once.
  unsafe strerror(code).map { unsafe String(cString: $0) } ?? "unknown error"
}

/// The kind of failure behind an errno.
func inputErrorKind(_ code: Int32) -> InputError.Kind {
  switch code {
  case ENOENT, ENOTDIR: .notFound
  case EACCES, EPERM: .permissionDenied
  case EISDIR: .isDirectory
  default: .system(code)
  }
}

import Glibc

/// The errno values that change what the module does next.
enum NetErrno {
  static var again: Int32 { EAGAIN }
  static var refused: Int32 { ECONNREFUSED }
  static var noBuffers: Int32 { ENOBUFS }
}

internal import CMicrohttpd

/// What libmicrohttpd calls when a request's headers are there, on its own thread.
///
/// The answer is queued at once: a body is never read, and the connection ends after the answer,
/// so that bytes behind a request cannot be taken for another one.
func answerRequest(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
  _ path: UnsafePointer<CChar>?, _ method: UnsafePointer<CChar>?,
  _ version: UnsafePointer<CChar>?, _ upload: UnsafePointer<CChar>?,
  _ uploadBytes: UnsafeMutablePointer<Int>?,
  _ request: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  // Safety: the context is the server's shared part, which outlives the library's thread.
  guard let context = unsafe context, let connection = unsafe connection,
    let path = unsafe path, let method = unsafe method
  else { return MHD_Result.NO }
  // Safety: as above.
  let shared = unsafe Unmanaged<HttpShared>.fromOpaque(context).takeUnretainedValue()
  shared.countAnswer()
  // Safety: both are NUL-terminated for the time of the call; any bytes become a string.
  let (answer, allow) = unsafe shared.answer(
    method: String(cString: method), path: String(cString: path), hasBody: hasBody(connection))
  return unsafe queue(answer, allow: allow, on: connection)
}

/// What libmicrohttpd calls when a connection begins and before its socket is closed.
func noteConnection(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
  _ socketContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  _ code: MHD_ConnectionNotificationCode
) {
  guard let context = unsafe context, let connection = unsafe connection else { return }
  // Safety: the context is the server's shared part, which outlives the library's thread.
  let shared = unsafe Unmanaged<HttpShared>.fromOpaque(context).takeUnretainedValue()
  let descriptor = unsafe ml_http_descriptor(connection)
  guard descriptor >= 0 else { return }
  if code == .CONNECTION_NOTIFY_STARTED {
    shared.opened(descriptor)
  } else {
    shared.closed(descriptor)
  }
}

/// Whether the request announces a body.
private func hasBody(_ connection: OpaquePointer) -> Bool {
  // Safety: the connection is the library's, alive during its call; the names are C literals.
  if unsafe MHD_lookup_connection_value(connection, .HEADER_KIND, "Transfer-Encoding") != nil {
    return true
  }
  guard
    let length = unsafe MHD_lookup_connection_value(connection, .HEADER_KIND, "Content-Length")
  else { return false }
  // Safety: NUL-terminated, the library's, for the time of the call.
  return unsafe String(cString: length) != "0"
}

private func queue(_ answer: HttpAnswer, allow: Bool, on connection: OpaquePointer) -> MHD_Result {
  var body = answer.body
  // Safety: the library copies the bytes during the call.
  let made = unsafe body.withUnsafeMutableBytes { bytes in
    unsafe MHD_create_response_from_buffer(bytes.count, bytes.baseAddress, .RESPMEM_MUST_COPY)
  }
  guard let response = unsafe made else { return MHD_Result.NO }
  defer { unsafe MHD_destroy_response(response) }
  var headers = [
    ("Content-Type", answer.contentType), ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"), ("Connection", "close"),
  ]
  if allow { headers.append(("Allow", "GET, HEAD")) }
  for (name, value) in headers {
    // Safety: both texts are NUL-terminated for the call and copied by it.
    guard unsafe MHD_add_response_header(response, name, value) == MHD_Result.YES else {
      return MHD_Result.NO
    }
  }
  // Safety: the library holds a reference of its own to the response from here on.
  return unsafe MHD_queue_response(connection, UInt32(answer.status), response)
}

#pragma once
#include <microhttpd.h>

/// Starts a server with one thread of the library's own on a socket that listens already.
///
/// The library's call takes a list of options of any length, which Swift cannot write down.
/// `memory` bounds what a connection may send before its request is whole: request line and
/// headers; longer ones are answered with 414 or 431 by the library.
static inline struct MHD_Daemon *ml_http_start(
    int listening, unsigned int connections, unsigned int seconds, size_t memory,
    MHD_AccessHandlerCallback answer, MHD_NotifyConnectionCallback notify, void *context) {
  return MHD_start_daemon(
      MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC, 0, NULL, NULL, answer, context,
      MHD_OPTION_LISTEN_SOCKET, listening, MHD_OPTION_CONNECTION_LIMIT, connections,
      MHD_OPTION_CONNECTION_TIMEOUT, seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
      MHD_OPTION_NOTIFY_CONNECTION, notify, context, MHD_OPTION_END);
}

/// The descriptor of a connection's socket, -1 where there is none.
static inline int ml_http_descriptor(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

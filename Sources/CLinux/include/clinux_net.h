/// Sockets for Swift: plain integers and pointers outside, sockaddr, cmsghdr and mmsghdr inside.
///
/// Functions that answer int give a value >= 0, or -errno.
#pragma once
#include <stdbool.h>
#include <stdint.h>

/// An address with its port, all numbers in the order of this machine.
struct ml_address {
  uint64_t high;       ///< first half of an IPv6 address, most significant byte first; 0 for IPv4
  uint64_t low;        ///< second half; for IPv4 the address in the lower 32 bits
  uint32_t scope;      ///< interface index of an IPv6 link-local address, else 0
  uint16_t port;
  uint16_t family;     ///< 4 or 6
};

/// One datagram of a batch.
struct ml_datagram {
  uint64_t nanos;      ///< receive time since 1970, of the kernel where it gave one
  uint32_t offset;     ///< of the first byte in the batch's memory
  uint32_t length;     ///< bytes received, at most the room of one datagram
  uint32_t truncated;  ///< 1: the datagram was larger than its room
  uint32_t has_kernel_time;
  struct ml_address source;
};

/// Memory for a number of datagrams and everything that recvmmsg and sendmmsg want to know.
struct ml_udp_batch;

/// NULL without memory. `messages` 1...1024, `room` bytes for each datagram 1...65536.
struct ml_udp_batch *ml_udp_batch_create(uint32_t messages, uint32_t room);
void ml_udp_batch_destroy(struct ml_udp_batch *batch);
uint8_t *ml_udp_batch_bytes(struct ml_udp_batch *batch);
const struct ml_datagram *ml_udp_batch_datagrams(const struct ml_udp_batch *batch);
/// Datagrams that the kernel dropped because the socket's buffer was full, since it was opened.
uint64_t ml_udp_batch_drops(const struct ml_udp_batch *batch);

/// Receives what is there, without waiting: number of datagrams, 0 for none.
int ml_udp_receive(int fd, struct ml_udp_batch *batch);
/// Sends the first `count` datagrams of `lengths` bytes each to where the socket is connected;
/// number of datagrams sent from `first` on, which may be fewer.
int ml_udp_send_batch(
    int fd, struct ml_udp_batch *batch, const uint32_t *lengths, uint32_t first, uint32_t count);
/// One datagram, to `to` or (NULL) to where the socket is connected.
int ml_udp_send(int fd, const void *bytes, uint32_t length, const struct ml_address *to);

/// A non-blocking, close-on-exec socket; `family` 4 or 6.
int ml_socket(uint16_t family, bool stream);
int ml_bind(int fd, const struct ml_address *address);
int ml_listen(int fd, int backlog);
/// 0: connected, 1: under way.
int ml_connect(int fd, const struct ml_address *address);
/// The result of a connect that was under way: 0 or -errno.
int ml_connect_result(int fd);
/// A non-blocking, close-on-exec connection, or -EAGAIN.
int ml_accept(int fd, struct ml_address *peer);
int ml_local_address(int fd, struct ml_address *address);
/// Bytes received, 0 at the peer's end, -EAGAIN for none.
int64_t ml_receive(int fd, void *bytes, uint64_t room);
/// Bytes taken; never raises SIGPIPE.
int64_t ml_send(int fd, const void *bytes, uint64_t length);
void ml_close(int fd);

/// Options. Sizes: answers what the kernel granted (it reports twice the usable size; halved here).
int ml_set_receive_buffer(int fd, int bytes);
int ml_set_send_buffer(int fd, int bytes);
int ml_set_reuse(int fd, bool address, bool port);
int ml_set_nodelay(int fd);
/// The connection ends with RST when it is closed; what was not sent is dropped.
int ml_set_reset_on_close(int fd);
int ml_set_v6_only(int fd);
/// Kernel receive times, and the counter of dropped datagrams, with every datagram.
int ml_set_timestamps(int fd);
int ml_set_drop_counter(int fd);
int ml_set_busy_poll(int fd, int micros);
/// Only groups that this socket joined itself are delivered to it.
int ml_set_multicast_all_off(int fd, uint16_t family);
/// `interface_index` 0 with `interface_v4` 0 leaves the choice to the routing table.
int ml_join_group(
    int fd, const struct ml_address *group, uint32_t interface_index, uint32_t interface_v4);
int ml_set_multicast_out(
    int fd, uint16_t family, uint32_t interface_index, uint32_t interface_v4, int hops, bool loop);

/// Waits until one of up to four descriptors (-1: none) is readable or has failed, or writable with
/// `for_writing`. Answers a bit set of those ready; 0 after the time or a signal. A negative time
/// is without end.
int ml_wait(int a, int b, int c, int d, bool for_writing, int64_t timeout_nanos);
/// As `ml_wait` for reading, of up to eight descriptors.
int ml_wait_eight(const int32_t descriptors[8], int64_t timeout_nanos);

/// Waits for `count` descriptors; `entries` is an array of `struct pollfd`. Answers how many are
/// ready; 0 after the time or a signal, and then no entry says that it is. A negative time is
/// without end.
int ml_poll(void *entries, uint32_t count, int64_t timeout_nanos);

/// Numeric text to an address without port; false for anything else.
bool ml_parse_address(const char *text, struct ml_address *address);
/// Index of a network interface by name; 0 for none.
uint32_t ml_interface_index(const char *name);
/// Host name or numeric text to up to `room` addresses: their number, or a negative EAI code.
int ml_resolve(const char *host, struct ml_address *addresses, int room);
/// The text of a negative EAI code.
const char *ml_resolve_error(int code);

#define _GNU_SOURCE
#include "clinux_net.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "clinux_sockaddr.h"

static int result(int code) { return code < 0 ? -errno : code; }

static int set_int(int fd, int level, int name, int value) {
  return result(setsockopt(fd, level, name, &value, sizeof value));
}

static struct in6_addr to_in6(const struct ml_address *address) {
  uint64_t halves[2] = {htobe64(address->high), htobe64(address->low)};
  struct in6_addr out;
  memcpy(&out, halves, sizeof out);
  return out;
}

static void from_in6(const struct in6_addr *in, struct ml_address *address) {
  uint64_t halves[2];
  memcpy(halves, in, sizeof halves);
  address->high = be64toh(halves[0]);
  address->low = be64toh(halves[1]);
}

socklen_t ml_to_sockaddr(const struct ml_address *address, struct sockaddr_storage *out) {
  memset(out, 0, sizeof *out);
  if (address->family == 4) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    v4->sin_family = AF_INET;
    v4->sin_port = htons(address->port);
    v4->sin_addr.s_addr = htonl((uint32_t)address->low);
    return sizeof *v4;
  }
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(address->port);
  v6->sin6_addr = to_in6(address);
  v6->sin6_scope_id = address->scope;
  return sizeof *v6;
}

void ml_from_sockaddr(const struct sockaddr_storage *in, struct ml_address *address) {
  memset(address, 0, sizeof *address);
  if (in->ss_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)in;
    address->family = 4;
    address->port = ntohs(v4->sin_port);
    address->low = ntohl(v4->sin_addr.s_addr);
  } else if (in->ss_family == AF_INET6) {
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)in;
    address->family = 6;
    address->port = ntohs(v6->sin6_port);
    address->scope = v6->sin6_scope_id;
    from_in6(&v6->sin6_addr, address);
  }
}

int ml_socket(uint16_t family, bool stream) {
  int type = (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
  return result(socket(family == 4 ? AF_INET : AF_INET6, type, 0));
}

int ml_bind(int fd, const struct ml_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = ml_to_sockaddr(address, &storage);
  return result(bind(fd, (struct sockaddr *)&storage, length));
}

int ml_listen(int fd, int backlog) { return result(listen(fd, backlog)); }

int ml_connect(int fd, const struct ml_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = ml_to_sockaddr(address, &storage);
  if (connect(fd, (struct sockaddr *)&storage, length) == 0) return 0;
  return errno == EINPROGRESS || errno == EINTR ? 1 : -errno;
}

int ml_connect_result(int fd) {
  int code = 0;
  socklen_t length = sizeof code;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &length) < 0) return -errno;
  return -code;
}

int ml_accept(int fd, struct ml_address *peer) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  int connection;
  do {
    connection = accept4(fd, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  } while (connection < 0 && (errno == EINTR || errno == ECONNABORTED));
  if (connection < 0) return -errno;
  ml_from_sockaddr(&storage, peer);
  return connection;
}

int ml_local_address(int fd, struct ml_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  if (getsockname(fd, (struct sockaddr *)&storage, &length) < 0) return -errno;
  ml_from_sockaddr(&storage, address);
  return 0;
}

int64_t ml_receive(int fd, void *bytes, uint64_t room) {
  ssize_t count;
  do count = recv(fd, bytes, room, 0);
  while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : count;
}

int64_t ml_send(int fd, const void *bytes, uint64_t length) {
  ssize_t count;
  do count = send(fd, bytes, length, MSG_NOSIGNAL);
  while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : count;
}

void ml_close(int fd) { close(fd); }

// The FORCE variant may pass the system's limit, but only with CAP_NET_ADMIN.
static int set_buffer(int fd, int force, int plain, int bytes) {
  if (set_int(fd, SOL_SOCKET, force, bytes) < 0) {
    int code = set_int(fd, SOL_SOCKET, plain, bytes);
    if (code < 0) return code;
  }
  int granted = 0;
  socklen_t length = sizeof granted;
  if (getsockopt(fd, SOL_SOCKET, plain, &granted, &length) < 0) return -errno;
  return granted / 2;
}

int ml_set_receive_buffer(int fd, int bytes) {
  return set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, bytes);
}

int ml_set_send_buffer(int fd, int bytes) {
  return set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, bytes);
}

int ml_set_reuse(int fd, bool address, bool port) {
  int code = address ? set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1) : 0;
  return code < 0 || !port ? code : set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
}

int ml_set_nodelay(int fd) { return set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1); }
int ml_set_reset_on_close(int fd) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  return result(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
}

int ml_set_v6_only(int fd) { return set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1); }
int ml_set_timestamps(int fd) { return set_int(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1); }
int ml_set_drop_counter(int fd) { return set_int(fd, SOL_SOCKET, SO_RXQ_OVFL, 1); }
int ml_set_busy_poll(int fd, int micros) { return set_int(fd, SOL_SOCKET, SO_BUSY_POLL, micros); }

#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29
#endif

int ml_set_multicast_all_off(int fd, uint16_t family) {
  if (family == 4) return set_int(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
  return set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
}

int ml_join_group(
    int fd, const struct ml_address *group, uint32_t interface_index, uint32_t interface_v4) {
  if (group->family == 4) {
    struct ip_mreqn request = {.imr_ifindex = (int)interface_index};
    request.imr_multiaddr.s_addr = htonl((uint32_t)group->low);
    request.imr_address.s_addr = htonl(interface_v4);
    return result(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request));
  }
  struct ipv6_mreq request = {.ipv6mr_interface = interface_index};
  request.ipv6mr_multiaddr = to_in6(group);
  return result(setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request));
}

static int set_multicast_out_v4(
    int fd, uint32_t interface_index, uint32_t interface_v4, int hops, bool loop) {
  if (interface_index != 0 || interface_v4 != 0) {
    struct ip_mreqn request = {.imr_ifindex = (int)interface_index};
    request.imr_address.s_addr = htonl(interface_v4);
    int code = result(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request));
    if (code < 0) return code;
  }
  int code = set_int(fd, IPPROTO_IP, IP_MULTICAST_TTL, hops);
  return code < 0 ? code : set_int(fd, IPPROTO_IP, IP_MULTICAST_LOOP, loop);
}

int ml_set_multicast_out(
    int fd, uint16_t family, uint32_t interface_index, uint32_t interface_v4, int hops, bool loop) {
  if (family == 4) return set_multicast_out_v4(fd, interface_index, interface_v4, hops, loop);
  if (interface_index != 0) {
    int code = set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)interface_index);
    if (code < 0) return code;
  }
  int code = set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hops);
  return code < 0 ? code : set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, loop);
}

int ml_wait(int a, int b, int c, int d, bool for_writing, int64_t timeout_nanos) {
  short events = for_writing ? POLLOUT : POLLIN;
  struct pollfd set[4] = {
      {.fd = a, .events = events},
      {.fd = b, .events = events},
      {.fd = c, .events = events},
      {.fd = d, .events = events},
  };
  struct timespec limit = {
      .tv_sec = timeout_nanos / 1000000000,
      .tv_nsec = timeout_nanos % 1000000000,
  };
  int count = ppoll(set, 4, timeout_nanos < 0 ? NULL : &limit, NULL);
  if (count < 0) return errno == EINTR ? 0 : -errno;
  int ready = 0;
  for (int index = 0; index < 4; index++) {
    if (set[index].fd >= 0 && set[index].revents != 0) ready |= 1 << index;
  }
  return ready;
}

int ml_wait_eight(const int32_t descriptors[8], int64_t timeout_nanos) {
  struct pollfd set[8];
  for (int index = 0; index < 8; index++) {
    set[index] = (struct pollfd){.fd = descriptors[index], .events = POLLIN};
  }
  struct timespec limit = {
      .tv_sec = timeout_nanos / 1000000000,
      .tv_nsec = timeout_nanos % 1000000000,
  };
  int count = ppoll(set, 8, timeout_nanos < 0 ? NULL : &limit, NULL);
  if (count < 0) return errno == EINTR ? 0 : -errno;
  int ready = 0;
  for (int index = 0; index < 8; index++) {
    if (set[index].fd >= 0 && set[index].revents != 0) ready |= 1 << index;
  }
  return ready;
}

int ml_poll(void *entries, uint32_t count, int64_t timeout_nanos) {
  struct pollfd *set = entries;
  struct timespec limit = {
      .tv_sec = timeout_nanos / 1000000000,
      .tv_nsec = timeout_nanos % 1000000000,
  };
  int ready = ppoll(set, count, timeout_nanos < 0 ? NULL : &limit, NULL);
  if (ready >= 0) return ready;
  int code = -errno;
  for (uint32_t index = 0; index < count; index++) set[index].revents = 0;
  return code == -EINTR ? 0 : code;
}

bool ml_parse_address(const char *text, struct ml_address *address) {
  memset(address, 0, sizeof *address);
  struct in_addr v4;
  if (inet_pton(AF_INET, text, &v4) == 1) {
    address->family = 4;
    address->low = ntohl(v4.s_addr);
    return true;
  }
  struct in6_addr v6;
  if (inet_pton(AF_INET6, text, &v6) != 1) return false;
  address->family = 6;
  from_in6(&v6, address);
  return true;
}

uint32_t ml_interface_index(const char *name) { return if_nametoindex(name); }

int ml_resolve(const char *host, struct ml_address *addresses, int room) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
  struct addrinfo *list = NULL;
  int code = getaddrinfo(host, NULL, &hints, &list);
  if (code != 0) return code;
  int count = 0;
  for (struct addrinfo *each = list; each != NULL && count < room; each = each->ai_next) {
    if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
    struct sockaddr_storage storage;
    memset(&storage, 0, sizeof storage);
    memcpy(&storage, each->ai_addr, each->ai_addrlen);
    ml_from_sockaddr(&storage, &addresses[count++]);
  }
  freeaddrinfo(list);
  return count;
}

const char *ml_resolve_error(int code) { return gai_strerror(code); }

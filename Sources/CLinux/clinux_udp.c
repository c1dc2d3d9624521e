#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#include "clinux_net.h"
#include "clinux_sockaddr.h"

/// Room for the two control messages that we ask for: a timespec and a 32-bit counter.
enum { CONTROL_BYTES = CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(uint32_t)) };

struct slot {
  struct iovec piece;
  struct sockaddr_storage source;
  _Alignas(struct cmsghdr) char control[CONTROL_BYTES];
};

struct ml_udp_batch {
  uint32_t messages;
  uint32_t room;
  uint64_t drops;
  uint32_t last_drops;
  uint8_t *bytes;
  size_t bytes_mapped;
  struct mmsghdr *headers;
  struct slot *slots;
  struct ml_datagram *datagrams;
};

static void reset(struct ml_udp_batch *batch, uint32_t index) {
  struct msghdr *header = &batch->headers[index].msg_hdr;
  struct slot *slot = &batch->slots[index];
  slot->piece.iov_len = batch->room;
  header->msg_name = &slot->source;
  header->msg_namelen = sizeof slot->source;
  header->msg_control = slot->control;
  header->msg_controllen = sizeof slot->control;
  header->msg_flags = 0;
}

struct ml_udp_batch *ml_udp_batch_create(uint32_t messages, uint32_t room) {
  if (messages == 0 || messages > 1024 || room == 0 || room > 65536) return NULL;
  struct ml_udp_batch *batch = calloc(1, sizeof *batch);
  if (batch == NULL) return NULL;
  batch->messages = messages;
  batch->room = room;
  batch->headers = calloc(messages, sizeof *batch->headers);
  batch->slots = calloc(messages, sizeof *batch->slots);
  batch->datagrams = calloc(messages, sizeof *batch->datagrams);
  batch->bytes_mapped = (size_t)messages * room;
  // Populated now, so that the first burst meets no page fault.
  void *memory = mmap(NULL, batch->bytes_mapped, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  batch->bytes = memory == MAP_FAILED ? NULL : memory;
  if (!batch->headers || !batch->slots || !batch->datagrams || !batch->bytes) {
    ml_udp_batch_destroy(batch);
    return NULL;
  }
  for (uint32_t index = 0; index < messages; index++) {
    batch->datagrams[index].offset = index * room;
    batch->slots[index].piece.iov_base = batch->bytes + (size_t)index * room;
    batch->headers[index].msg_hdr.msg_iov = &batch->slots[index].piece;
    batch->headers[index].msg_hdr.msg_iovlen = 1;
    reset(batch, index);
  }
  return batch;
}

void ml_udp_batch_destroy(struct ml_udp_batch *batch) {
  if (batch == NULL) return;
  if (batch->bytes != NULL) munmap(batch->bytes, batch->bytes_mapped);
  free(batch->headers);
  free(batch->slots);
  free(batch->datagrams);
  free(batch);
}

uint8_t *ml_udp_batch_bytes(struct ml_udp_batch *batch) { return batch->bytes; }

const struct ml_datagram *ml_udp_batch_datagrams(const struct ml_udp_batch *batch) {
  return batch->datagrams;
}

uint64_t ml_udp_batch_drops(const struct ml_udp_batch *batch) { return batch->drops; }

static uint64_t nanos_of(struct timespec time) {
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/// The kernel's counter has 32 bits and wraps; differences carry it into 64.
static void note_drops(struct ml_udp_batch *batch, uint32_t total) {
  batch->drops += (uint32_t)(total - batch->last_drops);
  batch->last_drops = total;
}

static void take(struct ml_udp_batch *batch, uint32_t index, uint64_t *fallback_nanos) {
  struct msghdr *header = &batch->headers[index].msg_hdr;
  struct ml_datagram *datagram = &batch->datagrams[index];
  datagram->length = batch->headers[index].msg_len;
  datagram->truncated = (header->msg_flags & MSG_TRUNC) != 0;
  datagram->nanos = 0;
  ml_from_sockaddr(&batch->slots[index].source, &datagram->source);
  for (struct cmsghdr *each = CMSG_FIRSTHDR(header); each != NULL;
       each = CMSG_NXTHDR(header, each)) {
    if (each->cmsg_level != SOL_SOCKET) continue;
    if (each->cmsg_type == SO_TIMESTAMPNS) {
      struct timespec time;
      memcpy(&time, CMSG_DATA(each), sizeof time);
      datagram->nanos = nanos_of(time);
    } else if (each->cmsg_type == SO_RXQ_OVFL) {
      uint32_t total;
      memcpy(&total, CMSG_DATA(each), sizeof total);
      note_drops(batch, total);
    }
  }
  datagram->has_kernel_time = datagram->nanos != 0;
  if (datagram->nanos != 0) return;
  if (*fallback_nanos == 0) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *fallback_nanos = nanos_of(now);
  }
  datagram->nanos = *fallback_nanos;
}

int ml_udp_receive(int fd, struct ml_udp_batch *batch) {
  int count = recvmmsg(fd, batch->headers, batch->messages, MSG_DONTWAIT, NULL);
  if (count < 0) {
    // A connected or answering socket hears of an unreachable peer here; that is not our failure.
    if (errno == EAGAIN || errno == EINTR || errno == ECONNREFUSED) return 0;
    return -errno;
  }
  uint64_t fallback_nanos = 0;
  for (int index = 0; index < count; index++) {
    take(batch, (uint32_t)index, &fallback_nanos);
    reset(batch, (uint32_t)index);
  }
  return count;
}

int ml_udp_send_batch(
    int fd, struct ml_udp_batch *batch, const uint32_t *lengths, uint32_t first, uint32_t count) {
  if (first > batch->messages || count > batch->messages - first) return -EINVAL;
  for (uint32_t index = first; index < first + count; index++) {
    struct msghdr *header = &batch->headers[index].msg_hdr;
    if (lengths[index] > batch->room) return -EMSGSIZE;
    batch->slots[index].piece.iov_len = lengths[index];
    header->msg_name = NULL;
    header->msg_namelen = 0;
    header->msg_control = NULL;
    header->msg_controllen = 0;
  }
  int sent;
  do sent = sendmmsg(fd, batch->headers + first, count, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : sent;
}

int ml_udp_send(int fd, const void *bytes, uint32_t length, const struct ml_address *to) {
  struct sockaddr_storage storage;
  socklen_t size = to == NULL ? 0 : ml_to_sockaddr(to, &storage);
  ssize_t sent;
  do {
    sent = sendto(
        fd, bytes, length, MSG_NOSIGNAL, to == NULL ? NULL : (struct sockaddr *)&storage, size);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : (int)sent;
}

// What an assembled C stack does with framed ITCH 5.0: the neighbour of `pipeline-journal`, and,
// where it only adds up (count), of `pipeline`.
//
//   file in memory --> scalar decoder (CPU 0) --> SPSC ring of 64-byte records --> blocks of
//                         16,384 records, one zstd or LZ4 frame each (CPU 1) --> file
//
// The ring has cached indices and publishes each record (rigtorp/SPSCQueue); the blocks are what
// journals of structs do. The sum is over references, shares and prices, as in itch_baseline.c, so
// that nothing can be left out. Prints one JSON object a coder.
//
// build: gcc -O3 -march=native -pthread -o stack_baseline stack_baseline.c -lzstd -llz4
// usage: stack_baseline FILE OUTPUT CODER...     CODER: count, none, lz4, zstd
#define _GNU_SOURCE
#include <fcntl.h>
#include <lz4.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

typedef struct {
  uint64_t time, reference, other;  // other: new reference or match number
  uint32_t shares, price;
  char symbol[8];
  uint16_t locate, tracking;
  uint8_t type, side, rest[18];
} Record;

_Static_assert(sizeof(Record) == 64, "one line a record");

enum { CAPACITY = 4096, BLOCK = 16384 };

static struct {
  _Alignas(128) _Atomic uint64_t written;
  uint64_t read_cache;
  _Alignas(128) _Atomic uint64_t read;
  uint64_t written_cache;
  _Alignas(128) Record slots[CAPACITY];
} ring;

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static inline uint16_t be16(const uint8_t *p) {
  uint16_t v;
  memcpy(&v, p, 2);
  return __builtin_bswap16(v);
}

static inline uint32_t be32(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return __builtin_bswap32(v);
}

static inline uint64_t be64(const uint8_t *p) {
  uint64_t v;
  memcpy(&v, p, 8);
  return __builtin_bswap64(v);
}

static void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof set, &set);
}

static inline void push(const Record *record) {
  uint64_t at = atomic_load_explicit(&ring.written, memory_order_relaxed);
  while (at - ring.read_cache == CAPACITY) {
    ring.read_cache = atomic_load_explicit(&ring.read, memory_order_acquire);
    if (at - ring.read_cache == CAPACITY) __builtin_ia32_pause();
  }
  ring.slots[at % CAPACITY] = *record;
  atomic_store_explicit(&ring.written, at + 1, memory_order_release);
}

static inline int decode(const uint8_t *m, Record *r) {
  r->type = m[0];
  r->locate = be16(m + 1);
  r->tracking = be16(m + 3);
  r->time = be64(m + 3) & 0xFFFFFFFFFFFFull;
  r->other = 0;
  r->shares = r->price = 0;
  r->side = 0;
  switch (m[0]) {
  case 'A':
  case 'F':
    r->reference = be64(m + 11);
    r->side = m[19];
    r->shares = be32(m + 20);
    memcpy(r->symbol, m + 24, 8);
    r->price = be32(m + 32);
    return 1;
  case 'E':
    r->reference = be64(m + 11);
    r->shares = be32(m + 19);
    r->other = be64(m + 23);
    return 1;
  case 'C':
    r->reference = be64(m + 11);
    r->shares = be32(m + 19);
    r->other = be64(m + 23);
    r->price = be32(m + 32);
    return 1;
  case 'X':
    r->reference = be64(m + 11);
    r->shares = be32(m + 19);
    return 1;
  case 'D':
    r->reference = be64(m + 11);
    return 1;
  case 'U':
    r->reference = be64(m + 11);
    r->other = be64(m + 19);
    r->shares = be32(m + 27);
    r->price = be32(m + 31);
    return 1;
  case 'P':
    r->reference = be64(m + 11);
    r->side = m[19];
    r->shares = be32(m + 20);
    memcpy(r->symbol, m + 24, 8);
    r->price = be32(m + 32);
    r->other = be64(m + 36);
    return 1;
  default:
    r->reference = 0;
    return 1;
  }
}

static const uint8_t *file;
static size_t file_bytes;

static void *produce(void *unused) {
  (void)unused;
  Record record;
  memset(&record, 0, sizeof record);
  for (size_t at = 0; at + 2 <= file_bytes;) {
    size_t length = be16(file + at);
    if (length == 0 || at + 2 + length > file_bytes) break;
    decode(file + at + 2, &record);
    push(&record);
    at += 2 + length;
  }
  memset(&record, 0, sizeof record);
  record.type = 0xFF;
  push(&record);
  return NULL;
}

static void run(const char *coder, const char *path) {
  int out = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
  if (out < 0) exit(74);
  size_t room = ZSTD_compressBound(BLOCK * sizeof(Record)) + 4096;
  char *packed = malloc(room);
  Record *block = malloc(BLOCK * sizeof(Record));
  ZSTD_CCtx *context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1);
  uint64_t messages = 0, sum = 0, stored = 0;
  size_t count = 0;
  int ended = 0, counts = strcmp(coder, "count") == 0;
  atomic_store(&ring.written, 0);
  atomic_store(&ring.read, 0);
  ring.read_cache = ring.written_cache = 0;
  double start = seconds();
  // Bound before it begins: under a real-time scheduler it would never leave this spinning CPU.
  pthread_t thread;
  pthread_attr_t attributes;
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(0, &cpus);
  pthread_attr_init(&attributes);
  pthread_attr_setaffinity_np(&attributes, sizeof cpus, &cpus);
  pthread_create(&thread, &attributes, produce, NULL);
  pthread_attr_destroy(&attributes);
  while (!ended || count > 0) {
    uint64_t at = atomic_load_explicit(&ring.read, memory_order_relaxed);
    while (!ended && at == ring.written_cache) {
      ring.written_cache = atomic_load_explicit(&ring.written, memory_order_acquire);
      if (at == ring.written_cache) __builtin_ia32_pause();
    }
    while (!ended && at != ring.written_cache && count < BLOCK) {
      const Record *r = &ring.slots[at % CAPACITY];
      if (r->type == 0xFF) {
        ended = 1;
        break;
      }
      sum += r->reference + r->shares + r->price;
      if (!counts) block[count++] = *r;
      messages++;
      atomic_store_explicit(&ring.read, ++at, memory_order_release);
    }
    if (count < BLOCK && !ended) continue;
    size_t bytes = count * sizeof(Record);
    const char *from = (const char *)block;
    if (strcmp(coder, "zstd") == 0) {
      bytes = ZSTD_compress2(context, packed, room, block, bytes);
      from = packed;
    } else if (strcmp(coder, "lz4") == 0) {
      bytes = (size_t)LZ4_compress_default((const char *)block, packed, (int)bytes, (int)room);
      from = packed;
    }
    if (count > 0 && write(out, from, bytes) != (ssize_t)bytes) exit(74);
    stored += bytes;
    count = 0;
  }
  double time = seconds() - start;
  pthread_join(thread, NULL);
  close(out);
  unlink(path);
  printf("{\"coder\": \"%s\", \"messages\": %llu, \"seconds\": %.6f, \"bytes\": %llu, "
         "\"sum\": %llu}\n",
         coder, (unsigned long long)messages, time, (unsigned long long)stored,
         (unsigned long long)sum);
  free(packed);
  free(block);
  ZSTD_freeCCtx(context);
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: stack_baseline FILE OUTPUT CODER...\n");
    return 64;
  }
  int in = open(argv[1], O_RDONLY);
  struct stat info;
  if (in < 0 || fstat(in, &info) != 0) return 66;
  file_bytes = (size_t)info.st_size;
  file = mmap(NULL, file_bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, in, 0);
  if (file == MAP_FAILED) return 74;
  pin(1);
  for (int i = 3; i < argc; i++) run(argv[i], argv[2]);
  return 0;
}

// What one core can do in plain C with framed ITCH 5.0: the loops that `decode-itch` stands beside.
//
//   file in memory --> one walk over the frames --> fields added up, or a 64-byte record a message
//
//   scalar    switch on the type, load and swap each field, add them all up (nothing is written)
//   records   the same switch, and a 64-byte record written to a ring of LINES lines
//   permuted  one 64-byte load, one byte permutation by a table, one 64-byte store to that ring
//             (AVX-512 VBMI; absent where this machine has none)
//
// The sum is over references, shares and prices of A F D X E C U P Q, so that any decoder can
// repeat it. Prints one JSON object a loop.
//
// build: gcc -O3 -march=native -o itch_baseline itch_baseline.c
// usage: itch_baseline FILE LINES...     FILE: 2-byte big-endian length, message, and so on
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VBMI__)
#include <immintrin.h>
#define WIDE 1
#endif

typedef struct {
  uint64_t time, reference, other;  // other: new reference or match number
  uint32_t shares, price;
  char symbol[8];
  uint16_t locate, tracking;
  uint8_t type, side, rest[18];
} Record;

_Static_assert(sizeof(Record) == 64, "one line a record");

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

static inline uint64_t be48(const uint8_t *p) { return (uint64_t)be16(p) << 32 | be32(p + 2); }

static uint64_t messages;

static void report(const char *loop, unsigned lines, double time, uint64_t sum) {
  printf("{\"loop\":\"%s\",\"lines\":%u,\"messages\":%llu,\"messages_per_second\":%.0f,"
         "\"sum\":%llu}\n",
         loop, lines, (unsigned long long)messages, messages / time, (unsigned long long)sum);
}

static uint64_t scalar(const uint8_t *d, size_t n) {
  uint64_t sum = 0, matches = 0, count = 0;
  for (size_t o = 0; o < n; count++) {
    const uint8_t *p = d + o + 2;
    o += 2 + be16(d + o);
    switch (*p) {
      case 'A': case 'F': sum += be64(p + 11) + be32(p + 20) + be32(p + 32); break;
      case 'D': sum += be64(p + 11); break;
      case 'U': sum += be64(p + 11) + be64(p + 19) + be32(p + 27) + be32(p + 31); break;
      case 'E': sum += be64(p + 11) + be32(p + 19); matches += be64(p + 23); break;
      case 'C':
        sum += be64(p + 11) + be32(p + 19) + be32(p + 32);
        matches += be64(p + 23);
        break;
      case 'X': sum += be64(p + 11) + be32(p + 19); break;
      case 'P': sum += be64(p + 11) + be32(p + 20) + be32(p + 32); matches += be64(p + 36); break;
      case 'Q': sum += be64(p + 11) + be32(p + 27); matches += be64(p + 31); break;
      case 'I': matches += be64(p + 11) + be64(p + 19) + be32(p + 36); break;
      default: break;
    }
  }
  messages = count;
  __asm__ volatile("" ::"r"(matches));
  return sum;
}

static inline uint64_t sum_of(const Record *r) {
  uint64_t other = r->type == 'U' ? r->other : 0;
  switch (r->type) {
    case 'A': case 'F': case 'D': case 'U': case 'E': case 'C': case 'X': case 'P': case 'Q':
      return r->reference + other + r->shares + r->price;
    default: return 0;
  }
}

static inline void decode(const uint8_t *p, Record *r) {
  Record m = {.time = be48(p + 5), .locate = be16(p + 1), .tracking = be16(p + 3), .type = *p};
  switch (*p) {
    case 'P': m.other = be64(p + 36);  // fall through
    case 'A': case 'F':
      m.reference = be64(p + 11);
      m.side = p[19];
      m.shares = be32(p + 20);
      memcpy(m.symbol, p + 24, 8);
      m.price = be32(p + 32);
      break;
    case 'D': m.reference = be64(p + 11); break;
    case 'U':
      m.reference = be64(p + 11);
      m.other = be64(p + 19);
      m.shares = be32(p + 27);
      m.price = be32(p + 31);
      break;
    case 'C': m.side = p[31]; m.price = be32(p + 32);  // fall through
    case 'E': m.other = be64(p + 23);                  // fall through
    case 'X': m.reference = be64(p + 11); m.shares = be32(p + 19); break;
    case 'Q':  // the lower half of 64-bit shares
      m.shares = be32(p + 15);
      memcpy(m.symbol, p + 19, 8);
      m.price = be32(p + 27);
      m.other = be64(p + 31);
      break;
    default: break;
  }
  *r = m;
}

static void records(const uint8_t *d, size_t n, Record *ring, unsigned mask) {
  uint64_t count = 0;
  for (size_t o = 0; o < n; count++) {
    decode(d + o + 2, &ring[count & mask]);
    o += 2 + be16(d + o);
  }
  messages = count;
}

static uint64_t records_sum(const uint8_t *d, size_t n) {
  uint64_t sum = 0;
  for (size_t o = 0; o < n; o += 2 + be16(d + o)) {
    Record r;
    decode(d + o + 2, &r);
    sum += sum_of(&r);
  }
  return sum;
}

#ifdef WIDE
static uint8_t pick[256][64] __attribute__((aligned(64)));
static __mmask64 used[256];

// A big-endian field of `n` bytes at `from` in the message, little-endian at `at` in the record.
static void field(int type, int at, int from, int n) {
  for (int i = 0; i < n; i++) {
    pick[type][at + i] = (uint8_t)(2 + from + n - 1 - i);
    used[type] |= 1ull << (at + i);
  }
}

static void text(int type, int at, int from, int n) {
  for (int i = 0; i < n; i++) field(type, at + i, from + i, 1);
}

static void tables(void) {
  for (int type = 0; type < 256; type++) {
    field(type, 0, 5, 6), field(type, 40, 1, 2), field(type, 42, 3, 2), text(type, 44, 0, 1);
    if (strchr("AFP", type) && type) {
      field(type, 8, 11, 8), text(type, 45, 19, 1), field(type, 24, 20, 4);
      text(type, 32, 24, 8), field(type, 28, 32, 4);
    }
    if (type == 'P') field(type, 16, 36, 8);
    if (type == 'D') field(type, 8, 11, 8);
    if (type == 'U') {
      field(type, 8, 11, 8), field(type, 16, 19, 8), field(type, 24, 27, 4);
      field(type, 28, 31, 4);
    }
    if (type == 'Q') {
      field(type, 24, 15, 4), text(type, 32, 19, 8), field(type, 28, 27, 4);
      field(type, 16, 31, 8);
    }
    if (type == 'E' || type == 'C') field(type, 16, 23, 8);
    if (type == 'E' || type == 'C' || type == 'X') field(type, 8, 11, 8), field(type, 24, 19, 4);
    if (type == 'C') text(type, 45, 31, 1), field(type, 28, 32, 4);
  }
}

static inline __m512i permute(const uint8_t *frame) {
  unsigned type = frame[2];
  return _mm512_maskz_permutexvar_epi8(used[type], _mm512_load_si512(pick[type]),
                                       _mm512_loadu_si512(frame));
}

static void permuted(const uint8_t *d, size_t n, Record *ring, unsigned mask) {
  uint64_t count = 0;
  for (size_t o = 0; o < n; count++) {
    __m512i line = permute(d + o);
    o += 2 + be16(d + o);
    _mm512_store_si512(&ring[count & mask], line);
  }
  messages = count;
}

static uint64_t permuted_sum(const uint8_t *d, size_t n) {
  uint64_t sum = 0;
  for (size_t o = 0; o < n; o += 2 + be16(d + o)) {
    Record r __attribute__((aligned(64)));
    _mm512_store_si512(&r, permute(d + o));
    sum += sum_of(&r);
  }
  return sum;
}
#endif

int main(int count, char **words) {
  if (count < 3) return fprintf(stderr, "usage: itch_baseline FILE LINES...\n"), 64;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  sched_setaffinity(0, sizeof one, &one);
  int file = open(words[1], O_RDONLY);
  struct stat info;
  if (file < 0 || fstat(file, &info)) return perror(words[1]), 66;
  size_t n = (size_t)info.st_size;
  // 64 bytes behind the last frame may be loaded.
  uint8_t *d = mmap(0, n + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  madvise(d, n + 4096, MADV_HUGEPAGE);
  for (size_t o = 0; o < n;) {
    ssize_t more = read(file, d + o, n - o);
    if (more <= 0) return perror(words[1]), 74;
    o += (size_t)more;
  }
  double start = seconds();
  uint64_t sum = scalar(d, n);
  double total = seconds() - start;
  report("scalar", 0, total, sum);
  for (int i = 2; i < count; i++) {
    unsigned lines = (unsigned)atoi(words[i]);
    Record *ring = aligned_alloc(64, lines * sizeof(Record));
    memset(ring, 0, lines * sizeof(Record));
    start = seconds();
    records(d, n, ring, lines - 1);
    double time = seconds() - start;
    report("records", lines, time, i == 2 ? records_sum(d, n) : sum);
#ifdef WIDE
    if (i == 2) tables();
    start = seconds();
    permuted(d, n, ring, lines - 1);
    time = seconds() - start;
    report("permuted", lines, time, i == 2 ? permuted_sum(d, n) : sum);
#endif
    free(ring);
  }
  return 0;
}

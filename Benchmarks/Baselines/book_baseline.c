// What one core can do in plain C: price levels of every book of an ITCH 5.0 file.
//
//   file in memory --> [order table, indexed by reference] --> [sorted levels per side] --> counts
//
// The order table is indexed directly by the order reference (16 bytes each, as many as the largest
// reference in the file), which no real book could afford for a day; levels are sorted arrays with
// the best price last. Modes: one message at a time, and batches of 32 with prefetch in stages.
// Prints one JSON object a mode and round; live, levels, missing, best and checksum must agree with
// any other book of the same file.
//
// build: gcc -O3 -march=native -o book_baseline book_baseline.c
// usage: book_baseline FILE [ROUNDS=3]       FILE: 2-byte big-endian length, message, and so on
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#include <immintrin.h>
#define WIDE 1
#endif

enum { BATCH = 32, LOCATES = 65536, SLACK = 16, POOL_BYTES = 64 << 20 };

typedef struct {
  uint32_t price, shares;  // shares 0: not open
  uint16_t locate;
  uint8_t side, unused[5];
} Order;

typedef struct {
  uint32_t count, capacity;
  uint32_t *key;  // ascending; bids: price, asks: ~price
  uint64_t *shares;
  uint32_t *orders;
} Side;

typedef struct { Side side[2]; } Book;

static Order *order;
static uint64_t order_count;
static Book *book;
static uint8_t *pool, *pool_end;
static uint64_t missing, best;

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static inline uint16_t be16(const uint8_t *p) {
  uint16_t v;
  memcpy(&v, p, sizeof v);
  return __builtin_bswap16(v);
}

static inline uint32_t be32(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, sizeof v);
  return __builtin_bswap32(v);
}

static inline uint64_t be64(const uint8_t *p) {
  uint64_t v;
  memcpy(&v, p, sizeof v);
  return __builtin_bswap64(v);
}


static void *map(size_t bytes) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void *p = mmap(0, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (p == MAP_FAILED) { perror("mmap"); exit(1); }
  madvise(p, bytes, MADV_HUGEPAGE);
  return p;
}

static void *take(size_t bytes) {
  bytes = (bytes + 63) & ~(size_t)63;
  if (pool + bytes > pool_end) { pool = map(POOL_BYTES); pool_end = pool + POOL_BYTES; }
  void *p = pool;
  pool += bytes;
  return p;
}

// Index of the last key that is not above `key`, or -1; from the best price down.
static inline int position(const Side *s, uint32_t key) {
  int end = (int)s->count;
#ifdef WIDE
  __m512i wanted = _mm512_set1_epi32((int)key);
  for (; end >= 16; end -= 16) {
    unsigned hits = _mm512_cmple_epu32_mask(_mm512_loadu_si512(s->key + end - 16), wanted);
    if (hits) return end - 16 + 31 - __builtin_clz(hits);
  }
  __mmask16 valid = (__mmask16)((1u << end) - 1);
  __m512i keys = _mm512_maskz_loadu_epi32(valid, s->key);
  unsigned hits = _mm512_mask_cmple_epu32_mask(valid, keys, wanted);
  return hits ? 31 - __builtin_clz(hits) : -1;
#else
  while (end > 0 && s->key[end - 1] > key) end--;
  return end - 1;
#endif
}

// Moves `count` elements one place up or down; short moves, the usual ones, without a call.
static inline void shift32(uint32_t *to, const uint32_t *from, uint32_t count) {
#ifdef WIDE
  if (count <= 16) {
    __mmask16 m = (__mmask16)((1u << count) - 1);
    _mm512_mask_storeu_epi32(to, m, _mm512_maskz_loadu_epi32(m, from));
    return;
  }
#endif
  memmove(to, from, count * sizeof *to);
}

static inline void shift64(uint64_t *to, const uint64_t *from, uint32_t count) {
#ifdef WIDE
  if (count <= 8) {
    __mmask8 m = (__mmask8)((1u << count) - 1);
    _mm512_mask_storeu_epi64(to, m, _mm512_maskz_loadu_epi64(m, from));
    return;
  }
#endif
  memmove(to, from, count * sizeof *to);
}

static void widen(Side *s) {
  uint32_t capacity = s->capacity ? s->capacity * 2 : 16;
  uint32_t *key = take((capacity + SLACK) * sizeof *key);
  uint64_t *shares = take((capacity + SLACK) * sizeof *shares);
  uint32_t *orders = take((capacity + SLACK) * sizeof *orders);
  if (s->count) {
    memcpy(key, s->key, s->count * sizeof *key);
    memcpy(shares, s->shares, s->count * sizeof *shares);
    memcpy(orders, s->orders, s->count * sizeof *orders);
  }
  *s = (Side){s->count, capacity, key, shares, orders};
}

// Both return whether the best level was touched.
static inline int add(Side *s, uint32_t key, uint32_t shares) {
  int i = position(s, key);
  if (i >= 0 && s->key[i] == key) {
    s->shares[i] += shares;
    s->orders[i]++;
    return i == (int)s->count - 1;
  }
  if (s->count == s->capacity) widen(s);
  i++;
  uint32_t above = s->count - (uint32_t)i;
  shift32(s->key + i + 1, s->key + i, above);
  shift64(s->shares + i + 1, s->shares + i, above);
  shift32(s->orders + i + 1, s->orders + i, above);
  s->key[i] = key;
  s->shares[i] = shares;
  s->orders[i] = 1;
  s->count++;
  return above == 0;
}

static inline int subtract(Side *s, uint32_t key, uint32_t shares, int whole) {
  int i = position(s, key);
  if (i < 0 || s->key[i] != key) { missing++; return 0; }
  uint32_t above = s->count - 1 - (uint32_t)i;
  s->shares[i] -= shares;
  s->orders[i] -= (uint32_t)whole;
  if (!s->orders[i]) {
    shift32(s->key + i, s->key + i + 1, above);
    shift64(s->shares + i, s->shares + i + 1, above);
    shift32(s->orders + i, s->orders + i + 1, above);
    s->count--;
  }
  return above == 0;
}

static inline uint32_t key_of(const Order *o) { return o->side ? ~o->price : o->price; }
static inline Side *side_of(const Order *o) { return &book[o->locate].side[o->side]; }

static inline int reduce(Order *o, uint32_t shares) {
  if (!o->shares) { missing++; return 0; }
  int whole = shares >= o->shares;
  uint32_t taken = whole ? o->shares : shares;
  int touched = subtract(side_of(o), key_of(o), taken, whole);
  o->shares -= taken;
  return touched;
}

static inline void apply(const uint8_t *p) {
  switch (*p) {
  case 'A':
  case 'F': {
    Order *o = &order[be64(p + 11)];
    *o = (Order){be32(p + 32), be32(p + 20), be16(p + 1), p[19] == 'S', {0}};
    best += (uint64_t)add(side_of(o), key_of(o), o->shares);
    break;
  }
  case 'D':
    best += (uint64_t)reduce(&order[be64(p + 11)], UINT32_MAX);
    break;
  case 'X':
  case 'E':
  case 'C':
    best += (uint64_t)reduce(&order[be64(p + 11)], be32(p + 19));
    break;
  case 'U': {
    Order *o = &order[be64(p + 11)];
    if (!o->shares) { missing++; break; }
    Order *n = &order[be64(p + 19)];
    Order fresh = {be32(p + 31), be32(p + 27), o->locate, o->side, {0}};
    int touched = reduce(o, UINT32_MAX);
    *n = fresh;
    touched |= add(side_of(n), key_of(n), n->shares);
    best += (uint64_t)touched;
    break;
  }
  default:
    break;
  }
}

static void run_single(const uint8_t *data, size_t bytes) {
  for (size_t at = 0; at < bytes;) {
    const uint8_t *p = data + at + 2;
    at += 2 + be16(data + at);
    apply(p);
  }
}

static inline Order *order_hint(const uint8_t *p) {
  uint64_t reference = be64(p + 11);  // of other messages not a reference: any order will do
  return &order[reference < order_count ? reference : 0];
}

static void run_batched(const uint8_t *data, size_t bytes) {
  const uint8_t *batch[BATCH];
  for (size_t at = 0; at < bytes;) {
    int n = 0;
    for (; n < BATCH && at < bytes; n++) {
      const uint8_t *p = data + at + 2;
      at += 2 + be16(data + at);
      batch[n] = p;
      __builtin_prefetch(order_hint(p), 1, 3);
      __builtin_prefetch(&book[be16(p + 1)], 1, 3);
    }
    for (int i = 0; i < n; i++) {
      const uint8_t *p = batch[i];
      int side = *p == 'A' || *p == 'F' ? p[19] == 'S' : order_hint(p)->side;
      Side *s = &book[be16(p + 1)].side[side];
      uint32_t last = s->count ? s->count - 1 : 0;
      __builtin_prefetch(s->key + last, 1, 3);
      __builtin_prefetch(s->shares + last, 1, 3);
      __builtin_prefetch(s->orders + last, 1, 3);
    }
    for (int i = 0; i < n; i++) apply(batch[i]);
  }
}

static void report(const char *mode, uint64_t messages, double time) {
  uint64_t live = 0, levels = 0, checksum = 0;
  for (int l = 0; l < LOCATES; l++)
    for (int k = 0; k < 2; k++) {
      const Side *s = &book[l].side[k];
      levels += s->count;
      for (uint32_t i = 0; i < s->count; i++) {
        live += s->orders[i];
        checksum += s->key[i] * s->shares[i];
      }
    }
  printf("{\"mode\":\"%s\",\"messages\":%llu,\"messages_per_second\":%.0f,\"live\":%llu,"
         "\"levels\":%llu,\"missing\":%llu,\"best\":%llu,\"checksum\":\"%016llx\"}\n",
         mode, (unsigned long long)messages, messages / time, (unsigned long long)live,
         (unsigned long long)levels, (unsigned long long)missing, (unsigned long long)best,
         (unsigned long long)checksum);
  fflush(stdout);
}

static const uint8_t *load(const char *path, size_t *bytes) {
  int fd = open(path, O_RDONLY);
  struct stat st;
  if (fd < 0 || fstat(fd, &st)) { perror(path); exit(1); }
  *bytes = (size_t)st.st_size;
  uint8_t *data = map(*bytes + 4096);
  for (size_t at = 0; at < *bytes;) {
    ssize_t n = read(fd, data + at, *bytes - at);
    if (n <= 0) { perror(path); exit(1); }
    at += (size_t)n;
  }
  close(fd);
  return data;
}

int main(int argc, char **argv) {
  if (argc < 2) { fprintf(stderr, "usage: book_baseline FILE [ROUNDS]\n"); return 64; }
  int rounds = argc > 2 ? atoi(argv[2]) : 3;
  size_t bytes;
  const uint8_t *data = load(argv[1], &bytes);
  uint64_t messages = 0;
  for (size_t at = 0; at < bytes; at += 2 + be16(data + at), messages++) {
    const uint8_t *p = data + at + 2;
    uint64_t reference = *p == 'A' || *p == 'F' ? be64(p + 11) : *p == 'U' ? be64(p + 19) : 0;
    if (reference >= order_count) order_count = reference + 1;
  }
  for (int round = 0; round < rounds; round++)
    for (int mode = 0; mode < 2; mode++) {
      order = map((order_count + 1) * sizeof *order);
      memset(order, 0, (order_count + 1) * sizeof *order);  // page faults are not what is measured
      book = map(LOCATES * sizeof *book);
      pool = pool_end = 0;
      missing = best = 0;
      double start = seconds();
      if (mode) run_batched(data, bytes); else run_single(data, bytes);
      report(mode ? "batched" : "single", messages, seconds() - start);
      munmap(order, (order_count + 1) * sizeof *order);
      munmap(book, LOCATES * sizeof *book);
    }
  return 0;
}

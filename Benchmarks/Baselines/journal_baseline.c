// Neighbour of the benches "journal-write" and "journal-read": DBN MBO records as delta columns and
// used byte planes, one zstd frame or LZ4 block each, one thread, in C for this very machine.
//
//   journal_baseline make DAY.itch RECORDS.mbo COUNT   the first order records of an ITCH 5.0 day
//   journal_baseline run RECORDS.mbo BLOCK             56-byte MBO records and nothing else
//
// What `make` writes is what the shared journal_bench.c makes of a day: a record a message, prices
// and sizes of D, E and X looked up, a capture latency of 13 us and more, exponential.
// The transform is that of the shared journal_bench.c ("delta columns, used planes"), on 56-byte
// records instead of 64-byte ones: times, sequence and order id as differences, prices as
// differences a symbol in units of 1e-4, then only the byte planes that are used. A block decodes
// alone. Prints one JSON object a line for each coder; what is decoded is compared.
//
// gcc -O3 -march=native -pthread -o journal_baseline journal_baseline.c -lm
// The libraries are opened at run time, so that the compiler needs no flags of its own.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#if defined(__AVX512VBMI__) && defined(__AVX512BW__)
#include <immintrin.h>
#define WIDE_PLANES 1
#endif

typedef struct {
  uint8_t length, rtype;
  uint16_t publisher;
  uint32_t instrument;
  uint64_t ts_event, order_id;
  int64_t price;
  uint32_t size, letters;  // flags, channel, action, side
  uint64_t ts_recv;
  int32_t ts_in_delta;
  uint32_t sequence;
} record;
_Static_assert(sizeof(record) == 56, "a DBN MBO record");

enum { COLUMNS = 9, WIDE = 5 };  // five columns of 64 bits, then four of 32
static uint64_t *wide[WIDE];
static uint32_t *narrow[COLUMNS - WIDE];
static int64_t last_price[65536];
static size_t most;  // records a block

static uint64_t zigzag(int64_t x) { return (uint64_t)x << 1 ^ (uint64_t)(x >> 63); }
static int64_t unzigzag(uint64_t x) { return (int64_t)(x >> 1) ^ -(int64_t)(x & 1); }

static void split(const record *r, size_t n) {
  uint64_t time = 0, greatest = 0;
  uint32_t sequence = 0;
  memset(last_price, 0, sizeof last_price);
  for (size_t i = 0; i < n; i++) {
    const record *q = r + i;
    wide[0][i] = q->ts_event - time;
    time = q->ts_event;
    wide[1][i] = q->ts_recv - q->ts_event;
    wide[2][i] = zigzag((int64_t)(q->order_id - greatest));
    greatest = q->order_id > greatest ? q->order_id : greatest;
    int64_t price = q->price / 100000, *last = &last_price[q->instrument & 65535];
    wide[3][i] = zigzag(price - *last);
    *last = price;
    wide[4][i] = q->size;
    narrow[0][i] = q->instrument;
    narrow[1][i] = q->letters;
    narrow[2][i] = (uint32_t)((int64_t)q->ts_recv - (int64_t)q->ts_event - q->ts_in_delta);
    narrow[3][i] = q->sequence - sequence - 1;
    sequence = q->sequence;
  }
}

static void join(record *r, size_t n, uint32_t head) {
  uint64_t time = 0, greatest = 0;
  uint32_t sequence = 0;
  memset(last_price, 0, sizeof last_price);
  for (size_t i = 0; i < n; i++) {
    record *q = r + i;
    memcpy(q, &head, 4);
    q->ts_event = time = time + wide[0][i];
    q->ts_recv = q->ts_event + wide[1][i];
    q->order_id = greatest + (uint64_t)unzigzag(wide[2][i]);
    greatest = q->order_id > greatest ? q->order_id : greatest;
    q->instrument = narrow[0][i];
    int64_t *last = &last_price[q->instrument & 65535];
    *last += unzigzag(wide[3][i]);
    q->price = *last * 100000;
    q->size = (uint32_t)wide[4][i];
    q->letters = narrow[1][i];
    q->ts_in_delta = (int32_t)(wide[1][i] - narrow[2][i]);
    q->sequence = sequence = sequence + 1 + narrow[3][i];
  }
}

#ifdef WIDE_PLANES
static __m512i split_order, join_order;
static void make_orders(void) {
  uint8_t a[64], b[64];
  for (int i = 0; i < 64; i++) a[i] = (uint8_t)(i % 8 * 8 + i / 8);
  for (int i = 0; i < 64; i++) b[a[i]] = (uint8_t)i;
  split_order = _mm512_loadu_si512(a);
  join_order = _mm512_loadu_si512(b);
}

static void split8(const uint64_t *column, uint8_t *planes, size_t n) {
  for (size_t i = 0; i < n; i += 8) {
    uint64_t line[8] __attribute__((aligned(64)));
    _mm512_store_si512(
        line, _mm512_permutexvar_epi8(split_order, _mm512_loadu_si512(column + i)));
    for (int k = 0; k < 8; k++) memcpy(planes + k * most + i, &line[k], 8);
  }
}

static void join8(const uint8_t *planes, uint64_t *column, size_t n) {
  for (size_t i = 0; i < n; i += 8) {
    uint64_t line[8] __attribute__((aligned(64)));
    for (int k = 0; k < 8; k++) memcpy(&line[k], planes + k * most + i, 8);
    _mm512_storeu_si512(
        column + i, _mm512_permutexvar_epi8(join_order, _mm512_load_si512(line)));
  }
}
#else
static void make_orders(void) {}

static void split8(const uint64_t *column, uint8_t *planes, size_t n) {
  for (int k = 0; k < 8; k++)
    for (size_t i = 0; i < n; i++) planes[k * most + i] = (uint8_t)(column[i] >> 8 * k);
}

static void join8(const uint8_t *planes, uint64_t *column, size_t n) {
  memset(column, 0, 8 * n);
  for (int k = 0; k < 8; k++)
    for (size_t i = 0; i < n; i++) column[i] |= (uint64_t)planes[k * most + i] << 8 * k;
}
#endif

static void split4(const uint32_t *column, uint8_t *planes, size_t n) {
  for (size_t i = 0; i < n; i++)
    for (int k = 0; k < 4; k++) planes[k * most + i] = (uint8_t)(column[i] >> 8 * k);
}

static void join4(const uint8_t *p, uint32_t *column, size_t n) {
  for (size_t i = 0; i < n; i++)
    column[i] = p[i] | (uint32_t)p[most + i] << 8 | (uint32_t)p[2 * most + i] << 16 |
                (uint32_t)p[3 * most + i] << 24;
}

#define NARROW_SPLIT(column)                                        \
  do {                                                              \
    for (size_t i = 0; i < n; i++) p[i] = (uint8_t)(column)[i];     \
    if (width == 2)                                                 \
      for (size_t i = 0; i < n; i++) p[n + i] = (uint8_t)((column)[i] >> 8); \
  } while (0)
#define NARROW_JOIN(column, type)                                                        \
  do {                                                                                   \
    if (width == 1)                                                                      \
      for (size_t i = 0; i < n; i++) (column)[i] = p[i];                                 \
    else                                                                                 \
      for (size_t i = 0; i < n; i++) (column)[i] = (type)(p[i] | (type)p[n + i] << 8);   \
  } while (0)

// The used planes behind the columns' widths; the bytes written.
static size_t planes_out(size_t n, uint8_t *out, uint8_t *room) {
  uint8_t *p = out + COLUMNS;
  for (int k = 0; k < COLUMNS; k++) {
    uint64_t any = 0;
    if (k < WIDE)
      for (size_t i = 0; i < n; i++) any |= wide[k][i];
    else
      for (size_t i = 0; i < n; i++) any |= narrow[k - WIDE][i];
    size_t width = any ? (size_t)(71 - __builtin_clzll(any)) / 8 : 0;
    out[k] = (uint8_t)width;
    if (width == 1 || width == 2) {
      if (k < WIDE)
        NARROW_SPLIT(wide[k]);
      else
        NARROW_SPLIT(narrow[k - WIDE]);
    } else if (width) {
      if (k < WIDE)
        split8(wide[k], room, n);
      else
        split4(narrow[k - WIDE], room, n);
      for (size_t j = 0; j < width; j++) memcpy(p + j * n, room + j * most, n);
    }
    p += width * n;
  }
  return (size_t)(p - out);
}

static void planes_in(const uint8_t *in, size_t n, uint8_t *room) {
  const uint8_t *p = in + COLUMNS;
  for (int k = 0; k < COLUMNS; k++) {
    size_t width = in[k];
    if (width == 0) {
      if (k < WIDE)
        memset(wide[k], 0, 8 * n);
      else
        memset(narrow[k - WIDE], 0, 4 * n);
    } else if (width <= 2) {
      if (k < WIDE)
        NARROW_JOIN(wide[k], uint64_t);
      else
        NARROW_JOIN(narrow[k - WIDE], uint32_t);
    } else {
      for (size_t j = 0; j < width; j++) memcpy(room + j * most, p + j * n, n);
      for (size_t j = width; j < (k < WIDE ? 8 : 4); j++) memset(room + j * most, 0, n);
      if (k < WIDE)
        join8(room, wide[k], n);
      else
        join4(room, narrow[k - WIDE], n);
    }
    p += width * n;
  }
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

// What is used of the libraries, by their documented prototypes.
static struct {
  void *(*zstd_context)(void), *(*zstd_decontext)(void);
  size_t (*zstd)(void *, void *, size_t, const void *, size_t, int);
  size_t (*unzstd)(void *, void *, size_t, const void *, size_t);
  int (*lz4)(const char *, char *, int, int, int);
  int (*unlz4)(const char *, char *, int, int);
} lib;

static void *symbol(const char *file, const char *name) {
  void *handle = dlopen(file, RTLD_NOW), *found = handle ? dlsym(handle, name) : NULL;
  if (!found) fprintf(stderr, "journal_baseline: %s: no %s\n", file, name), exit(69);
  return found;
}

static void open_libraries(void) {
  *(void **)&lib.zstd_context = symbol("libzstd.so.1", "ZSTD_createCCtx");
  *(void **)&lib.zstd_decontext = symbol("libzstd.so.1", "ZSTD_createDCtx");
  *(void **)&lib.zstd = symbol("libzstd.so.1", "ZSTD_compressCCtx");
  *(void **)&lib.unzstd = symbol("libzstd.so.1", "ZSTD_decompressDCtx");
  *(void **)&lib.lz4 = symbol("liblz4.so.1", "LZ4_compress_fast");
  *(void **)&lib.unlz4 = symbol("liblz4.so.1", "LZ4_decompress_safe");
}

typedef struct {
  const char *name;
  char coder;
  int level;
} codec;

static void measure(const record *r, size_t n, codec c, void *cctx, void *dctx) {
  size_t room = 64 * most + 65536, blocks = (n + most - 1) / most, total = 0;
  uint8_t *planes = aligned_alloc(64, room), *scratch = aligned_alloc(64, 8 * most + 4096);
  record *back = aligned_alloc(64, 64 * most);
  uint8_t **stored = malloc(blocks * sizeof *stored);
  size_t *sizes = malloc(blocks * sizeof *sizes), *raw = malloc(blocks * sizeof *raw);
  size_t area = n * 56 + blocks * 70000;
  uint8_t *out = mmap(0, area, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  madvise(out, area, MADV_HUGEPAGE);
  memset(out, 1, area);
  double start = now();
  for (size_t b = 0; b < blocks; b++) {
    size_t m = b == blocks - 1 ? n - b * most : most, s;
    split(r + b * most, m);
    raw[b] = s = planes_out(m, planes, scratch);
    stored[b] = out;
    if (c.coder == 'n')
      memcpy(out, planes, sizes[b] = s);
    else if (c.coder == 'l')
      sizes[b] = (size_t)lib.lz4((char *)planes, (char *)out, (int)s, (int)(s + s / 64 + 64),
                                 c.level);
    else
      sizes[b] = lib.zstd(cctx, out, s + s / 64 + 1024, planes, s, c.level);
    out += sizes[b];
    total += sizes[b];
  }
  double encoded = now() - start;
  int same = 1;
  start = now();
  for (size_t b = 0; b < blocks; b++) {
    size_t m = b == blocks - 1 ? n - b * most : most;
    const uint8_t *from = planes;
    if (c.coder == 'n')
      from = stored[b];
    else if (c.coder == 'l')
      same &= lib.unlz4((char *)stored[b], (char *)planes, (int)sizes[b], (int)room) == (int)raw[b];
    else
      same &= lib.unzstd(dctx, planes, room, stored[b], sizes[b]) == raw[b];
    planes_in(from, m, scratch);
    uint32_t head;
    memcpy(&head, r, 4);
    join(back, m, head);
    if (b % 8 == 0) same &= !memcmp(back, r + b * most, m * sizeof *r);
  }
  double decoded = now() - start;
  printf("{\"codec\": \"%s\", \"records\": %zu, \"bytes\": %zu, \"encode_per_second\": %.0f, "
         "\"decode_per_second\": %.0f, \"same\": %d}\n",
         c.name, n, total, (double)n / encoded, (double)n / decoded, same);
  munmap(out - total, area);
  free(planes), free(scratch), free(back), free(stored), free(sizes), free(raw);
}

// ---- order records of an ITCH day -------------------------------------------------------------

static uint64_t be(const uint8_t *p, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; i++) value = value << 8 | p[i];
  return value;
}

typedef struct {
  uint32_t price, shares;
  uint8_t side;
} order;

static int make(const char *day, const char *path, uint64_t wanted) {
  struct stat state;
  int file = open(day, O_RDONLY);
  if (file < 0 || fstat(file, &state)) return perror(day), 66;
  size_t size = (size_t)state.st_size, orders = (size_t)80 << 20;
  const uint8_t *d = mmap(0, size, PROT_READ, MAP_PRIVATE, file, 0);
  order *open_orders = mmap(0, orders * sizeof(order), PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  FILE *out = fopen(path, "wb");
  if (!out || d == MAP_FAILED || open_orders == MAP_FAILED) return perror(path), 73;
  uint64_t made = 0, seed = 88172645463325252ull;
  uint32_t sequence = 0;
  for (size_t at = 0; at + 2 < size && made < wanted;) {
    const uint8_t *p = d + at + 2;
    at += 2 + be(d + at, 2);
    sequence++;
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    if (!strchr("AFDXECUP", *p)) continue;
    int latency = (int)(13000 - 4000 * log((double)((seed >> 11) + 1) / 9007199254740993.0));
    record r = {.length = 14, .rtype = 160, .publisher = 2, .instrument = (uint32_t)be(p + 1, 2)};
    r.ts_event = 1577664000000000000ull + be(p + 5, 6);
    r.ts_recv = r.ts_event + (uint64_t)latency;
    r.ts_in_delta = latency - 9000;
    r.sequence = sequence;
    r.order_id = *p == 'P' ? 0 : be(p + (*p == 'U' ? 19 : 11), 8);
    uint64_t named = *p == 'P' ? 0 : be(p + 11, 8);
    if (r.order_id >= orders || named >= orders) continue;
    order *o = &open_orders[named], now = *o;
    if (*p == 'A' || *p == 'F')
      *o = now = (order){(uint32_t)be(p + 32, 4), (uint32_t)be(p + 20, 4), p[19]};
    else if (*p == 'U')
      open_orders[r.order_id] = now =
          (order){(uint32_t)be(p + 31, 4), (uint32_t)be(p + 27, 4), now.side};
    else if (*p == 'P')
      now = (order){(uint32_t)be(p + 32, 4), (uint32_t)be(p + 20, 4), p[19]};
    else if (*p != 'D')
      now.shares = (uint32_t)be(p + 19, 4), o->shares -= now.shares;
    r.price = (int64_t)now.price * 100000;
    r.size = now.shares;
    char action = "AACCFFMT"[strchr("AFDXECUP", *p) - "AFDXECUP"];
    uint8_t side = now.side == 'B' ? 'B' : now.side == 'S' ? 'A' : 'N';
    r.letters = 128u | 1u << 8 | (uint32_t)(uint8_t)action << 16 | (uint32_t)side << 24;
    fwrite(&r, sizeof r, 1, out);
    made++;
  }
  if (fclose(out)) return perror(path), 74;
  printf("{\"records\": %llu}\n", (unsigned long long)made);
  return 0;
}

int main(int count, char **words) {
  if (count == 5 && !strcmp(words[1], "make"))
    return make(words[2], words[3], strtoull(words[4], 0, 10));
  if (count != 4 || strcmp(words[1], "run"))
    return fputs("usage: journal_baseline make DAY OUT COUNT | run RECORDS BLOCK\n", stderr), 64;
  struct stat state;
  int file = open(words[2], O_RDONLY);
  most = strtoull(words[3], 0, 10);
  if (file < 0 || fstat(file, &state) || most % 64 || !most) return perror(words[2]), 66;
  size_t bytes = (size_t)state.st_size;
  record *r = mmap(0, bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  if (r == MAP_FAILED) return perror(words[2]), 66;
  make_orders();
  open_libraries();
  for (int k = 0; k < WIDE; k++) wide[k] = aligned_alloc(64, 8 * most + 4096);
  for (int k = 0; k < COLUMNS - WIDE; k++) narrow[k] = aligned_alloc(64, 4 * most + 4096);
  codec codecs[] = {{"none", 'n', 0}, {"lz4", 'l', 1}, {"zstd:1", 'z', 1}};
  void *cctx = lib.zstd_context(), *dctx = lib.zstd_decontext();
  for (int k = 0; k < 3; k++) measure(r, bytes / sizeof *r, codecs[k], cctx, dctx);
  return 0;
}

// What the Binance decoder stands beside: the same lines of text read by simdjson on-demand, and by
// a scanner that knows the order of the keys and reads a character at a time.
//
//   json_baseline FILE      one JSON object a loop on standard output
//
// Both give prices and quantities in units of 1e-8 and add them up with the trade time and the
// aggressor; nothing goes through binary floating point. They look up no symbol, check no more than
// they need, and write no record.
#include <fcntl.h>
#include <sched.h>
#include <simdjson.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

static double seconds() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline uint64_t number(const char *&p) {
  uint64_t v = 0;
  while ((unsigned)(*p - '0') < 10) v = v * 10 + (uint64_t)(*p++ - '0');
  return v;
}

static inline uint64_t decimal(const char *&p) {
  uint64_t v = number(p);
  int places = 0;
  if (*p == '.')
    for (p++; (unsigned)(*p - '0') < 10; places++) v = v * 10 + (uint64_t)(*p++ - '0');
  while (places++ < 8) v *= 10;
  return v;
}

static uint64_t decimal(std::string_view text) {
  const char *p = text.data();
  return decimal(p);
}

static char *text;
static size_t bytes;
static std::vector<size_t> starts;

static uint64_t on_demand() {
  static simdjson::ondemand::parser parser;
  uint64_t sum = 0;
  for (size_t i = 0; i + 1 < starts.size(); i++) {
    auto document = parser.iterate(text + starts[i], starts[i + 1] - starts[i] - 1,
                                   bytes + simdjson::SIMDJSON_PADDING - starts[i]);
    simdjson::ondemand::object outer = document.get_object(), o;
    if (text[starts[i] + 2] == 's') o = outer["data"].get_object();
    else o = outer;
    std::string_view event;
    if (!o["e"].get_string().get(event)) {
      sum += decimal(o["p"].get_string().value()) + decimal(o["q"].get_string().value());
      sum += (uint64_t)o["T"] + (bool)o["m"];
    } else {
      o.reset();
      sum += decimal(o["b"].get_string().value()) + decimal(o["B"].get_string().value());
      sum += decimal(o["a"].get_string().value()) + decimal(o["A"].get_string().value());
    }
  }
  return sum;
}

static uint64_t scanner() {
  uint64_t sum = 0;
  for (size_t i = 0; i + 1 < starts.size(); i++) {
    const char *p = text + starts[i];
    if (p[2] == 's') {  // {"stream":"...","data":
      p += 11;
      while (*p != '"') p++;
      p += 9;
    }
    if (p[2] == 'e') {
      bool aggregate = p[6] == 'a';
      p += aggregate ? 21 : 18;
      number(p);
      p += 6;
      while (*p != '"') p++;
      p += 6;
      number(p);
      p += 6;
      sum += decimal(p);
      p += 7;
      sum += decimal(p);
      if (aggregate) {
        p += 6;
        number(p);
        p += 5;
        number(p);
        p += 5;
      } else {
        p += 6;
      }
      sum += number(p);
      p += 5;
      sum += *p == 't';
    } else {
      p += 5;
      number(p);
      p += 6;
      while (*p != '"') p++;
      for (int value = 0; value < 4; value++) p += 7, sum += decimal(p);
    }
  }
  return sum;
}

static void run(const char *name, uint64_t (*loop)()) {
  double start = seconds();
  uint64_t sum = loop();
  double time = seconds() - start;
  size_t messages = starts.size() - 1;
  printf("{\"loop\":\"%s\",\"messages\":%zu,\"messages_per_second\":%.0f,\"sum\":%llu}\n", name,
         messages, (double)messages / time, (unsigned long long)sum);
}

int main(int count, char **words) {
  if (count != 2) return fprintf(stderr, "usage: json_baseline FILE\n"), 64;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  sched_setaffinity(0, sizeof one, &one);
  int file = open(words[1], O_RDONLY);
  struct stat info;
  if (file < 0 || fstat(file, &info)) return perror(words[1]), 66;
  bytes = (size_t)info.st_size;
  text = (char *)mmap(0, bytes + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  madvise(text, bytes + 4096, MADV_HUGEPAGE);
  for (size_t o = 0; o < bytes;) {
    ssize_t more = read(file, text + o, bytes - o);
    if (more <= 0) return perror(words[1]), 74;
    o += (size_t)more;
  }
  // Where lines begin is known to these loops; the decoder finds it out.
  starts.push_back(0);
  for (size_t i = 0; i < bytes; i++)
    if (text[i] == '\n') starts.push_back(i + 1);
  run("simdjson", on_demand);
  run("scanner", scanner);
  return 0;
}

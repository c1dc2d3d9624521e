// Binance text (aggTrade and bookTicker, a message a line) read with simdjson's On-Demand interface
// (Debian libsimdjson-dev), one core.
//
//   file in memory --> one document a message --> exact numbers, added up
//
// Prices and sizes become integers of 1e-8 from their digits, as a feed must have them. Prints one
// JSON object: its sum is that of every reader of this text.
//
// build: g++ -std=c++20 -O3 -march=native -o simdjson_text simdjson_text.cpp -lsimdjson
// usage: simdjson_text FILE
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <sched.h>
#include <simdjson.h>
#include <string>
#include <string_view>
#include <vector>

namespace {

double seconds() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

// Units of 1e-8; the text has at most eight decimals.
uint64_t decimal(std::string_view text) {
  uint64_t value = 0;
  int decimals = -1;
  for (char c : text) {
    if (c == '.') {
      decimals = 0;
      continue;
    }
    value = value * 10 + (c - '0');
    if (decimals >= 0) decimals++;
  }
  for (int i = decimals < 0 ? 0 : decimals; i < 8; i++) value *= 10;
  return value;
}

uint64_t sum_of(simdjson::ondemand::parser &parser, const char *text, size_t length, size_t room) {
  auto document = parser.iterate(text, length, room);
  simdjson::ondemand::object outer = document.get_object();
  simdjson::ondemand::object data = outer["data"].get_object();
  std::string_view event;
  if (!data["e"].get_string().get(event)) {
    uint64_t sum = uint64_t(data["a"]);
    sum += decimal(data["p"].get_string().value());
    sum += decimal(data["q"].get_string().value());
    sum += uint64_t(data["T"]);
    return sum + bool(data["m"]);
  }
  data.reset();
  uint64_t sum = uint64_t(data["u"]);
  for (const char *key : {"b", "B", "a", "A"}) sum += decimal(data[key].get_string().value());
  return sum;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 2) return 64;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(0, &set);
  sched_setaffinity(0, sizeof set, &set);
  std::string text;
  FILE *file = fopen(argv[1], "rb");
  if (!file) return 66;
  char block[1 << 16];
  for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0;) text.append(block, n);
  fclose(file);
  size_t length = text.size();
  text.append(simdjson::SIMDJSON_PADDING, ' ');
  std::vector<size_t> starts{0};
  for (size_t i = 0; i < length; i++)
    if (text[i] == '\n') starts.push_back(i + 1);
  size_t count = starts.size() - 1;
  simdjson::ondemand::parser parser;
  uint64_t sum = 0;
  double best = 0;
  // The first pass warms up.
  for (int pass = 0; pass < 3; pass++) {
    sum = 0;
    double start = seconds();
    for (size_t i = 0; i < count; i++)
      sum += sum_of(parser, text.data() + starts[i], starts[i + 1] - starts[i] - 1,
                    text.size() - starts[i]);
    double rate = count / (seconds() - start);
    if (pass > 0 && rate > best) best = rate;
  }
  printf("{\"messages\":%zu,\"sum\":%llu,\"rate\":%.3f,\"version\":\"%s\",\"kernel\":\"%s\"}\n",
         count, (unsigned long long)sum, best / 1e6, SIMDJSON_STRINGIFY(SIMDJSON_VERSION),
         simdjson::get_active_implementation()->name().c_str());
  return 0;
}

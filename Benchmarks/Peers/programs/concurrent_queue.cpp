// moodycamel::ConcurrentQueue (Debian libconcurrentqueue-dev), one producer and one consumer, with
// their tokens, 64 messages of 64 bytes a call. Its ReaderWriterQueue is in
// Benchmarks/Baselines/queue_baseline.cpp.
//
//   thread on CPU 1 --> queue --> thread on CPU 0
//
// Every message is added up on the other side. Prints one JSON object.
//
// build: g++ -std=c++20 -O3 -march=native -pthread -o concurrent_queue concurrent_queue.cpp
// usage: concurrent_queue MESSAGES
#include <atomic>
#include <concurrentqueue/concurrentqueue.h>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <immintrin.h>
#include <sched.h>
#include <thread>
#include <unistd.h>

namespace {

constexpr uint64_t capacity = 4096, group = 64;

struct alignas(64) Message {
  uint64_t words[8];
};

double seconds() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof set, &set);
}

}  // namespace

int main(int argc, char **argv) {
  uint64_t count = argc > 1 ? strtoull(argv[1], nullptr, 10) : 2000000;
  count = count / group * group;
  moodycamel::ConcurrentQueue<Message> queue(capacity);
  std::atomic<int> ready{0};
  uint64_t sum = 0;
  std::thread reader([&] {
    pin(0);
    moodycamel::ConsumerToken token(queue);
    Message block[group];
    ready = 1;
    for (uint64_t seen = 0; seen < count;) {
      uint64_t n = queue.try_dequeue_bulk(token, block, group);
      for (uint64_t k = 0; k < n; k++) sum += block[k].words[0];
      if (!n) _mm_pause();
      seen += n;
    }
  });
  while (!ready) usleep(100);
  pin(1);
  moodycamel::ProducerToken token(queue);
  Message block[group];
  double start = seconds();
  for (uint64_t i = 0; i < count; i += group) {
    for (uint64_t k = 0; k < group; k++) {
      uint64_t number = i + k;
      block[k] = Message{{number, number + 1, number + 2, number + 3, number + 4, number + 5,
                          number + 6, number + 7}};
    }
    while (!queue.try_enqueue_bulk(token, block, group)) _mm_pause();
  }
  reader.join();
  double time = seconds() - start;
  if (sum != count * (count - 1) / 2) {
    fprintf(stderr, "the sum of the messages is wrong\n");
    return 3;
  }
  printf("{\"rate\":%.3f}\n", count / time / 1e6);
  return 0;
}

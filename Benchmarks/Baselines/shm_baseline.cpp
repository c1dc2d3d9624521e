// A broadcast ring in shared memory between two processes, in C++: what `shm` stands beside.
//
//   process on CPU 1 --> ring of 16,384 lines, never waits --> process on CPU 0    throughput
//   process on CPU 1 <==> two rings <==> process on CPU 0                          round trip
//
// A message is 56 bytes and the sequence in the same line; the writer marks the line, stores seven
// words and the sequence; the reader copies and then looks whether the line has changed. "raw" is
// one line each way. Prints one JSON object.
//
// build: g++ -std=c++20 -O3 -march=native -pthread -o shm_baseline shm_baseline.cpp
// usage: shm_baseline [MESSAGES=4000000] [TRIPS=100000]
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <immintrin.h>
#include <new>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr uint64_t capacity = 16384;

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

struct Ring {
  struct alignas(64) Line {
    std::atomic<uint64_t> words[7];
    std::atomic<uint64_t> sequence;
  };
  alignas(128) Line lines[capacity];

  void put(uint64_t &next, uint64_t value) {
    Line &line = lines[next & (capacity - 1)];
    line.sequence.store(0, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    for (int i = 0; i < 7; i++) line.words[i].store(value + i, std::memory_order_relaxed);
    line.sequence.store(++next, std::memory_order_release);
  }

  // 1: a message, 0: none yet, 2: some were lost.
  int get(uint64_t &next, uint64_t &value, uint64_t &lost) {
    Line &line = lines[next & (capacity - 1)];
    uint64_t found = line.sequence.load(std::memory_order_acquire), words[7];
    if (found > next + 1) {
      lost += found - next - 1;
      next = found - 1;
      return 2;
    }
    if (found != next + 1) return 0;
    for (int i = 0; i < 7; i++) words[i] = line.words[i].load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_acquire);
    if (line.sequence.load(std::memory_order_relaxed) != found) return 0;
    value = words[0];
    next++;
    return 1;
  }
};

struct Shared {
  Ring there, back;
  alignas(128) std::atomic<uint64_t> ping, pong, ready, done;
  uint64_t received, lost;
  double end;
};

Shared *share() {
  void *memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) exit(71);
  return new (memory) Shared();
}

template <class Read, class Write>
double run(Shared *s, Read read, Write write) {
  pid_t child = fork();
  if (child == 0) {
    pin(0);
    s->ready = 1;
    read();
    s->end = seconds();
    _exit(0);
  }
  while (!s->ready) usleep(100);
  pin(1);
  double start = seconds();
  write();
  waitpid(child, nullptr, 0);
  return s->end - start;
}

}  // namespace

int main(int count, char **words) {
  uint64_t messages = count > 1 ? strtoull(words[1], nullptr, 10) : 4000000;
  uint64_t trips = count > 2 ? strtoull(words[2], nullptr, 10) : 100000;
  Shared *s = share();
  double raw = run(s,
      [&] {
        for (uint64_t i = 1; i <= trips; i++) {
          while (s->ping.load(std::memory_order_acquire) != i) _mm_pause();
          s->pong.store(i, std::memory_order_release);
        }
      },
      [&] {
        for (uint64_t i = 1; i <= trips; i++) {
          s->ping.store(i, std::memory_order_release);
          while (s->pong.load(std::memory_order_acquire) != i) _mm_pause();
        }
      });
  s = share();
  double trip = run(s,
      [&] {
        uint64_t in = 0, out = 0, value = 0, lost = 0;
        for (uint64_t i = 0; i < trips; i++) {
          while (s->there.get(in, value, lost) != 1) _mm_pause();
          s->back.put(out, value);
        }
      },
      [&] {
        uint64_t in = 0, out = 0, value = 0, lost = 0;
        for (uint64_t i = 0; i < trips; i++) {
          s->there.put(out, i);
          while (s->back.get(in, value, lost) != 1) _mm_pause();
        }
      });
  s = share();
  double written = 0;
  double time = run(s,
      [&] {
        uint64_t next = 0, value = 0, lost = 0, received = 0;
        for (;;) {
          int answer = s->there.get(next, value, lost);
          if (answer == 1) received++;
          if (answer == 0 && s->done.load(std::memory_order_acquire)) {
            if (s->there.get(next, value, lost) == 0) break;
            received++;
          }
        }
        s->received = received;
        s->lost = lost;
      },
      [&] {
        uint64_t next = 0;
        double start = seconds();
        for (uint64_t i = 0; i < messages; i++) s->there.put(next, i);
        written = seconds() - start;
        s->done.store(1, std::memory_order_release);
      });
  printf("{\"raw_round_trip_ns\":%.1f,\"round_trip_ns\":%.1f,\"published_per_second\":%.0f,"
         "\"received_per_second\":%.0f,\"lost\":%llu}\n",
         raw * 1e9 / trips, trip * 1e9 / trips, messages / written, s->received / time,
         (unsigned long long)s->lost);
  return 0;
}

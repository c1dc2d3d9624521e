// Queues of 64-byte messages from one thread to another: what `lane` stands beside.
//
//   thread on CPU 1 --> queue of 4,096 messages --> thread on CPU 0     throughput
//   thread on CPU 1 <==> two queues <==> thread on CPU 0                round trip
//
//   raw       one line each way, a store and a spin: what the two cores need to see each other
//   ceiling   ours: the sequence in the message's own line, one 64-byte store, a pause in the spin
//   boost     boost::lockfree::spsc_queue, one message a call, and arrays of 64
//   moodycamel ReaderWriterQueue, one message a call
//
// Every message is added up on the other side. Prints one JSON object a queue.
//
// build: g++ -std=c++20 -O3 -march=native -pthread -o queue_baseline queue_baseline.cpp
// usage: queue_baseline [MESSAGES=4000000] [TRIPS=100000]
#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <immintrin.h>
#include <memory>
#include <readerwriterqueue/readerwriterqueue.h>
#include <sched.h>
#include <thread>
#include <unistd.h>

namespace {

constexpr uint64_t capacity = 4096;
constexpr uint64_t group = 64;

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

Message message(uint64_t i) { return Message{{i, i + 1, i + 2, i + 3, i + 4, i + 5, i + 6, 0}}; }

// The sequence is the message's last word, so payload and sequence become visible by one store
// (or, where a 64-byte store goes out in halves, by the second half).
class Ceiling {
  alignas(128) Message lines_[capacity] = {};
  alignas(128) std::atomic<uint64_t> taken_{0};
  alignas(128) uint64_t next_ = 0;
  uint64_t limit_ = capacity;
  alignas(128) uint64_t at_ = 0;

  static void store(Message *to, const Message &m, uint64_t sequence) {
#if defined(__AVX512F__)
    __m512i line = _mm512_loadu_si512(&m);
    line = _mm512_mask_set1_epi64(line, 0x80, (long long)sequence);
    _mm512_store_si512(to, line);
#else
    memcpy(to, &m, 56);
    __atomic_store_n(&to->words[7], sequence, __ATOMIC_RELEASE);
#endif
  }

 public:
  void push(const Message &m) {
    while (next_ >= limit_) {
      limit_ = taken_.load(std::memory_order_acquire) + capacity;
      if (next_ >= limit_) _mm_pause();
    }
    store(&lines_[next_ & (capacity - 1)], m, next_ + 1);
    next_++;
  }

  void pop(Message &m) {
    Message *from = &lines_[at_ & (capacity - 1)];
    while (__atomic_load_n(&from->words[7], __ATOMIC_ACQUIRE) != at_ + 1) _mm_pause();
    memcpy(&m, from, 56);
    at_++;
    if (at_ % group == 0) taken_.store(at_, std::memory_order_release);
  }
};

class Boost {
  boost::lockfree::spsc_queue<Message, boost::lockfree::capacity<capacity>> queue_;

 public:
  void push(const Message &m) {
    while (!queue_.push(m)) _mm_pause();
  }
  void pop(Message &m) {
    while (!queue_.pop(m)) _mm_pause();
  }
  auto &queue() { return queue_; }
};

class Moodycamel {
  moodycamel::ReaderWriterQueue<Message> queue_{capacity};

 public:
  void push(const Message &m) {
    while (!queue_.try_enqueue(m)) _mm_pause();
  }
  void pop(Message &m) {
    while (!queue_.try_dequeue(m)) _mm_pause();
  }
};

void check(const char *name, uint64_t sum, uint64_t count) {
  if (sum == count * (count - 1) / 2) return;
  fprintf(stderr, "queue_baseline: %s: wrong sum\n", name);
  exit(1);
}

template <class Produce, class Consume>
double time_of(Produce produce, Consume consume) {
  std::atomic<int> ready{0};
  std::thread reader([&] {
    pin(0);
    ready = 1;
    consume();
  });
  while (!ready) usleep(100);
  pin(1);
  double start = seconds();
  produce();
  reader.join();
  return seconds() - start;
}

template <class Queue>
double throughput(const char *name, uint64_t count) {
  auto queue = std::make_unique<Queue>();
  uint64_t sum = 0;
  double time = time_of(
      [&] { for (uint64_t i = 0; i < count; i++) queue->push(message(i)); },
      [&] {
        Message m;
        for (uint64_t i = 0; i < count; i++) queue->pop(m), sum += m.words[0];
      });
  check(name, sum, count);
  return count / time;
}

template <class Queue>
double round_trip(uint64_t trips) {
  auto there = std::make_unique<Queue>(), back = std::make_unique<Queue>();
  double time = time_of(
      [&] {
        Message m;
        for (uint64_t i = 0; i < trips; i++) there->push(message(i)), back->pop(m);
      },
      [&] {
        Message m;
        for (uint64_t i = 0; i < trips; i++) there->pop(m), back->push(m);
      });
  return time * 1e9 / trips;
}

double arrays(uint64_t count) {
  auto queue = std::make_unique<Boost>();
  uint64_t sum = 0;
  double time = time_of(
      [&] {
        Message block[group];
        for (uint64_t i = 0; i < count; i += group) {
          for (uint64_t k = 0; k < group; k++) block[k] = message(i + k);
          for (uint64_t done = 0; done < group;)
            done += queue->queue().push(block + done, group - done);
        }
      },
      [&] {
        Message block[group];
        for (uint64_t i = 0; i < count;) {
          uint64_t n = queue->queue().pop(block, group);
          for (uint64_t k = 0; k < n; k++) sum += block[k].words[0];
          if (!n) _mm_pause();
          i += n;
        }
      });
  check("boost arrays", sum, count);
  return count / time;
}

double raw(uint64_t trips) {
  struct Lines {
    alignas(128) std::atomic<uint64_t> there{0};
    alignas(128) std::atomic<uint64_t> back{0};
  };
  auto lines = std::make_unique<Lines>();
  double time = time_of(
      [&] {
        for (uint64_t i = 1; i <= trips; i++) {
          lines->there.store(i, std::memory_order_release);
          while (lines->back.load(std::memory_order_acquire) != i) _mm_pause();
        }
      },
      [&] {
        for (uint64_t i = 1; i <= trips; i++) {
          while (lines->there.load(std::memory_order_acquire) != i) _mm_pause();
          lines->back.store(i, std::memory_order_release);
        }
      });
  return time * 1e9 / trips;
}

void report(const char *queue, double rate, double trip) {
  printf("{\"queue\":\"%s\",\"messages_per_second\":%.0f,\"round_trip_ns\":%.1f}\n", queue, rate,
         trip);
  fflush(stdout);
}

}  // namespace

int main(int count, char **words) {
  uint64_t messages = count > 1 ? strtoull(words[1], nullptr, 10) : 4000000;
  uint64_t trips = count > 2 ? strtoull(words[2], nullptr, 10) : 100000;
  messages = (messages + group - 1) / group * group;
  report("raw", 0, raw(trips));
  report("ceiling", throughput<Ceiling>("ceiling", messages), round_trip<Ceiling>(trips));
  report("boost", throughput<Boost>("boost", messages), round_trip<Boost>(trips));
  report("boost arrays", arrays(messages), 0);
  report("moodycamel", throughput<Moodycamel>("moodycamel", messages),
         round_trip<Moodycamel>(trips));
  return 0;
}

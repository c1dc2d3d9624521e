// What the harnesses of message brokers share: two processes, one word of shared memory each way,
// a sum that proves that every message has come.
//
//   process on CPU 1 --> broker --> process on CPU 0     one message a call, and many
//   process on CPU 1 <== broker ==> process on CPU 0     round trip
//
// The broker's own process goes where the kernel puts it: with two cores all three share them.
#pragma once
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// `wrong` is the exit code where a result is not what it must be.
enum { payload = 64, wrong = 3 };

typedef struct {
  volatile int ready;
  volatile uint64_t sum;
  volatile double end;
} Shared;

static inline double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static inline void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof set, &set);
}

static inline void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why ? why : "failed");
  _exit(69);
}

static inline void fill(char message[payload], uint64_t number) {
  uint64_t words[payload / 8];
  for (int i = 0; i < payload / 8; i++) words[i] = number + i;
  memcpy(message, words, payload);
}

static inline uint64_t number_of(const char *message, size_t length) {
  uint64_t number;
  if (length != payload) {
    fprintf(stderr, "a message of %zu bytes\n", length);
    _exit(wrong);
  }
  memcpy(&number, message, sizeof number);
  return number;
}

typedef void (*Side)(Shared *shared, uint64_t count);

// Runs `consume` in another process and `produce` in this one, and gives the seconds from the
// first message sent to the last one seen; both go through all `count` messages.
static inline double between(Side produce, Side consume, uint64_t count) {
  Shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                        -1, 0);
  if (shared == MAP_FAILED) fail("mmap", NULL);
  memset((void *)shared, 0, sizeof *shared);
  // The two sides run in processes of their own, so that neither inherits a connection.
  pid_t consumer = fork();
  if (consumer == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pin(0);
    consume(shared, count);
    shared->end = seconds();
    _exit(0);
  }
  while (!shared->ready) {
    int status;
    if (waitpid(consumer, &status, WNOHANG) == consumer) _exit(WEXITSTATUS(status));
    usleep(100);
  }
  Shared *start = mmap(NULL, sizeof *start, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                       -1, 0);
  if (start == MAP_FAILED) fail("mmap", NULL);
  pid_t producer = fork();
  if (producer == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pin(1);
    produce(start, count);
    _exit(0);
  }
  for (int left = 2; left > 0; left--) {
    int status;
    if (wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
      _exit(WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status) : 70);
  }
  if (shared->sum != count * (count - 1) / 2) {
    fprintf(stderr, "the sum of the messages is wrong\n");
    _exit(wrong);
  }
  double time = shared->end - start->end;
  munmap((void *)shared, sizeof *shared);
  munmap((void *)start, sizeof *start);
  return time;
}

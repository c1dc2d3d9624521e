#define _GNU_SOURCE
#include "clinux_thread.h"
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int ml_thread_pin(int cpu) {
  if (cpu < 0 || cpu >= CPU_SETSIZE) return EINVAL;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

int ml_thread_cpu_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return CPU_COUNT(&set);
}

bool ml_thread_may_run_on(int cpu) {
  cpu_set_t set;
  if (cpu < 0 || cpu >= CPU_SETSIZE) return false;
  return sched_getaffinity(0, sizeof set, &set) == 0 && CPU_ISSET(cpu, &set);
}

int ml_thread_set_realtime(bool is_realtime) {
  struct sched_param param = {is_realtime ? 1 : 0};
  return pthread_setschedparam(pthread_self(), is_realtime ? SCHED_FIFO : SCHED_OTHER, &param);
}

void ml_process_end_with_parent(void) {
  // A parent that has ended before this call leaves us to another one.
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

void ml_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

void ml_futex_wait(const uint32_t *word, uint32_t expected, int64_t timeout_nanos) {
  struct timespec timeout = {timeout_nanos / 1000000000, timeout_nanos % 1000000000};
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, &timeout, NULL, 0);
}

void ml_futex_wake(const uint32_t *word) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void ml_thread_nap(int64_t nanos) {
  struct timespec time = {nanos / 1000000000, nanos % 1000000000};
  nanosleep(&time, NULL);
}

void ml_sleep_until(uint64_t nanos) {
  struct timespec time = {(time_t)(nanos / 1000000000), (long)(nanos % 1000000000)};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

void ml_thread_timer_slack(uint64_t nanos) {
  prctl(PR_SET_TIMERSLACK, (unsigned long)(nanos ? nanos : 1), 0, 0, 0);
}

uint64_t ml_clock_nanos(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

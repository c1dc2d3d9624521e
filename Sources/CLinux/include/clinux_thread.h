/// Threads: where they run, and how they sleep until another one has work for them.
#pragma once
#include <stdbool.h>
#include <stdint.h>

/// Binds the calling thread to one CPU. 0, or an errno.
int ml_thread_pin(int cpu);

/// CPUs that the calling thread may run on.
int ml_thread_cpu_count(void);

/// Whether the calling thread may run on this CPU.
bool ml_thread_may_run_on(int cpu);

/// Makes the calling thread real-time (SCHED_FIFO, lowest priority), or ordinary again. Threads
/// that it starts inherit it. 0, or an errno.
int ml_thread_set_realtime(bool is_realtime);

/// Has the kernel kill this process when the thread that started it ends.
void ml_process_end_with_parent(void);

/// Names the calling thread (15 characters at most) for top, perf and gdb.
void ml_thread_name(const char *name);

/// Sleeps while `*word == expected`, until woken or `timeout_nanos` has passed.
void ml_futex_wait(const uint32_t *word, uint32_t expected, int64_t timeout_nanos);

/// Wakes one sleeper on `word`.
void ml_futex_wake(const uint32_t *word);

/// Sleeps for about `nanos`.
void ml_thread_nap(int64_t nanos);

/// Sleeps until CLOCK_MONOTONIC shows `nanos`, or a signal comes.
void ml_sleep_until(uint64_t nanos);

/// Lets the kernel wake the calling thread no more than `nanos` after it asked to be woken (50 µs
/// unless told); at least 1.
void ml_thread_timer_slack(uint64_t nanos);

/// CLOCK_MONOTONIC in nanoseconds.
uint64_t ml_clock_nanos(void);

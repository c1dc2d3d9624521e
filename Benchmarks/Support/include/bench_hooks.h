/// What the benchmarks need of C: other programs, big memory, machine facts, counted allocations.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Runs a program and reads what it prints. `words` are its path and arguments, one a line.
///
/// Answers the number of bytes put into `output` (at most `room`), or -errno; `status` becomes its
/// exit code, or 128 and the signal that ended it.
long bench_capture(const char *words, char *output, size_t room, int *status);

/// Starts a program without waiting; its process id, or -errno. Its standard output is ours.
int bench_start(const char *words);

/// Waits for a started program: its exit code, or 128 and the signal that ended it.
int bench_wait(int process);

/// Zeroed memory in large pages where the kernel has them; NULL for none.
void *bench_map(size_t bytes);
void bench_unmap(void *memory, size_t bytes);

/// The bytes of a small file (/proc, /sys); their number, or -errno.
long bench_read(const char *path, char *output, size_t room);

/// Writes a whole file anew: 0 or -errno.
int bench_write(const char *path, const void *bytes, size_t count);

/// Path of the running program: its length, or -errno.
long bench_program(char *output, size_t room);

/// Kernel release and machine, as `uname` has them.
long bench_kernel(char *output, size_t room);


/// The processor's own description: family, model and vendor; zeros and "" where it has none.
void bench_cpu(int *family, int *model, char vendor[13]);

/// Counts of allocating calls of the calling process, all threads, since it was started.
uint64_t bench_allocation_calls(void);

/// Forces the interposed allocator to be linked; true.
int bench_hooks_linked(void);

/// Process id of the caller.
int bench_process(void);

/// Removes a file or an empty folder, if it is there.
void bench_remove(const char *path);

/// CPU time of this process's thread of that name so far, in nanoseconds; 0 where there is none.
uint64_t bench_thread_cpu(const char *name);

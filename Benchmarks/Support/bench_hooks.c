#define _GNU_SOURCE
#include "bench_hooks.h"
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

enum { WORDS = 64, WORD_BYTES = 4096 };

extern char **environ;

// Splits `words` in place; the array ends with NULL.
static void split(char *words, char *arguments[WORDS + 1]) {
  int count = 0;
  for (char *rest = words, *word; count < WORDS && (word = strsep(&rest, "\n"));)
    if (*word) arguments[count++] = word;
  arguments[count] = NULL;
}

static int start(const char *words, int output) {
  char copy[WORD_BYTES], *arguments[WORDS + 1];
  if (strlen(words) >= sizeof copy) return -E2BIG;
  strcpy(copy, words);
  split(copy, arguments);
  if (!arguments[0]) return -EINVAL;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (output >= 0) posix_spawn_file_actions_adddup2(&actions, output, 1);
  pid_t process;
  int answer = posix_spawnp(&process, arguments[0], &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return answer ? -answer : process;
}

int bench_start(const char *words) { return start(words, -1); }

int bench_wait(int process) {
  int status;
  while (waitpid(process, &status, 0) < 0)
    if (errno != EINTR) return -errno;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

long bench_capture(const char *words, char *output, size_t room, int *status) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  int process = start(words, ends[1]);
  close(ends[1]);
  if (process < 0) {
    close(ends[0]);
    return process;
  }
  size_t count = 0;
  for (;;) {
    ssize_t more = read(ends[0], output + count, room - count);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) break;
    count += (size_t)more;
  }
  close(ends[0]);
  *status = bench_wait(process);
  return (long)count;
}

void *bench_map(size_t bytes) {
  void *memory =
      mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  madvise(memory, bytes, MADV_HUGEPAGE);
  return memory;
}

void bench_unmap(void *memory, size_t bytes) { munmap(memory, bytes); }

long bench_read(const char *path, char *output, size_t room) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -errno;
  size_t count = 0;
  for (;;) {
    ssize_t more = read(file, output + count, room - count);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) break;
    count += (size_t)more;
  }
  close(file);
  return (long)count;
}

int bench_write(const char *path, const void *bytes, size_t count) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return -errno;
  size_t done = 0;
  while (done < count) {
    ssize_t more = write(file, (const char *)bytes + done, count - done);
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) {
      int code = errno;
      close(file);
      return -code;
    }
    done += (size_t)more;
  }
  return close(file) < 0 ? -errno : 0;
}

long bench_program(char *output, size_t room) {
  ssize_t count = readlink("/proc/self/exe", output, room);
  return count < 0 ? -errno : count;
}

long bench_kernel(char *output, size_t room) {
  struct utsname name;
  if (uname(&name) < 0) return -errno;
  int count = snprintf(output, room, "%s %s %s", name.sysname, name.release, name.machine);
  return count < (int)room ? count : (long)room - 1;
}

void bench_cpu(int *family, int *model, char vendor[13]) {
  *family = *model = 0;
  memset(vendor, 0, 13);
#if defined(__x86_64__)
  unsigned eax, ebx, ecx, edx;
  if (!__get_cpuid(0, &eax, &ebx, &ecx, &edx)) return;
  memcpy(vendor, &ebx, 4);
  memcpy(vendor + 4, &edx, 4);
  memcpy(vendor + 8, &ecx, 4);
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx)) return;
  *family = (eax >> 8 & 15) + (eax >> 20 & 255);
  *model = (eax >> 4 & 15) | (eax >> 12 & 240);
#endif
}

int bench_process(void) { return getpid(); }

void bench_remove(const char *path) { remove(path); }

#define _GNU_SOURCE
#include "clinux_bytes.h"

#include <string.h>

ptrdiff_t ml_find_bytes(const void *bytes, size_t count, const void *needle, size_t needle_count) {
  const void *found = memmem(bytes, count, needle, needle_count);
  return found ? (const char *)found - (const char *)bytes : -1;
}

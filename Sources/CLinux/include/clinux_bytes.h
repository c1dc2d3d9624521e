/// Searching bytes. The C library's call is not in its plain headers.
#pragma once
#include <stddef.h>

/// Where `needle` begins first in `bytes`, or -1.
ptrdiff_t ml_find_bytes(const void *bytes, size_t count, const void *needle, size_t needle_count);

/// The two calls of millrace_shm.h that need system headers, as ordinary functions: for languages
/// that import the header instead of compiling it. They do what their namesakes there do.
#pragma once
#include "millrace_shm.h"

/// See millrace_reader_open.
int millrace_shm_open(millrace_reader *reader, const char *path, int start, uint64_t ordinal);

/// See millrace_reader_close.
void millrace_shm_close(millrace_reader *reader);

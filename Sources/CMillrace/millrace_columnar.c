#include "millrace_columnar.h"

#include <stddef.h>

_Static_assert(sizeof(millrace_columnar_header) == 32, "columnar header");
_Static_assert(offsetof(millrace_columnar_header, data_bytes) == 28, "columnar header");
_Static_assert(sizeof(millrace_columnar_stream) == 8, "columnar stream");
_Static_assert(sizeof(millrace_columnar_kind) == 16, "columnar kind");
_Static_assert(sizeof(millrace_columnar_column) == 32, "columnar column");
_Static_assert(offsetof(millrace_columnar_column, factor) == 24, "columnar column");

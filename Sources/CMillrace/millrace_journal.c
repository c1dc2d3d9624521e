#include "millrace_journal.h"

_Static_assert(sizeof(millrace_segment_header) == 256, "as documented");
_Static_assert(offsetof(millrace_segment_header, dataset) == 80, "as documented");
_Static_assert(offsetof(millrace_segment_header, header_hash) == 248, "as documented");
_Static_assert(sizeof(millrace_block_header) == 128, "as documented");
_Static_assert(offsetof(millrace_block_header, payload) == 88, "as documented");
_Static_assert(offsetof(millrace_block_header, header_hash) == 120, "as documented");
_Static_assert(sizeof(millrace_index_entry) == 56, "as documented");
_Static_assert(sizeof(millrace_index_tail) == 24, "as documented");
_Static_assert(sizeof(millrace_index_head) == 32, "as documented");

/// Umbrella of our prototypes over Linux calls and CPU instructions.
///
/// System headers are included only by the .c files: with _GNU_SOURCE in a public header some types
/// would get two definitions in Swift.
#pragma once
#include "clinux_atomic.h"
#include "clinux_bytes.h"
#include "clinux_cpu.h"
#include "clinux_line.h"
#include "clinux_permute.h"
#include "clinux_planes.h"
#include "clinux_thread.h"
#include "clinux_ticks.h"
#include "clinux_search.h"
#include "clinux_net.h"

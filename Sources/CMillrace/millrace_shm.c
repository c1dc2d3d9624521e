#include "millrace_shm.h"

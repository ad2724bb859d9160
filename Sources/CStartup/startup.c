#include "CStartup.h"

#include <stdlib.h>

// OpenMP's threads wait for work by sleeping. By default they spin for milliseconds first, and on a machine that does
// anything else besides, that takes the processor from the very thread they wait for: steps become many times slower.
// The runtime reads its environment when it is loaded, so this has to run before; a user's own setting stays.
static void set_wait_policy(void) { setenv("OMP_WAIT_POLICY", "passive", 0); }

__attribute__((section(".preinit_array"), used)) static void (*const before_libraries)(void) = set_wait_policy;

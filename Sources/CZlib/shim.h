// zlib as Debian's zlib1g-dev brings it.
#pragma once
#include <zlib.h>

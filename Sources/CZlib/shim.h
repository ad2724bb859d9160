// zlib as provided by Debian's zlib1g-dev.
#pragma once
#include <zlib.h>

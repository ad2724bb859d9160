// oneDNN's C interface, with what Swift cannot import of it.
#pragma once
#include <oneapi/dnnl/dnnl.h>

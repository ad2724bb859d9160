// The loops that are written in C; each header says what its own are for.
#pragma once

#include "FirstBlock.h"
#include "ReLUPool.h"
#include "Winograd.h"

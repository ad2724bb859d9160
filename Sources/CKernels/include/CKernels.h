// The loops that are written in C; each header says what its own are for.
#pragma once

#include "Activations.h"
#include "BatchNorm.h"
#include "FirstBlock.h"
#include "Pool.h"
#include "ReLUPool.h"
#include "Winograd.h"

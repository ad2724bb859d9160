// All loops that are written in C.
#pragma once

#include "Activations.h"
#include "BatchNorm.h"
#include "FirstBlock.h"
#include "Pool.h"
#include "ReLUPool.h"
#include "Winograd.h"

// Measures a processor's fused multiply-add units; in C because each instruction set needs its own code.
#pragma once

/// Runs chains of fused multiply-adds in registers, with the widest vectors of the processor. Returns the number of
/// floating-point operations: two per multiply-add.
double processor_fma(long rounds);

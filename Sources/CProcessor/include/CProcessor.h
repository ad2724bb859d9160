// What a processor's fused multiply-add units can do, measured; C because each instruction set needs its own code.
#pragma once

/// Runs chains of fused multiply-adds on registers, with the widest vectors that the processor has.
/// Returns the floating-point operations done: two for each multiply-add of a number.
double processor_fma(long rounds);

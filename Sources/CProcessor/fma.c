#include "CProcessor.h"

// Enough chains to hide the latency of a multiply-add (4 cycles on 2 units need 8), few enough to stay in registers.
#define CHAINS 12
#pragma clang fp contract(fast)

#define DEFINE_FMA(NAME, TARGET, WIDTH)                                                             \
    typedef float NAME##_vector __attribute__((vector_size(WIDTH * sizeof(float))));                \
    TARGET static double NAME(long rounds) {                                                        \
        volatile float seed = 1.0f;                                                                 \
        NAME##_vector sum[CHAINS], factor, term;                                                    \
        for (int i = 0; i < WIDTH; i++) factor[i] = 0.999f * seed, term[i] = 0.001f * seed;         \
        for (int c = 0; c < CHAINS; c++) sum[c] = term + (float)c;                                  \
        for (long r = 0; r < rounds; r++) {                                                         \
            _Pragma("clang loop unroll(full)") for (int c = 0; c < CHAINS; c++)                     \
                sum[c] = sum[c] * factor + term;                                                    \
        }                                                                                           \
        float total = 0;                                                                            \
        for (int c = 0; c < CHAINS; c++) total += sum[c][0];                                        \
        seed = total; /* keeps the loop */                                                          \
        return 2.0 * CHAINS * WIDTH * (double)rounds;                                               \
    }

#if defined(__x86_64__)
DEFINE_FMA(fma_avx512, __attribute__((target("avx512f,fma"))), 16)
DEFINE_FMA(fma_avx2, __attribute__((target("avx2,fma"))), 8)
#endif
DEFINE_FMA(fma_plain, , 4)

double processor_fma(long rounds) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return fma_avx512(rounds);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return fma_avx2(rounds);
#endif
    return fma_plain(rounds);
}

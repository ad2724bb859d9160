#include "FirstBlock.h"

#include <stddef.h>
#include <string.h>

#pragma clang fp contract(fast)

#define JOIN_NAMES(name, suffix) name##_##suffix
#define JOIN(name, suffix) JOIN_NAMES(name, suffix)
#define NAME(name) JOIN(name, SUFFIX)

#if defined(__x86_64__)
#define WIDTH 8
#define SUFFIX avx2
#define TARGET __attribute__((target("avx2,fma")))
#include "first_block.inc"
#undef WIDTH
#undef SUFFIX
#undef TARGET

#define WIDTH 16
#define SUFFIX avx512
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,fma")))
#include "first_block.inc"
#undef WIDTH
#undef SUFFIX
#undef TARGET
#endif

int first_block_width(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) return 16;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 8;
#endif
    return 0;
}

void first_block_pad(const float *image, long height, long width, float *padded) {
    memset(padded, 0, sizeof(float) * (size_t)(width + 2));
    for (long y = 0; y < height; y++) {
        float *row = padded + (y + 1) * (width + 2);
        row[0] = 0;
        memcpy(row + 1, image + y * width, sizeof(float) * (size_t)width);
        row[width + 1] = 0;
    }
    memset(padded + (height + 1) * (width + 2), 0, sizeof(float) * (size_t)(width + 2));
}

void first_block_forward(
    const float *padded, long height, long width, long channels, const float *weights, const float *bias,
    float *pooled, unsigned char *taken) {
#if defined(__x86_64__)
    const long group = first_block_width(), values = (height / 2) * (width / 2) * group;
    for (long channel = 0; channel < channels; channel += group) {
        (group == 16 ? forward_avx512 : forward_avx2)(padded, height, width, weights, bias + channel, pooled, taken);
        weights += 9 * group;
        pooled += values;
        if (taken) taken += values;
    }
#endif
}

void first_block_backward(
    const float *padded, long height, long width, long channels, const unsigned char *taken, const float *gradient,
    float *weights, float *bias) {
#if defined(__x86_64__)
    const long group = first_block_width(), values = (height / 2) * (width / 2) * group;
    for (long channel = 0; channel < channels; channel += group) {
        (group == 16 ? backward_avx512 : backward_avx2)(
            padded, height, width, taken, gradient, weights, bias + channel);
        weights += 9 * group;
        taken += values;
        gradient += values;
    }
#endif
}

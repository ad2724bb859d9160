#include "Winograd.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#pragma clang fp contract(fast)

#define JOIN_NAMES(name, suffix) name##_##suffix
#define JOIN(name, suffix) JOIN_NAMES(name, suffix)
#define NAME(name) JOIN(name, SUFFIX)

// The interpolation points 0, ±A, ±B and infinity, which keep rounding errors small, and the divisors of G: the
// derivative of x (x² - A²) (x² - B²) at each point.
#define A 0.625f
#define B 1.5f
#define A2 (A * A)
#define B2 (B * B)
#define SCALE_0 (1 / (A2 * B2))
#define SCALE_A (1 / (2 * A2 * (A2 - B2)))
#define SCALE_B (1 / (2 * B2 * (B2 - A2)))

static long winograd_tiles(const winograd_shape *shape) {
    return shape->images * ((shape->height + 3) / 4) * ((shape->width + 3) / 4);
}

// Number of tiles that are transformed together, a multiple of 12, for a number of words per tile on both sides of the
// multiplication and of words of weights or their sums: as many as fit into the L2 cache, but not fewer than make up
// for loading the weights once per block, or for loading and storing the sums of their gradients, if these fit into no
// cache.
static long winograd_block(long ins, long outs, long windows, int sums) {
    const long cache = 512 << 10, tile = 36 * (long)sizeof(float) * (ins + outs), fitting = cache / tile / 12 * 12;
    const int isLarge = 36 * (long)sizeof(float) * windows > 4 << 20;
    const long least = !isLarge ? 24 : sums ? 144 : 48;
    return fitting < least ? least : fitting > 192 ? 192 : fitting;
}

#if defined(__x86_64__)
#define WIDTH 8
#define DEPTH 1
#define ROWS 6
#define SOURCES 4
#define SUFFIX avx2
#define TARGET __attribute__((target("avx2,fma,prfchw")))
#include "winograd.inc"
#undef WIDTH
#undef DEPTH
#undef ROWS
#undef SOURCES
#undef SUFFIX
#undef TARGET

#define WIDTH 16
#define DEPTH 1
#define ROWS 12
#define SOURCES 8
#define SUFFIX avx512
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,fma,prfchw")))
#include "winograd.inc"
#undef WIDTH
#undef DEPTH
#undef ROWS
#undef SOURCES
#undef SUFFIX
#undef TARGET

#define WIDTH 16
#define DEPTH 2
#define ROWS 12
#define SOURCES 8
#define SUFFIX bfloat16
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16,fma,prfchw")))
#include "winograd.inc"
#undef WIDTH
#undef DEPTH
#undef ROWS
#undef SOURCES
#undef SUFFIX
#undef TARGET

#define CALL(name, ...) \
    (shape->vector != 16      ? name##_avx2(shape, __VA_ARGS__) \
     : shape->is_bfloat16 ? name##_bfloat16(shape, __VA_ARGS__) \
                          : name##_avx512(shape, __VA_ARGS__))
#else
#define CALL(name, ...) ((void)0)
#endif

int winograd_widest_vector(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) return 16;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 8;
#endif
    return 0;
}

int winograd_has_bfloat16(void) {
#if defined(__x86_64__)
    return winograd_widest_vector() == 16 && __builtin_cpu_supports("avx512bf16");
#else
    return 0;
#endif
}

size_t winograd_weights_size(const winograd_shape *shape) {
    const size_t depth = shape->is_bfloat16 ? 2 : 1;
    return 36 * (size_t)(shape->sources * shape->results * shape->vector * shape->vector) / depth;
}

size_t winograd_scratch_size(const winograd_shape *shape) {
    const long depth = shape->is_bfloat16 ? 2 : 1;
    const long ins = shape->sources * shape->vector, outs = shape->results * shape->vector;
    // Forward, and with swapped groups for the gradient of the input.
    const long windows = ins * outs / depth, rest = 2 * shape->vector;
    const long there = winograd_block(ins / depth, outs, windows, 0) * (ins / depth + outs + rest);
    const long back = winograd_block(outs / depth, ins, windows, 0) * (outs / depth + ins + rest);
    const long forward = there > back ? there : back;
    const long backward = winograd_block(ins / depth, outs / depth, ins * outs, 1) * (ins + outs) / depth
        + rest + ins * outs;
    return 36 * (size_t)(forward > backward ? forward : backward);
}

void winograd_transform_weights(
    const winograd_shape *shape, const float *weights, int is_backward, long first, long last, float *transformed) {
    CALL(transform_weights, weights, is_backward, first, last, transformed);
}

void winograd_convolve(
    const winograd_shape *shape, const winograd_values *source, const float *transformed,
    const winograd_result *result, float *scratch) {
    CALL(convolve, source, transformed, result, scratch);
}

void winograd_weight_gradient(
    const winograd_shape *shape, const winograd_values *source, const winograd_values *gradient, float *weights,
    float *bias, int adds, float *scratch) {
    CALL(weight_gradient, source, gradient, weights, bias, adds, scratch);
}

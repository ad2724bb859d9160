#include "ReLUPool.h"

#include <string.h>

#include "variants.h"

// `count` adjacent windows, over channels or over positions of a row, `step` values apart; the second column of a
// window is `right` values after the first.
INLINE void pool_windows(
    const float *restrict top, const float *restrict bottom, long right, long step, long count,
    float *restrict pooled, unsigned char *restrict taken) {
    for (long i = 0; i < count; i++) {
        const float values[4] = {top[i * step], top[i * step + right], bottom[i * step], bottom[i * step + right]};
        float best = values[0];
        int index = 0;
        for (int p = 1; p < 4; p++) {
            // As in PyTorch's max pooling, NaN counts as the maximum; of several, the last one.
            const int larger = (values[p] > best) | (values[p] != values[p]);
            best = larger ? values[p] : best;
            index = larger ? p : index;
        }
        pooled[i] = best <= 0 ? 0 : best;
        if (taken) taken[i] = (unsigned char)(best <= 0 ? 4 : index);
    }
}

INLINE void spread_windows(
    const unsigned char *restrict taken, const float *restrict pooled_gradient, long right, long step, long count,
    float *restrict top, float *restrict bottom) {
    for (long i = 0; i < count; i++) {
        const float value = pooled_gradient[i];
        const unsigned char which = taken[i];
        top[i * step] = which == 0 ? value : 0;
        top[i * step + right] = which == 1 ? value : 0;
        bottom[i * step] = which == 2 ? value : 0;
        bottom[i * step + right] = which == 3 ? value : 0;
    }
}

INLINE void relu_pool_forward_body(
    const float *source, long planes, long height, long width, long channels, float *pooled, unsigned char *taken) {
    const long columns = width / 2, row = width * channels;
    for (long plane = 0; plane < planes; plane++) {
        for (long y = 0; y < height / 2; y++) {
            const float *top = source + (plane * height + 2 * y) * row, *bottom = top + row;
            const long to = (plane * (height / 2) + y) * columns * channels;
            unsigned char *which = taken ? taken + to : NULL;
            if (channels == 1) {
                pool_windows(top, bottom, 1, 2, columns, pooled + to, which);
                continue;
            }
            for (long x = 0; x < columns; x++) {
                const long from = 2 * x * channels, at = x * channels;
                pool_windows(
                    top + from, bottom + from, channels, 1, channels, pooled + to + at, which ? which + at : NULL);
            }
        }
    }
}

INLINE void relu_pool_backward_body(
    const unsigned char *taken, const float *pooled_gradient, long planes, long height, long width, long channels,
    float *gradient) {
    const long columns = width / 2, row = width * channels;
    for (long plane = 0; plane < planes; plane++) {
        for (long y = 0; y < height / 2; y++) {
            float *top = gradient + (plane * height + 2 * y) * row, *bottom = top + row;
            const long from = (plane * (height / 2) + y) * columns * channels;
            if (channels == 1) {
                spread_windows(taken + from, pooled_gradient + from, 1, 2, columns, top, bottom);
            } else {
                for (long x = 0; x < columns; x++) {
                    const long at = from + x * channels, to = 2 * x * channels;
                    spread_windows(taken + at, pooled_gradient + at, channels, 1, channels, top + to, bottom + to);
                }
            }
            // An odd last row or column belongs to no window.
            const long rest = (width - 2 * columns) * channels;
            memset(top + row - rest, 0, sizeof(float) * (size_t)rest);
            memset(bottom + row - rest, 0, sizeof(float) * (size_t)rest);
        }
        if (height % 2) memset(gradient + ((plane + 1) * height - 1) * row, 0, sizeof(float) * (size_t)row);
    }
}

VARIANTS(
    relu_pool_forward,
    (const float *source, long planes, long height, long width, long channels, float *pooled, unsigned char *taken),
    source, planes, height, width, channels, pooled, taken)
VARIANTS(
    relu_pool_backward,
    (const unsigned char *taken, const float *pooled_gradient, long planes, long height, long width, long channels,
     float *gradient),
    taken, pooled_gradient, planes, height, width, channels, gradient)

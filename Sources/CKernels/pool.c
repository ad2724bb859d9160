#include "Pool.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "variants.h"

static long pooled_size(const pool_shape *shape, long size) {
    return (size + 2 * shape->padding - shape->kernel) / shape->stride + 1;
}

INLINE void max_pool_forward_body(
    const pool_shape *shape, const float *source, float *pooled, unsigned char *taken) {
    const long height = shape->height, width = shape->width, channels = shape->channels;
    const long rows = pooled_size(shape, height), columns = pooled_size(shape, width);
    for (long plane = 0; plane < shape->planes; plane++, source += height * width * channels) {
        for (long row = 0; row < rows; row++) {
            for (long column = 0; column < columns; column++) {
                float *restrict best = pooled;
                unsigned char *restrict which = taken;
                for (long c = 0; c < channels; c++) best[c] = -INFINITY;
                if (which) memset(which, 0, (size_t)channels);
                int is_first = 1;
                for (long y = 0; y < shape->kernel; y++) {
                    const long from_y = row * shape->stride - shape->padding + y;
                    if (from_y < 0 || from_y >= height) continue;
                    for (long x = 0; x < shape->kernel; x++) {
                        const long from_x = column * shape->stride - shape->padding + x;
                        if (from_x < 0 || from_x >= width) continue;
                        const float *restrict values = source + (from_y * width + from_x) * channels;
                        const unsigned char place = (unsigned char)(y * shape->kernel + x);
                        if (which && is_first) memset(which, place, (size_t)channels);
                        is_first = 0;
                        if (which) {
                            for (long c = 0; c < channels; c++) {
                                // What is no number is the largest, and the last of such.
                                const int larger = (values[c] > best[c]) | (values[c] != values[c]);
                                best[c] = larger ? values[c] : best[c];
                                which[c] = larger ? place : which[c];
                            }
                        } else {
                            for (long c = 0; c < channels; c++) {
                                const int larger = (values[c] > best[c]) | (values[c] != values[c]);
                                best[c] = larger ? values[c] : best[c];
                            }
                        }
                    }
                }
                pooled += channels;
                if (taken) taken += channels;
            }
        }
    }
}

INLINE void max_pool_backward_body(
    const pool_shape *shape, const unsigned char *taken, const float *pooled_gradient, float *gradient) {
    const long height = shape->height, width = shape->width, channels = shape->channels;
    const long rows = pooled_size(shape, height), columns = pooled_size(shape, width);
    for (long plane = 0; plane < shape->planes; plane++, gradient += height * width * channels) {
        memset(gradient, 0, sizeof(float) * (size_t)(height * width * channels));
        for (long row = 0; row < rows; row++) {
            for (long column = 0; column < columns; column++) {
                for (long y = 0; y < shape->kernel; y++) {
                    const long to_y = row * shape->stride - shape->padding + y;
                    if (to_y < 0 || to_y >= height) continue;
                    for (long x = 0; x < shape->kernel; x++) {
                        const long to_x = column * shape->stride - shape->padding + x;
                        if (to_x < 0 || to_x >= width) continue;
                        float *restrict to = gradient + (to_y * width + to_x) * channels;
                        const unsigned char place = (unsigned char)(y * shape->kernel + x);
                        for (long c = 0; c < channels; c++) to[c] += taken[c] == place ? pooled_gradient[c] : 0;
                    }
                }
                taken += channels;
                pooled_gradient += channels;
            }
        }
    }
}

INLINE void average_pool_forward_body(const pool_shape *shape, const float *source, float *pooled) {
    const long height = shape->height, width = shape->width, channels = shape->channels;
    const long rows = pooled_size(shape, height), columns = pooled_size(shape, width);
    const float count = (float)(shape->kernel * shape->kernel);
    for (long plane = 0; plane < shape->planes; plane++, source += height * width * channels) {
        for (long row = 0; row < rows; row++) {
            for (long column = 0; column < columns; column++) {
                float *restrict sums = pooled;
                memset(sums, 0, sizeof(float) * (size_t)channels);
                for (long y = 0; y < shape->kernel; y++) {
                    const long from_y = row * shape->stride - shape->padding + y;
                    if (from_y < 0 || from_y >= height) continue;
                    for (long x = 0; x < shape->kernel; x++) {
                        const long from_x = column * shape->stride - shape->padding + x;
                        if (from_x < 0 || from_x >= width) continue;
                        const float *restrict values = source + (from_y * width + from_x) * channels;
                        for (long c = 0; c < channels; c++) sums[c] += values[c];
                    }
                }
                for (long c = 0; c < channels; c++) sums[c] /= count;
                pooled += channels;
            }
        }
    }
}

INLINE void average_pool_backward_body(const pool_shape *shape, const float *pooled_gradient, float *gradient) {
    const long height = shape->height, width = shape->width, channels = shape->channels;
    const long rows = pooled_size(shape, height), columns = pooled_size(shape, width);
    const float share = 1 / (float)(shape->kernel * shape->kernel);
    for (long plane = 0; plane < shape->planes; plane++, gradient += height * width * channels) {
        memset(gradient, 0, sizeof(float) * (size_t)(height * width * channels));
        for (long row = 0; row < rows; row++) {
            for (long column = 0; column < columns; column++) {
                for (long y = 0; y < shape->kernel; y++) {
                    const long to_y = row * shape->stride - shape->padding + y;
                    if (to_y < 0 || to_y >= height) continue;
                    for (long x = 0; x < shape->kernel; x++) {
                        const long to_x = column * shape->stride - shape->padding + x;
                        if (to_x < 0 || to_x >= width) continue;
                        float *restrict to = gradient + (to_y * width + to_x) * channels;
                        for (long c = 0; c < channels; c++) to[c] += pooled_gradient[c] * share;
                    }
                }
                pooled_gradient += channels;
            }
        }
    }
}

INLINE void global_pool_forward_body(
    long planes, long area, long channels, const float *source, float *pooled) {
    for (long plane = 0; plane < planes; plane++, source += area * channels, pooled += channels) {
        for (long c = 0; c < channels; c++) {
            double sum = 0;
            for (long place = 0; place < area; place++) sum += source[place * channels + c];
            pooled[c] = (float)(sum / (double)area);
        }
    }
}

INLINE void global_pool_backward_body(
    long planes, long area, long channels, const float *pooled_gradient, float *gradient) {
    const float share = 1 / (float)area;
    for (long plane = 0; plane < planes; plane++, gradient += area * channels, pooled_gradient += channels)
        for (long place = 0; place < area; place++)
            for (long c = 0; c < channels; c++) gradient[place * channels + c] = pooled_gradient[c] * share;
}

VARIANTS(
    max_pool_forward, (const pool_shape *shape, const float *source, float *pooled, unsigned char *taken), shape,
    source, pooled, taken)
VARIANTS(
    max_pool_backward,
    (const pool_shape *shape, const unsigned char *taken, const float *pooled_gradient, float *gradient), shape, taken,
    pooled_gradient, gradient)
VARIANTS(average_pool_forward, (const pool_shape *shape, const float *source, float *pooled), shape, source, pooled)
VARIANTS(
    average_pool_backward, (const pool_shape *shape, const float *pooled_gradient, float *gradient), shape,
    pooled_gradient, gradient)
VARIANTS(
    global_pool_forward, (long planes, long area, long channels, const float *source, float *pooled), planes, area,
    channels, source, pooled)
VARIANTS(
    global_pool_backward, (long planes, long area, long channels, const float *pooled_gradient, float *gradient),
    planes, area, channels, pooled_gradient, gradient)

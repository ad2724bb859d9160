#include "Pool.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "variants.h"

static long pooled_size(const pool_shape *shape, long size) {
    return (size + 2 * shape->padding - shape->kernel) / shape->stride + 1;
}

// The part of a window that lies inside the image, along one axis: kernel positions from `first` up to `last`, where
// position 0 is row or column `start` of the image.
typedef struct {
    long start, first, last;
} window_side;

static window_side side_of(const pool_shape *shape, long pooled, long size) {
    const long start = pooled * shape->stride - shape->padding;
    return (window_side){
        start, start < 0 ? -start : 0, start + shape->kernel > size ? size - start : shape->kernel};
}

// Calls `BODY` for each window of a plane of `shape`, with `rows` and `columns`, its parts inside the image.
#define EACH_WINDOW(shape, BODY) \
    for (long row = 0; row < pooled_size(shape, (shape)->height); row++) { \
        const window_side rows = side_of(shape, row, (shape)->height); \
        for (long column = 0; column < pooled_size(shape, (shape)->width); column++) { \
            const window_side columns = side_of(shape, column, (shape)->width); \
            BODY \
        } \
    }

// Calls `BODY` for each position of such a window, with `at`, its index in the plane.
#define EACH_PLACE(shape, BODY) \
    for (long y = rows.first; y < rows.last; y++) { \
        for (long x = columns.first; x < columns.last; x++) { \
            const long at = ((rows.start + y) * (shape)->width + columns.start + x) * (shape)->channels; \
            BODY \
        } \
    }

static long plane_size(const pool_shape *shape) { return shape->height * shape->width * shape->channels; }

INLINE void max_pool_forward_body(
    const pool_shape *shape, const float *source, float *pooled, unsigned char *taken) {
    const long channels = shape->channels;
    for (long plane = 0; plane < shape->planes; plane++, source += plane_size(shape)) {
        EACH_WINDOW(shape, {
            float *restrict best = pooled;
            unsigned char *restrict which = taken;
            for (long c = 0; c < channels; c++) best[c] = -INFINITY;
            if (which) memset(which, (int)(rows.first * shape->kernel + columns.first), (size_t)channels);
            EACH_PLACE(shape, {
                const float *restrict values = source + at;
                const unsigned char place = (unsigned char)(y * shape->kernel + x);
                for (long c = 0; c < channels; c++) {
                    // NaN counts as the maximum; of several, the last one.
                    const int larger = (values[c] > best[c]) | (values[c] != values[c]);
                    best[c] = larger ? values[c] : best[c];
                    if (which) which[c] = larger ? place : which[c];
                }
            })
            pooled += channels;
            if (taken) taken += channels;
        })
    }
}

INLINE void max_pool_backward_body(
    const pool_shape *shape, const unsigned char *taken, const float *pooled_gradient, float *gradient) {
    const long channels = shape->channels;
    for (long plane = 0; plane < shape->planes; plane++, gradient += plane_size(shape)) {
        memset(gradient, 0, sizeof(float) * (size_t)plane_size(shape));
        EACH_WINDOW(shape, {
            EACH_PLACE(shape, {
                float *restrict to = gradient + at;
                const unsigned char place = (unsigned char)(y * shape->kernel + x);
                for (long c = 0; c < channels; c++) to[c] += taken[c] == place ? pooled_gradient[c] : 0;
            })
            taken += channels;
            pooled_gradient += channels;
        })
    }
}

INLINE void average_pool_forward_body(const pool_shape *shape, const float *source, float *pooled) {
    const long channels = shape->channels;
    const float count = (float)(shape->kernel * shape->kernel);
    for (long plane = 0; plane < shape->planes; plane++, source += plane_size(shape)) {
        EACH_WINDOW(shape, {
            float *restrict sums = pooled;
            memset(sums, 0, sizeof(float) * (size_t)channels);
            EACH_PLACE(shape, {
                const float *restrict values = source + at;
                for (long c = 0; c < channels; c++) sums[c] += values[c];
            })
            for (long c = 0; c < channels; c++) sums[c] /= count;
            pooled += channels;
        })
    }
}

INLINE void average_pool_backward_body(const pool_shape *shape, const float *pooled_gradient, float *gradient) {
    const long channels = shape->channels;
    const float share = 1 / (float)(shape->kernel * shape->kernel);
    for (long plane = 0; plane < shape->planes; plane++, gradient += plane_size(shape)) {
        memset(gradient, 0, sizeof(float) * (size_t)plane_size(shape));
        EACH_WINDOW(shape, {
            EACH_PLACE(shape, {
                float *restrict to = gradient + at;
                for (long c = 0; c < channels; c++) to[c] += pooled_gradient[c] * share;
            })
            pooled_gradient += channels;
        })
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

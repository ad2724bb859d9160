#include "BatchNorm.h"

#include <string.h>

#include "variants.h"

#pragma clang fp contract(fast)

// Channels that are summed together, and values per block of a channel.
enum { LANES = 16, BLOCK = 256 };

// Sums of a block in `width` lanes; each lane belongs to one channel or, if values of one channel are adjacent, is a
// partial sum of it.
typedef struct {
    float values[LANES];
} lanes;

void norm_combine(
    long channels, double count, double *means, double *squares, double other_count, const double *other_means,
    const double *other_squares) {
    const double both = count + other_count;
    if (both == 0) return;
    for (long c = 0; c < channels; c++) {
        const double difference = other_means[c] - means[c];
        means[c] += difference * other_count / both;
        squares[c] += other_squares[c] + difference * difference * count * other_count / both;
    }
}

// Mean and squared differences of `count` rows of `width` lanes; rows are `step` values apart.
INLINE void measure_block(const float *values, long count, long step, long width, double *means, double *squares) {
    lanes sum = {{0}}, square = {{0}};
    for (long i = 0; i < count; i++)
        for (long c = 0; c < width; c++) sum.values[c] += values[i * step + c];
    for (long c = 0; c < width; c++) sum.values[c] /= (float)count;
    for (long i = 0; i < count; i++) {
        for (long c = 0; c < width; c++) {
            const float difference = values[i * step + c] - sum.values[c];
            square.values[c] += difference * difference;
        }
    }
    for (long c = 0; c < width; c++) {
        means[c] = sum.values[c];
        squares[c] = square.values[c];
    }
}

INLINE void norm_measure_body(const norm_shape *shape, const float *values, double *means, double *squares) {
    const long channels = shape->channels, area = shape->area;
    memset(means, 0, sizeof(double) * (size_t)(shape->groups * channels));
    memset(squares, 0, sizeof(double) * (size_t)(shape->groups * channels));
    for (long image = 0; image < shape->images; image++) {
        for (long group = 0; group < shape->groups; group++, values += area * channels) {
            double *mean = means + group * channels, *square = squares + group * channels;
            for (long first = 0; first < area; ) {
                const double before = (double)(image * area + first);
                double block_means[LANES], block_squares[LANES];
                if (channels == 1 && area - first >= 2 * LANES) {
                    // Adjacent values of one channel: lanes are added up afterwards.
                    const long rows = area - first < BLOCK * LANES ? (area - first) / LANES : BLOCK;
                    measure_block(values + first, rows, LANES, LANES, block_means, block_squares);
                    for (long lane = 1; lane < LANES; lane++)
                        norm_combine(
                            1, (double)(rows * lane), block_means, block_squares, (double)rows, block_means + lane,
                            block_squares + lane);
                    norm_combine(1, before, mean, square, (double)(rows * LANES), block_means, block_squares);
                    first += rows * LANES;
                    continue;
                }
                const long count = area - first < BLOCK ? area - first : BLOCK;
                for (long c = 0; c < channels; c += LANES) {
                    const long width = channels - c < LANES ? channels - c : LANES;
                    const float *from = values + first * channels + c;
                    if (width == LANES)
                        measure_block(from, count, channels, LANES, block_means, block_squares);
                    else
                        measure_block(from, count, channels, width, block_means, block_squares);
                    norm_combine(width, before, mean + c, square + c, (double)count, block_means, block_squares);
                }
                first += count;
            }
        }
    }
}

INLINE void norm_apply_body(
    const norm_shape *shape, const float *values, const float *scales, const float *shifts, int has_relu,
    float *results) {
    const long channels = shape->channels, area = shape->area;
    for (long plane = 0; plane < shape->images * shape->groups; plane++) {
        const float *restrict scale = scales + plane % shape->groups * channels;
        const float *restrict shift = shifts + plane % shape->groups * channels;
        if (channels == 1) {
            for (long i = 0; i < area; i++) {
                const float result = values[i] * scale[0] + shift[0];
                results[i] = has_relu && result < 0 ? 0 : result;
            }
        } else {
            for (long i = 0; i < area; i++) {
                for (long c = 0; c < channels; c++) {
                    const float result = values[i * channels + c] * scale[c] + shift[c];
                    results[i * channels + c] = has_relu && result < 0 ? 0 : result;
                }
            }
        }
        values += area * channels;
        results += area * channels;
    }
}

// The two sums of `count` rows of `width` lanes.
INLINE void sum_block(
    const float *values, const float *means, long mean_step, const float *results, const float *gradients,
    float *masked, long count, long step, long width, double *sums, double *products) {
    lanes sum = {{0}}, product = {{0}};
    for (long i = 0; i < count; i++) {
        for (long c = 0; c < width; c++) {
            float gradient = gradients[i * step + c];
            if (results) gradient = results[i * step + c] <= 0 ? 0 : gradient;
            masked[i * step + c] = gradient;
            sum.values[c] += gradient;
            product.values[c] += gradient * (values[i * step + c] - means[c * mean_step]);
        }
    }
    for (long c = 0; c < width; c++) {
        sums[c] = sum.values[c];
        products[c] = product.values[c];
    }
}

INLINE void norm_backward_sums_body(
    const norm_shape *shape, const float *values, const float *means, const float *results, const float *gradients,
    float *masked, double *sums, double *products) {
    const long channels = shape->channels, area = shape->area;
    memset(sums, 0, sizeof(double) * (size_t)(shape->groups * channels));
    memset(products, 0, sizeof(double) * (size_t)(shape->groups * channels));
    for (long plane = 0; plane < shape->images * shape->groups; plane++) {
        const long at = plane % shape->groups * channels;
        double block_sums[LANES], block_products[LANES];
        for (long first = 0; first < area; ) {
            const int is_row = channels == 1 && area - first >= 2 * LANES;
            const long rows = (area - first) / (is_row ? LANES : 1), count = rows < BLOCK ? rows : BLOCK;
            for (long c = 0; c < channels; c += LANES) {
                const long from = first * channels + c;
                const float *result = results ? results + from : NULL;
                const long width = is_row ? LANES : channels - c < LANES ? channels - c : LANES;
                if (is_row)
                    sum_block(
                        values + from, means + at, 0, result, gradients + from, masked + from, count, LANES,
                        LANES, block_sums, block_products);
                else if (width == LANES)
                    sum_block(
                        values + from, means + at + c, 1, result, gradients + from, masked + from, count,
                        channels, LANES, block_sums, block_products);
                else
                    sum_block(
                        values + from, means + at + c, 1, result, gradients + from, masked + from, count,
                        channels, width, block_sums, block_products);
                for (long lane = 0; lane < width; lane++) {
                    sums[at + c + (is_row ? 0 : lane)] += block_sums[lane];
                    products[at + c + (is_row ? 0 : lane)] += block_products[lane];
                }
            }
            first += count * (is_row ? LANES : 1);
        }
        values += area * channels;
        gradients += area * channels;
        masked += area * channels;
        if (results) results += area * channels;
    }
}

INLINE void norm_backward_body(
    const norm_shape *shape, const float *values, const float *means, const float *a, const float *b, const float *c,
    float *gradients) {
    const long channels = shape->channels, area = shape->area;
    for (long plane = 0; plane < shape->images * shape->groups; plane++) {
        const long at = plane % shape->groups * channels;
        if (channels == 1) {
            const float mean = means[at], factor = a[at], slope = b[at], rest = c[at];
            for (long i = 0; i < area; i++)
                gradients[i] = gradients[i] * factor + (values[i] - mean) * slope + rest;
        } else {
            for (long i = 0; i < area; i++)
                for (long k = 0; k < channels; k++)
                    gradients[i * channels + k] = gradients[i * channels + k] * a[at + k] +
                        (values[i * channels + k] - means[at + k]) * b[at + k] + c[at + k];
        }
        values += area * channels;
        gradients += area * channels;
    }
}

VARIANTS(
    norm_measure, (const norm_shape *shape, const float *values, double *means, double *squares), shape, values, means,
    squares)
VARIANTS(
    norm_apply,
    (const norm_shape *shape, const float *values, const float *scales, const float *shifts, int has_relu,
     float *results),
    shape, values, scales, shifts, has_relu, results)
VARIANTS(
    norm_backward_sums,
    (const norm_shape *shape, const float *values, const float *means, const float *results, const float *gradients,
     float *masked, double *sums, double *products),
    shape, values, means, results, gradients, masked, sums, products)
VARIANTS(
    norm_backward,
    (const norm_shape *shape, const float *values, const float *means, const float *a, const float *b, const float *c,
     float *gradients),
    shape, values, means, a, b, c, gradients)

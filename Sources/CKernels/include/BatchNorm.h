// The parts of batch normalization: statistics and sums of some images at a time, which are then combined over the
// batch, and their application to each value.
//
// Values are [images][groups][area][channels]; a channel's entry in per-channel arrays is at group × channels +
// channel. Statistics are sums in double precision of blocks that are summed in single precision.
//
// Source: Ioffe & Szegedy, Batch Normalization, 2015; Chan, Golub & LeVeque, Updating Formulae and a Pairwise Algorithm
// for Computing Sample Variances, 1979.
#pragma once

typedef struct {
    long images, groups, area, channels;
} norm_shape;

/// Computes the mean and the sum of squared differences from it, for each channel of `count` values.
void norm_measure(const norm_shape *shape, const float *values, double *means, double *squares);

/// Combines another part's statistics with `means` and `squares`.
void norm_combine(
    long channels, double count, double *means, double *squares, double other_count, const double *other_means,
    const double *other_squares);

/// results = values × scale + shift, then ReLU if requested.
void norm_apply(
    const norm_shape *shape, const float *values, const float *scales, const float *shifts, int has_relu,
    float *results);

/// Computes sums of the results' gradients, and of those times the values' differences from their means. If `results`
/// is not NULL, `masked` is set to the gradients, or 0 where the results are 0 (the gradient of ReLU).
void norm_backward_sums(
    const norm_shape *shape, const float *values, const float *means, const float *results, const float *gradients,
    float *masked, double *sums, double *products);

/// gradients = gradients × a + (values − means) × b + c, with one a, b and c per channel.
void norm_backward(
    const norm_shape *shape, const float *values, const float *means, const float *a, const float *b, const float *c,
    float *gradients);

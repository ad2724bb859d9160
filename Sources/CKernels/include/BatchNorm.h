// Batch normalization in the parts that the engine runs: statistics and sums of some images at a time, to be added up over
// the batch, and what they do to each value.
//
// Values are [images][groups][area][channels], with a channel's numbers at group × channels + channel in every array of
// channels. Statistics are sums in double precision of blocks that are summed in single precision.
//
// Source: Ioffe & Szegedy, Batch Normalization, 2015; Chan, Golub & LeVeque, Updating Formulae and a Pairwise Algorithm
// for Computing Sample Variances, 1979.
#pragma once

typedef struct {
    long images, groups, area, channels;
} norm_shape;

/// Mean and sum of squared differences from it, for each channel of `count` values; added up by `norm_combine`.
void norm_measure(const norm_shape *shape, const float *values, double *means, double *squares);

/// Takes another part's statistics into `means` and `squares`.
void norm_combine(
    long channels, double count, double *means, double *squares, double other_count, const double *other_means,
    const double *other_squares);

/// results = values × scale + shift, then ReLU if asked for.
void norm_apply(
    const norm_shape *shape, const float *values, const float *scales, const float *shifts, int has_relu,
    float *results);

/// Sums of the results' gradients, and of those times the values' differences from their means. `masked` gets the
/// gradients, where `results` is not NULL as ReLU's: 0 where these are 0.
void norm_backward_sums(
    const norm_shape *shape, const float *values, const float *means, const float *results, const float *gradients,
    float *masked, double *sums, double *products);

/// gradients = gradients × a + (values − means) × b + c, a number a channel each.
void norm_backward(
    const norm_shape *shape, const float *values, const float *means, const float *a, const float *b, const float *c,
    float *gradients);

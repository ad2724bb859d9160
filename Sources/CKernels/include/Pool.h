// Max and average pooling with any window. NaN passes as in PyTorch; the library's own max pooling drops it.
//
// Values are [planes][height][width][channels], with any number of adjacent channels; pooled height and width are (size
// + 2 padding − kernel) / stride + 1, rounded down.
#pragma once

typedef struct {
    long planes, height, width, channels;
    /// At most 15, so that a position in a window fits into a byte.
    long kernel;
    long stride, padding;
} pool_shape;

/// `taken` is set to the argmax of each pooled value as a row-major index in its window, one byte each; it may be NULL.
/// Padding is never the maximum.
void max_pool_forward(const pool_shape *shape, const float *source, float *pooled, unsigned char *taken);

/// Computes the gradient of `source` from that of the pooled values: it goes to the maxima.
void max_pool_backward(
    const pool_shape *shape, const unsigned char *taken, const float *pooled_gradient, float *gradient);

/// Means of windows. Padding counts as zeros, as in PyTorch.
void average_pool_forward(const pool_shape *shape, const float *source, float *pooled);

/// Computes the gradient of `source` from that of the means.
void average_pool_backward(const pool_shape *shape, const float *pooled_gradient, float *gradient);

/// Means of whole planes.
void global_pool_forward(long planes, long area, long channels, const float *source, float *pooled);

/// Computes the gradient of `source` from that of the means.
void global_pool_backward(long planes, long area, long channels, const float *pooled_gradient, float *gradient);

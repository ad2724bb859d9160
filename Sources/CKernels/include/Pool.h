// Max and average pooling of any window. NaN passes as in PyTorch; the library's own max pooling loses it.
//
// Values are [planes][height][width][channels], with any number of channels side by side; pooled ones have the height and
// width that (size + 2 padding − kernel) / stride + 1 gives, rounded down.
#pragma once

typedef struct {
    long planes, height, width, channels;
    /// At most 15, so that a place in a window fits into a byte.
    long kernel;
    long stride, padding;
} pool_shape;

/// `taken` gets a byte a pooled value, which of its window's places it is, row by row; it may be NULL. Padding never wins.
void max_pool_forward(const pool_shape *shape, const float *source, float *pooled, unsigned char *taken);

/// The gradient of `source` from that of the pooled values: it goes to the values that were taken.
void max_pool_backward(
    const pool_shape *shape, const unsigned char *taken, const float *pooled_gradient, float *gradient);

/// Means of windows. Padding counts as zeros, as in PyTorch.
void average_pool_forward(const pool_shape *shape, const float *source, float *pooled);

/// The gradient of `source` from that of the means.
void average_pool_backward(const pool_shape *shape, const float *pooled_gradient, float *gradient);

/// Means of whole planes.
void global_pool_forward(long planes, long area, long channels, const float *source, float *pooled);

/// The gradient of `source` from that of the means.
void global_pool_backward(long planes, long area, long channels, const float *pooled_gradient, float *gradient);

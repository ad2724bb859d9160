// ReLU and 2 × 2 max pooling in one pass, after a convolution by the library. NaN passes as in PyTorch; the library's
// own operations drop it.
//
// In C because it is compiled for each vector width and selected at run time. Values are
// [planes][height][width][channels], with any number of adjacent channels; pooled values [planes][height / 2][width /
// 2][channels].
#pragma once

/// `taken` is set to the argmax of each pooled value, one byte each: one of its window's four values, or 4 where ReLU
/// is inactive; it may be NULL.
void relu_pool_forward(
    const float *source, long planes, long height, long width, long channels, float *pooled, unsigned char *taken);

/// Computes the gradient of `source` from that of the pooled values: it goes to the maxima; elsewhere it is 0.
void relu_pool_backward(
    const unsigned char *taken, const float *pooled_gradient, long planes, long height, long width, long channels,
    float *gradient);

// ReLU and 2 × 2 max pooling in one pass, where the convolution before them is the library's. NaN passes as in PyTorch;
// the library's own operations lose it.
//
// C because it is compiled for each width of vectors and chosen when the program runs. Values are [planes][height][width]
// [channels], with any number of channels side by side; pooled ones [planes][height / 2][width / 2][channels].
#pragma once

/// `taken` gets a byte a pooled value, which of its window's four values it is or 4 where ReLU made it 0; it may be NULL.
void relu_pool_forward(
    const float *source, long planes, long height, long width, long channels, float *pooled, unsigned char *taken);

/// The gradient of `source` from that of the pooled values: it goes to the value that was taken, elsewhere it is 0.
void relu_pool_backward(
    const unsigned char *taken, const float *pooled_gradient, long planes, long height, long width, long channels,
    float *gradient);

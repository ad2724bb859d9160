// The first block of a VGG network on one-channel images, in one pass: 3 × 3 convolution with padding 1, bias, ReLU,
// 2 × 2 max pooling. Its full-size output, the largest of all, never exists in memory.
//
// In C because it uses the processor's widest vectors, selected at run time. Channels are grouped by the vector width:
// weights [channels / width][9][width], pooled values [channels / width][height / 2][width / 2][width].
#pragma once

/// Channels that are computed together: 16, 8, or 0 if the processor has neither AVX-512 nor AVX2.
int first_block_width(void);

/// Writes an image of `height` × `width` with a border of zeros: (height + 2) × (width + 2) floats.
void first_block_pad(const float *image, long height, long width, float *padded);

/// Computes `channels` channels, a multiple of the width. `taken` is set to the argmax of each pooled value, one byte
/// each: one of its window's four values, or 4 where ReLU is inactive; it may be NULL.
void first_block_forward(
    const float *padded, long height, long width, long channels, const float *weights, const float *bias,
    float *pooled, unsigned char *taken);

/// Adds one image's gradients to those of weights and biases; `gradient` is that of the pooled values.
void first_block_backward(
    const float *padded, long height, long width, long channels, const unsigned char *taken, const float *gradient,
    float *weights, float *bias);

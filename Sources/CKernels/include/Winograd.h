// 3 × 3 convolution with padding 1 by Winograd's F(4 × 4, 3 × 3), forward and both backward passes, on one thread: a
// quarter of direct convolution's multiplications, the same results up to rounding. What stands around a convolution
// in VGG happens in the same pass: bias, ReLU and 2 × 2 max pooling after it, and backward their gradients.
//
// NaN passes ReLU and pooling as in PyTorch. One number that is not finite makes NaN or infinity of all that is computed
// from its tile, which is more than what a window of direct convolution sees, never less.
//
// C because it needs vectors of the processor's own width, chosen when the program runs. Channels lie in groups of as
// many as a vector has numbers, v; the last group is filled up with zeros. Images are [N][C / v][H][W][v], weights
// [outputs / v][inputs / v][3][3][v inputs][v outputs].
//
// Source: Lavin & Gray, Fast Algorithms for Convolutional Neural Networks, 2016.
#pragma once

#include <stddef.h>

/// Numbers in the widest vectors that there is code for here: 16, 8, or 0 without AVX-512 and AVX2.
int winograd_widest_vector(void);

/// Whether there is code here that multiplies in bfloat16.
int winograd_has_bfloat16(void);

/// Images of one size, the groups of channels of a convolution's input and output, and the width of vectors: 16 or 8,
/// at most the widest. With `is_bfloat16`, for which there must be code and vectors are of 16, what is multiplied is
/// rounded to that after its transformation; sums and all that comes in and goes out are floats.
typedef struct {
    long images, height, width, sources, results, vector;
    int is_bfloat16;
} winograd_shape;

/// Values of images. Where `taken` is not NULL they are gradients of pooled values, [H / 2][W / 2], and a byte for
/// each says which of its window's four pixels it belongs to, or 4 for none.
typedef struct {
    const float *values;
    const unsigned char *taken;
} winograd_values;

/// Where results go, and what is done to them: `bias` is added; with `has_relu`, ReLU follows; with `mask`, they become zero where it is zero
/// or below; with `is_pooled`, the largest of each 2 × 2 window is kept, and `taken`, if not NULL, says which it was or
/// 4 where ReLU made it zero.
typedef struct {
    float *values;
    const float *bias, *mask;
    int has_relu, is_pooled;
    unsigned char *taken;
} winograd_result;

/// Room for transformed weights in floats.
size_t winograd_weights_size(const winograd_shape *shape);

/// Floats of scratch space that a call of any kind needs.
size_t winograd_scratch_size(const winograd_shape *shape);

/// Transforms weights for `winograd_convolve`, forward or for the gradient of the input: those that make the groups
/// from `first` up to `last` of what comes out.
void winograd_transform_weights(
    const winograd_shape *shape, const float *weights, int is_backward, long first, long last, float *transformed);

/// Convolution of `source`. For the gradient of the input, `shape` has the groups exchanged.
void winograd_convolve(
    const winograd_shape *shape, const winograd_values *source, const float *transformed,
    const winograd_result *result, float *scratch);

/// Gradients of weights and biases from those of the results; `adds` adds them to what is there.
void winograd_weight_gradient(
    const winograd_shape *shape, const winograd_values *source, const winograd_values *gradient, float *weights,
    float *bias, int adds, float *scratch);

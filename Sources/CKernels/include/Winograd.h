// 3 × 3 convolution with padding 1 by Winograd's F(4 × 4, 3 × 3), forward and both backward passes, on one thread: a
// quarter of the multiplications of direct convolution, the same results up to rounding. Bias, ReLU and 2 × 2 max
// pooling after the convolution, and their gradients, are computed in the same pass.
//
// NaN passes ReLU and pooling as in PyTorch. A value that is not finite makes everything that is computed from its tile
// NaN or infinite: more results than with direct convolution, never fewer.
//
// In C because it uses the processor's widest vectors, selected at run time. Channels are in groups of v, the number of
// floats per vector; the last group is padded with zeros. Images are [N][C / v][H][W][v], weights [outputs / v][inputs
// / v][3][3][v inputs][v outputs].
//
// Source: Lavin & Gray, Fast Algorithms for Convolutional Neural Networks, 2016.
#pragma once

#include <stddef.h>

/// Floats per vector of the widest code: 16, 8, or 0 without AVX-512 and AVX2.
int winograd_widest_vector(void);

/// Whether there is code that multiplies in bfloat16.
int winograd_has_bfloat16(void);

/// The size of images, the groups of channels of a convolution's input and output, and the vector width: 16 or 8, at
/// most the widest. With `is_bfloat16`, which needs code for it and a width of 16, transformed values are rounded to
/// bfloat16 before they are multiplied; sums, inputs and outputs are floats.
typedef struct {
    long images, height, width, sources, results, vector;
    int is_bfloat16;
} winograd_shape;

/// Values of images. If `taken` is not NULL, they are gradients of pooled values, [H / 2][W / 2], with the argmax of
/// each: one of its window's four pixels, or 4 for none.
typedef struct {
    const float *values;
    const unsigned char *taken;
} winograd_values;

/// The results and the operations on them: `bias` is added; with `has_relu`, ReLU follows; with `mask`, they are set to
/// zero where it is not positive; with `is_pooled`, the maximum of each 2 × 2 window is stored, and `taken`, if not
/// NULL, is set to its argmax, or 4 where ReLU is inactive.
typedef struct {
    float *values;
    const float *bias, *mask;
    int has_relu, is_pooled;
    unsigned char *taken;
} winograd_result;

/// Number of floats of transformed weights.
size_t winograd_weights_size(const winograd_shape *shape);

/// Number of floats of scratch space that any call needs.
size_t winograd_scratch_size(const winograd_shape *shape);

/// Transforms weights for `winograd_convolve`, forward or for the gradient of the input: those of the output groups
/// from `first` up to `last`.
void winograd_transform_weights(
    const winograd_shape *shape, const float *weights, int is_backward, long first, long last, float *transformed);

/// Convolves `source`. For the gradient of the input, `shape` has the groups swapped.
void winograd_convolve(
    const winograd_shape *shape, const winograd_values *source, const float *transformed,
    const winograd_result *result, float *scratch);

/// Computes the gradients of weights and biases from that of the results; `adds` adds them to the previous values.
void winograd_weight_gradient(
    const winograd_shape *shape, const winograd_values *source, const winograd_values *gradient, float *weights,
    float *bias, int adds, float *scratch);

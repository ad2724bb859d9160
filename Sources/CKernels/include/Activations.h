// Activation functions other than ReLU, and their gradients. All of them pass NaN.
//
// Source: PyTorch's documentation of torch.nn's LeakyReLU (slope 0.01), Sigmoid, Tanh, GELU (exact) and SiLU;
// exponential and tangent after Moshier's Cephes library.
#pragma once

typedef enum {
    ACTIVATION_LEAKY_RELU,
    ACTIVATION_SIGMOID,
    ACTIVATION_TANH,
    ACTIVATION_GELU,
    ACTIVATION_SILU,
} activation_kind;

/// `results` may be `values`.
void activation_forward(activation_kind kind, const float *values, float *results, long count);

/// Computes the gradient of the values from that of the results; both may be the same memory. `known` holds the results
/// for LEAKY_RELU, SIGMOID and TANH, and the values for GELU and SILU.
void activation_backward(
    activation_kind kind, const float *known, const float *result_gradients, float *gradients, long count);

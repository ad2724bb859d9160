#include "Activations.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "variants.h"

#pragma clang fp contract(fast)

INLINE float exponential(float x) {
    x = x > 88.0f ? 88.0f : x < -87.0f ? -87.0f : x;
    // 2^n × e^r, where n is the nearest integer: adding and subtracting 1.5 × 2^23 rounds.
    const float shifted = x * 1.44269504088896341f + 12582912.0f, n = shifted - 12582912.0f;
    const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    float sum = 1.9875691500e-4f;
    sum = sum * r + 1.3981999507e-3f;
    sum = sum * r + 8.3334519073e-3f;
    sum = sum * r + 4.1665795894e-2f;
    sum = sum * r + 1.6666665459e-1f;
    sum = sum * r + 5.0000001201e-1f;
    sum = sum * r * r + r + 1;
    int32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    const uint32_t power = ((uint32_t)(bits - 0x4b400000) + 127) << 23;
    float scale;
    memcpy(&scale, &power, sizeof scale);
    return sum * scale;
}

INLINE float sigmoid(float x) { return 1 / (1 + exponential(-x)); }

INLINE float hyperbolic_tangent(float x) {
    const float size = fabsf(x), square = x * x;
    const float large = copysignf(1 - 2 / (exponential(2 * size) + 1), x);
    float sum = -5.70498872745e-3f;
    sum = sum * square + 2.06390887954e-2f;
    sum = sum * square - 5.37397155531e-2f;
    sum = sum * square + 1.33314422036e-1f;
    sum = sum * square - 3.33332819422e-1f;
    return size < 0.625f ? sum * square * x + x : large;
}

INLINE float normal_cdf(float x) { return 0.5f * (1 + erff(x * 0.70710678118654752f)); }

INLINE void activation_forward_body(activation_kind kind, const float *values, float *results, long count) {
    switch (kind) {
    case ACTIVATION_LEAKY_RELU:
        for (long i = 0; i < count; i++) results[i] = values[i] < 0 ? 0.01f * values[i] : values[i];
        break;
    case ACTIVATION_SIGMOID:
        for (long i = 0; i < count; i++) results[i] = sigmoid(values[i]);
        break;
    case ACTIVATION_TANH:
        for (long i = 0; i < count; i++) results[i] = hyperbolic_tangent(values[i]);
        break;
    case ACTIVATION_GELU:
        for (long i = 0; i < count; i++) results[i] = values[i] * normal_cdf(values[i]);
        break;
    case ACTIVATION_SILU:
        for (long i = 0; i < count; i++) results[i] = values[i] * sigmoid(values[i]);
        break;
    }
}

INLINE void activation_backward_body(
    activation_kind kind, const float *known, const float *result_gradients, float *gradients, long count) {
    switch (kind) {
    case ACTIVATION_LEAKY_RELU:
        for (long i = 0; i < count; i++) gradients[i] = result_gradients[i] * (known[i] > 0 ? 1 : 0.01f);
        break;
    case ACTIVATION_SIGMOID:
        for (long i = 0; i < count; i++) gradients[i] = result_gradients[i] * known[i] * (1 - known[i]);
        break;
    case ACTIVATION_TANH:
        for (long i = 0; i < count; i++) gradients[i] = result_gradients[i] * (1 - known[i] * known[i]);
        break;
    case ACTIVATION_GELU:
        for (long i = 0; i < count; i++) {
            const float density = 0.39894228040143268f * exponential(-0.5f * known[i] * known[i]);
            gradients[i] = result_gradients[i] * (normal_cdf(known[i]) + known[i] * density);
        }
        break;
    case ACTIVATION_SILU:
        for (long i = 0; i < count; i++) {
            const float open = sigmoid(known[i]);
            gradients[i] = result_gradients[i] * open * (1 + known[i] * (1 - open));
        }
        break;
    }
}

VARIANTS(
    activation_forward, (activation_kind kind, const float *values, float *results, long count), kind, values, results,
    count)
VARIANTS(
    activation_backward,
    (activation_kind kind, const float *known, const float *result_gradients, float *gradients, long count), kind,
    known, result_gradients, gradients, count)

// A common interface to oneDNN 2.x and 3.x: in 2.x, operations are described first (op descriptors) and a memory
// descriptor is a plain struct; 3.x creates primitive descriptors directly and memory descriptors are handles. All
// differences stay in this file. Shapes and semantics are the library's own.
#pragma once

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

// MARK: Memory descriptors, always passed as owned pointers.

typedef struct onednn_desc *onednn_desc_t;

#if DNNL_VERSION_MAJOR >= 3
#define ONEDNN_MD(d) ((const_dnnl_memory_desc_t)(d))
#else
#define ONEDNN_MD(d) ((const dnnl_memory_desc_t *)(d))
#endif

static inline dnnl_status_t onednn_desc_create(
        onednn_desc_t *desc, int ndims, const int64_t *dims, dnnl_data_type_t type, dnnl_format_tag_t tag) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_memory_desc_create_with_tag((dnnl_memory_desc_t *)desc, ndims, dims, type, tag);
#else
    dnnl_memory_desc_t *md = (dnnl_memory_desc_t *)malloc(sizeof *md);
    if (!md) return dnnl_out_of_memory;
    dnnl_status_t status = dnnl_memory_desc_init_by_tag(md, ndims, dims, type, tag);
    if (status != dnnl_success) free(md);
    else *desc = (onednn_desc_t)md;
    return status;
#endif
}

/// Returns the part of `parent` that starts at `offsets` and has `dims`.
static inline dnnl_status_t onednn_desc_create_part(
        onednn_desc_t *desc, onednn_desc_t parent, const int64_t *dims, const int64_t *offsets) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_memory_desc_create_submemory((dnnl_memory_desc_t *)desc, ONEDNN_MD(parent), dims, offsets);
#else
    dnnl_memory_desc_t *md = (dnnl_memory_desc_t *)malloc(sizeof *md);
    if (!md) return dnnl_out_of_memory;
    dnnl_status_t status = dnnl_memory_desc_init_submemory(md, ONEDNN_MD(parent), dims, offsets);
    if (status != dnnl_success) free(md);
    else *desc = (onednn_desc_t)md;
    return status;
#endif
}

static inline void onednn_desc_destroy(onednn_desc_t desc) {
#if DNNL_VERSION_MAJOR >= 3
    dnnl_memory_desc_destroy((dnnl_memory_desc_t)desc);
#else
    free(desc);
#endif
}

static inline size_t onednn_desc_size(onednn_desc_t desc) { return dnnl_memory_desc_get_size(ONEDNN_MD(desc)); }

static inline int onednn_desc_equal(onednn_desc_t a, onednn_desc_t b) {
    return dnnl_memory_desc_equal(ONEDNN_MD(a), ONEDNN_MD(b));
}

/// Returns a copy of the descriptor that a primitive descriptor chose for `what`; null if it has none.
static inline onednn_desc_t onednn_desc_query(const_dnnl_primitive_desc_t pd, dnnl_query_t what, int index) {
#if DNNL_VERSION_MAJOR >= 3
    const_dnnl_memory_desc_t found = dnnl_primitive_desc_query_md(pd, what, index);
    dnnl_memory_desc_t copy = NULL;
    if (!found || dnnl_memory_desc_get_size(found) == 0) return NULL;
    if (dnnl_memory_desc_clone(&copy, found) != dnnl_success) return NULL;
    return (onednn_desc_t)copy;
#else
    const dnnl_memory_desc_t *found = dnnl_primitive_desc_query_md(pd, what, index);
    if (!found || found->ndims == 0) return NULL;
    dnnl_memory_desc_t *copy = (dnnl_memory_desc_t *)malloc(sizeof *copy);
    if (copy) *copy = *found;
    return (onednn_desc_t)copy;
#endif
}

static inline dnnl_status_t onednn_memory_create(
        dnnl_memory_t *memory, onednn_desc_t desc, dnnl_engine_t engine, void *handle) {
    return dnnl_memory_create(memory, ONEDNN_MD(desc), engine, handle);
}

// MARK: Attributes: the caller provides the scratchpad.

static inline dnnl_status_t onednn_attr_create(dnnl_primitive_attr_t *attr) {
    dnnl_status_t status = dnnl_primitive_attr_create(attr);
    if (status != dnnl_success) return status;
    status = dnnl_primitive_attr_set_scratchpad_mode(*attr, dnnl_scratchpad_mode_user);
    if (status != dnnl_success) dnnl_primitive_attr_destroy(*attr);
    return status;
}

// MARK: Primitive descriptors. 2.x: fill an op descriptor, then create; 3.x: create.

static inline dnnl_status_t onednn_convolution_forward(
        dnnl_primitive_desc_t *pd, dnnl_engine_t engine, dnnl_prop_kind_t prop,
        onednn_desc_t src, onednn_desc_t weights, onednn_desc_t bias, onednn_desc_t dst,
        const int64_t *strides, const int64_t *padding, const_dnnl_primitive_attr_t attr) {
#if DNNL_VERSION_MAJOR >= 3
    const int64_t dilates[2] = {0, 0};
    return dnnl_convolution_forward_primitive_desc_create(pd, engine, prop, dnnl_convolution_direct, ONEDNN_MD(src), ONEDNN_MD(weights),
            ONEDNN_MD(bias), ONEDNN_MD(dst), strides, dilates, padding, padding, attr);
#else
    dnnl_convolution_desc_t op;
    dnnl_status_t status = dnnl_convolution_forward_desc_init(&op, prop, dnnl_convolution_direct, ONEDNN_MD(src), ONEDNN_MD(weights),
            ONEDNN_MD(bias), ONEDNN_MD(dst), strides, padding, padding);
    return status == dnnl_success ? dnnl_primitive_desc_create(pd, &op, attr, engine, NULL) : status;
#endif
}

static inline dnnl_status_t onednn_convolution_backward_data(
        dnnl_primitive_desc_t *pd, dnnl_engine_t engine, onednn_desc_t diff_src,
        onednn_desc_t weights, onednn_desc_t diff_dst, const int64_t *strides, const int64_t *padding,
        const_dnnl_primitive_desc_t hint, const_dnnl_primitive_attr_t attr) {
#if DNNL_VERSION_MAJOR >= 3
    const int64_t dilates[2] = {0, 0};
    return dnnl_convolution_backward_data_primitive_desc_create(pd, engine, dnnl_convolution_direct, ONEDNN_MD(diff_src),
            ONEDNN_MD(weights), ONEDNN_MD(diff_dst), strides, dilates, padding, padding, hint, attr);
#else
    dnnl_convolution_desc_t op;
    dnnl_status_t status = dnnl_convolution_backward_data_desc_init(&op, dnnl_convolution_direct, ONEDNN_MD(diff_src),
            ONEDNN_MD(weights), ONEDNN_MD(diff_dst), strides, padding, padding);
    return status == dnnl_success ? dnnl_primitive_desc_create(pd, &op, attr, engine, hint) : status;
#endif
}

static inline dnnl_status_t onednn_convolution_backward_weights(
        dnnl_primitive_desc_t *pd, dnnl_engine_t engine, onednn_desc_t src,
        onednn_desc_t diff_weights, onednn_desc_t diff_bias, onednn_desc_t diff_dst, const int64_t *strides,
        const int64_t *padding, const_dnnl_primitive_desc_t hint, const_dnnl_primitive_attr_t attr) {
#if DNNL_VERSION_MAJOR >= 3
    const int64_t dilates[2] = {0, 0};
    return dnnl_convolution_backward_weights_primitive_desc_create(pd, engine, dnnl_convolution_direct, ONEDNN_MD(src),
            ONEDNN_MD(diff_weights), ONEDNN_MD(diff_bias), ONEDNN_MD(diff_dst), strides, dilates, padding, padding,
            hint, attr);
#else
    dnnl_convolution_desc_t op;
    dnnl_status_t status = dnnl_convolution_backward_weights_desc_init(&op, dnnl_convolution_direct, ONEDNN_MD(src),
            ONEDNN_MD(diff_weights), ONEDNN_MD(diff_bias), ONEDNN_MD(diff_dst), strides, padding, padding);
    return status == dnnl_success ? dnnl_primitive_desc_create(pd, &op, attr, engine, hint) : status;
#endif
}

static inline dnnl_status_t onednn_inner_product_forward(
        dnnl_primitive_desc_t *pd, dnnl_engine_t engine, dnnl_prop_kind_t prop, onednn_desc_t src,
        onednn_desc_t weights, onednn_desc_t bias, onednn_desc_t dst, const_dnnl_primitive_attr_t attr) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_inner_product_forward_primitive_desc_create(
            pd, engine, prop, ONEDNN_MD(src), ONEDNN_MD(weights), ONEDNN_MD(bias), ONEDNN_MD(dst), attr);
#else
    dnnl_inner_product_desc_t op;
    dnnl_status_t status = dnnl_inner_product_forward_desc_init(
            &op, prop, ONEDNN_MD(src), ONEDNN_MD(weights), ONEDNN_MD(bias), ONEDNN_MD(dst));
    return status == dnnl_success ? dnnl_primitive_desc_create(pd, &op, attr, engine, NULL) : status;
#endif
}

static inline dnnl_status_t onednn_inner_product_backward_data(
        dnnl_primitive_desc_t *pd, dnnl_engine_t engine, onednn_desc_t diff_src, onednn_desc_t weights,
        onednn_desc_t diff_dst, const_dnnl_primitive_desc_t hint, const_dnnl_primitive_attr_t attr) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_inner_product_backward_data_primitive_desc_create(
            pd, engine, ONEDNN_MD(diff_src), ONEDNN_MD(weights), ONEDNN_MD(diff_dst), hint, attr);
#else
    dnnl_inner_product_desc_t op;
    dnnl_status_t status = dnnl_inner_product_backward_data_desc_init(
            &op, ONEDNN_MD(diff_src), ONEDNN_MD(weights), ONEDNN_MD(diff_dst));
    return status == dnnl_success ? dnnl_primitive_desc_create(pd, &op, attr, engine, hint) : status;
#endif
}

static inline dnnl_status_t onednn_inner_product_backward_weights(
        dnnl_primitive_desc_t *pd, dnnl_engine_t engine, onednn_desc_t src, onednn_desc_t diff_weights,
        onednn_desc_t diff_bias, onednn_desc_t diff_dst, const_dnnl_primitive_desc_t hint,
        const_dnnl_primitive_attr_t attr) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_inner_product_backward_weights_primitive_desc_create(pd, engine, ONEDNN_MD(src),
            ONEDNN_MD(diff_weights), ONEDNN_MD(diff_bias), ONEDNN_MD(diff_dst), hint, attr);
#else
    dnnl_inner_product_desc_t op;
    dnnl_status_t status = dnnl_inner_product_backward_weights_desc_init(&op, ONEDNN_MD(src),
            ONEDNN_MD(diff_weights), ONEDNN_MD(diff_bias), ONEDNN_MD(diff_dst));
    return status == dnnl_success ? dnnl_primitive_desc_create(pd, &op, attr, engine, hint) : status;
#endif
}

static inline dnnl_status_t onednn_lrn_forward(
        dnnl_primitive_desc_t *pd, dnnl_engine_t engine, dnnl_prop_kind_t prop, onednn_desc_t src, int64_t size,
        float alpha, float beta, float k, const_dnnl_primitive_attr_t attr) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_lrn_forward_primitive_desc_create(pd, engine, prop, dnnl_lrn_across_channels, ONEDNN_MD(src),
            ONEDNN_MD(src), size, alpha, beta, k, attr);
#else
    dnnl_lrn_desc_t op;
    dnnl_status_t status = dnnl_lrn_forward_desc_init(
            &op, prop, dnnl_lrn_across_channels, ONEDNN_MD(src), size, alpha, beta, k);
    return status == dnnl_success ? dnnl_primitive_desc_create(pd, &op, attr, engine, NULL) : status;
#endif
}

static inline dnnl_status_t onednn_lrn_backward(
        dnnl_primitive_desc_t *pd, dnnl_engine_t engine, onednn_desc_t src, int64_t size, float alpha, float beta,
        float k, const_dnnl_primitive_desc_t hint, const_dnnl_primitive_attr_t attr) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_lrn_backward_primitive_desc_create(pd, engine, dnnl_lrn_across_channels, ONEDNN_MD(src),
            ONEDNN_MD(src), ONEDNN_MD(src), size, alpha, beta, k, hint, attr);
#else
    dnnl_lrn_desc_t op;
    dnnl_status_t status = dnnl_lrn_backward_desc_init(
            &op, dnnl_lrn_across_channels, ONEDNN_MD(src), ONEDNN_MD(src), size, alpha, beta, k);
    return status == dnnl_success ? dnnl_primitive_desc_create(pd, &op, attr, engine, hint) : status;
#endif
}

static inline dnnl_status_t onednn_reorder(
        dnnl_primitive_desc_t *pd, dnnl_engine_t engine, onednn_desc_t src, onednn_desc_t dst,
        const_dnnl_primitive_attr_t attr) {
    return dnnl_reorder_primitive_desc_create(pd, ONEDNN_MD(src), engine, ONEDNN_MD(dst), engine, attr);
}

/// Returns the name of the chosen implementation, such as "jit:avx512_core".
static inline const char *onednn_implementation(const_dnnl_primitive_desc_t pd) {
    const char *name = NULL;
    return dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name) == dnnl_success ? name : NULL;
}

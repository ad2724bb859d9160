// Functions that are compiled for each vector width and selected at run time.
#pragma once

#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
// Defines `name` by `name_body`, an INLINE function with the same parameters.
#define VARIANTS(name, parameters, ...) \
    __attribute__((target("avx2,fma"))) static void name##_avx2 parameters { name##_body(__VA_ARGS__); } \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma"))) static void name##_avx512 parameters { \
        name##_body(__VA_ARGS__); \
    } \
    void name parameters { \
        if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && \
            __builtin_cpu_supports("avx512dq")) \
            name##_avx512(__VA_ARGS__); \
        else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) \
            name##_avx2(__VA_ARGS__); \
        else \
            name##_body(__VA_ARGS__); \
    }
#else
#define VARIANTS(name, parameters, ...) \
    void name parameters { name##_body(__VA_ARGS__); }
#endif
